package embedded

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
)

// accounts are the hashes of passwords, by name. Without any, everybody is admitted. They are inside of a function, where no formatting verb can
// look: the hash of a short password is as good as the password.
type accounts struct {
	access func(change func(map[string][sha256.Size]byte)) // nil without any
}

func (a *accounts) add(name, password string) {
	if a.access == nil {
		hashes := map[string][sha256.Size]byte{}
		a.access = func(change func(map[string][sha256.Size]byte)) { change(hashes) }
	}
	a.access(func(hashes map[string][sha256.Size]byte) { hashes[name] = sha256.Sum256([]byte(password)) })
}

func (a *accounts) admit(req *http.Request) bool {
	if a.access == nil {
		return true
	}
	name, password, _ := req.BasicAuth()
	got := sha256.Sum256([]byte(password))
	var want [sha256.Size]byte // an unknown name is compared with zeros, which are no password's hash
	var known bool
	a.access(func(hashes map[string][sha256.Size]byte) { want, known = hashes[name] })
	return subtle.ConstantTimeCompare(want[:], got[:]) == 1 && known
}
