package embedded

// storage keeps what a registry decided. A registry lives in its state; storage
// sees every change before the state does, in order, so that a log of changes
// is enough to make the state again.
type storage interface {
	// append keeps changes, all or none of them. An error refuses the request.
	append(changes []change) error
}

// change is one decision of the registry: see state.go for the kinds.
type change interface{ apply(*state) }

// memory keeps nothing beside the state.
type memory struct{}

func (memory) append([]change) error { return nil }
