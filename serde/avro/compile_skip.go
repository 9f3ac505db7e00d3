package avro

// skip adds what reads over a value that the reader's schema does not have. What is skipped is checked as if it were read, except for
// the characters of strings.
func (c *compiler) skip(b *builder, path string, w *Schema) *Error {
	if c.least.none(w) {
		return nil // records of such records multiply without end
	}
	add := func(o op) { b.add(path, spot{}, o) }
	switch w.kind {
	case KindBoolean:
		add(op{code: opSkipBool})
	case KindInt:
		add(op{code: opSkipInt})
	case KindLong:
		add(op{code: opSkipVarint})
	case KindFloat:
		add(op{code: opSkipFixed, n: 4})
	case KindDouble:
		add(op{code: opSkipFixed, n: 8})
	case KindFixed:
		add(op{code: opSkipFixed, n: int32(w.size)})
	case KindEnum:
		add(op{code: opSkipEnum, n: int32(len(w.symbols))})
	case KindBytes, KindString:
		add(op{code: opSkipBytes})
	case KindArray, KindMap:
		return c.skipContainer(b, path, w)
	case KindUnion:
		return c.skipUnion(b, path, w)
	case KindRecord:
		return c.skipRecord(b, path, w)
	}
	return nil
}

func (c *compiler) skipContainer(b *builder, path string, w *Schema) *Error {
	elem, err := c.program(w.elem, nil, nil)
	if err != nil {
		return err.within(path)
	}
	o := op{code: opSkipArray, n: c.levels, aux: &aux{elem: elem, least: c.least.of(w.elem)}}
	if w.kind == KindMap {
		o.code = opSkipMap
		o.aux.least++
	}
	b.add(path, spot{}, o)
	return nil
}

func (c *compiler) skipUnion(b *builder, path string, w *Schema) *Error {
	if null, value, ok := nullable(w); ok {
		start := b.add(path, spot{}, op{code: opNullable, small: uint8(null)})
		err := c.skip(b, path, w.branches[value])
		b.land(start)
		return err
	}
	a := &aux{jumps: make([]int32, len(w.branches))}
	start := b.add(path, spot{}, op{code: opSwitch, n: int32(len(w.branches)), aux: a})
	ends := make([]int, len(w.branches))
	for i, branch := range w.branches {
		a.jumps[i] = int32(b.next() - start)
		if err := c.skip(b, path, branch); err != nil {
			return err
		}
		ends[i] = b.add(path, spot{}, op{code: opJump})
	}
	for _, end := range ends {
		b.land(end)
	}
	return nil
}

func (c *compiler) skipRecord(b *builder, path string, w *Schema) *Error {
	key := programKey{w, nil, nil}
	if c.apart(b, path, key) {
		elem, err := c.program(w, nil, nil)
		if err != nil {
			return err.within(path)
		}
		b.add(path, spot{}, op{code: opCall, n: c.levels, aux: &aux{elem: elem}})
		return nil
	}
	c.open[key] = true
	c.levels++
	for _, f := range w.fields {
		if err := c.skip(b, joinPath(path, f.name), f.schema); err != nil {
			return err
		}
	}
	c.levels--
	delete(c.open, key)
	return nil
}
