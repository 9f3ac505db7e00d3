package registry

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/magicbyte-go/magicbyte/registry/internal/snapshot"
	"github.com/magicbyte-go/magicbyte/serde"
)

// saveDelay lets the answers of a starting service come together in one write.
const saveDelay = time.Second

// WithSnapshot keeps the registry's answers in a file at path: all schemas with what they refer to, and which registration, version or
// newest version each of them was the answer to. [New] reads it, so a service that starts while its registry is down goes on with what it
// knew. While the registry answers, only schemas by id are taken from the file, since they never change.
//
// The file is written a second after something new was learnt, by [Client.SaveSnapshot] and by [Client.Close]: in one step, with a
// checksum. Several processes may share it; each adds what it has seen. A file that is torn, corrupted, of another registry, or written
// with [WithRulesIgnored] for a client without it, is not used at all: the logger says so, and so does the error of whatever it
// would have helped. The next write replaces it. Its folder must exist, or [New] fails: in an outage it would be too late to learn of it. The file holds schemas and no credentials.
func WithSnapshot(path string) Option {
	return optionFunc(func(c *config) {
		switch info, err := os.Stat(filepath.Dir(path)); {
		case path == "":
			c.fail("WithSnapshot: the path is empty")
		case err != nil:
			c.fail("WithSnapshot: the folder of %s: %w", path, err)
		case !info.IsDir():
			c.fail("WithSnapshot: what %s should be in is not a folder", path)
		}
		c.snapshot = path
	})
}

// SaveSnapshot writes the file of [WithSnapshot] now, where there is one and it lacks something.
func (c *Client) SaveSnapshot() error {
	if c.snapshot == "" || !c.book.Changed() {
		return nil
	}
	if err := c.book.Save(c.snapshot, c.owner); err != nil {
		return fmt.Errorf("registry: save snapshot %s: %w", c.snapshot, err)
	}
	c.unusable.Store(nil)
	return nil
}

// loadSnapshot takes what the file says. An unusable file is no reason not to start: the registry may be well.
func (c *Client) loadSnapshot() {
	if c.snapshot == "" {
		return
	}
	if err := c.book.Load(c.snapshot, c.owner); err != nil {
		why := fmt.Errorf("the snapshot %s is not used: %w", c.snapshot, err)
		c.unusable.Store(&why)
		if c.logger != nil {
			c.logger.Error("schema registry snapshot is not used", slog.String(logPath, c.snapshot), slog.Any(logError, err))
		}
		return
	}
	c.book.Schemas(func(context string, id serde.SchemaID, schema serde.Schema) {
		c.ids.put(idKey{context: context, id: id}, schema)
	})
}

// save writes the snapshot in a moment, unless that is under way.
func (c *Client) save(ctx context.Context) {
	if c.snapshot == "" || !c.book.Changed() || !c.saving.CompareAndSwap(false, true) {
		return
	}
	c.background.Go(ctx, func(ctx context.Context) {
		select {
		case <-time.After(saveDelay):
		case <-ctx.Done(): // Close saves
			return
		}
		c.saving.Store(false) // before the answers are read: what comes from now on starts a write of its own
		if err := c.SaveSnapshot(); err != nil {
			c.warn(ctx, "schema registry snapshot cannot be written", err)
		}
	})
}

// Questions, as the snapshot has them.

func (k idKey) asked() snapshot.Key {
	return snapshot.Key{Kind: snapshot.ByID, Context: k.context, ID: k.id}
}

func (k versionKey) asked() snapshot.Key {
	return snapshot.Key{Kind: snapshot.ByVersion, Subject: k.subject, Version: k.version}
}

func (k registrationKey) asked() snapshot.Key {
	return snapshot.Key{Kind: snapshot.Registration, Subject: k.subject, Type: k.schemaType, Text: k.text, References: k.references}
}

const logPath = "path"
