package registry

import (
	"context"

	"github.com/magicbyte-go/magicbyte/registry/internal/cache"
	"github.com/magicbyte-go/magicbyte/serde"
)

// idCache keeps schemas by id: a table for the numbers of the client's own context, which nearly all records carry and which are found
// fastest by a small key, and one for the rest, numbers of other contexts and GUIDs.
type idCache struct {
	numbers *cache.Memo[int32, serde.Schema]
	others  *cache.Memo[idKey, serde.Schema]
}

func newIDCache(bytes int64, group *cache.Group) idCache {
	forever := cache.Forever[serde.Schema]
	return idCache{
		numbers: cache.NewMemo(cache.NewTable[int32, serde.Schema](bytes, hashNumber), forever, group, func(_ int32, s serde.Schema) int { return schemaSize(s) }),
		others:  cache.NewMemo(cache.NewTable[idKey, serde.Schema](bytes, hashAny), forever, group, idSize),
	}
}

// number returns the key into numbers, where id belongs there.
func (k idKey) number() (int32, bool) {
	n, isNumber := k.id.Number()
	return n, isNumber && k.context == ""
}

// cached takes no lock, allocates nothing, and returns nil for what is not kept.
func (c *idCache) cached(key idKey) *serde.Schema {
	if n, ok := key.number(); ok {
		return c.numbers.Cached(n)
	}
	return c.others.Cached(key)
}

func (c *idCache) get(ctx context.Context, key idKey, load func(context.Context) (serde.Schema, error)) (serde.Schema, error) {
	if n, ok := key.number(); ok {
		return c.numbers.Get(ctx, n, load)
	}
	return c.others.Get(ctx, key, load)
}

func (c *idCache) put(key idKey, s serde.Schema) {
	if n, ok := key.number(); ok {
		c.numbers.Put(n, s)
	} else {
		c.others.Put(key, s)
	}
}

// hashNumber spreads ids, which mostly count up from 1.
func hashNumber(n int32) uint64 {
	const spread = 0x9e3779b97f4a7c15 // 2^64 over the golden ratio
	return uint64(n) * spread >> 32
}
