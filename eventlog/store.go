package eventlog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
)

const (
	firstPause = 200 * time.Millisecond
	lastPause  = 10 * time.Second
)

// store stores a complete file, unless an object of its name is there: then it returns what that one says of itself. Errors that may pass are tried
// again.
func (w *Writer) store(ctx context.Context, f *file) (there *Metadata, err error) {
	select {
	case w.uploads <- struct{}{}:
		defer func() { <-w.uploads }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	pause := firstPause
	for attempt := 0; ; attempt++ {
		there, err := w.try(ctx, f)
		switch {
		case err == nil:
			return there, nil
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case lasting(err) || attempt >= w.set.retries:
			return nil, &ObjectError{f.key, fmt.Errorf("store %s[%d] offsets %d to %d, attempt %d: %w", f.meta.Topic, f.meta.Partition, f.meta.First, f.meta.Last, attempt+1, err)}
		}
		wait := pause/2 + rand.N(pause/2+1) //nolint:gosec // a pause
		w.set.log.WarnContext(ctx, "upload failed, to be tried again", slog.String("key", f.key), slog.Any("error", err), slog.Duration("pause", wait))
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, context.Cause(ctx)
		}
		pause = min(2*pause, lastPause)
	}
}

// try uploads once.
func (w *Writer) try(ctx context.Context, f *file) (there *Metadata, err error) {
	err = w.upload(ctx, f)
	if !taken(err) {
		return nil, err
	}
	there, err = Describe(ctx, w.bucket, f.key)
	if err != nil {
		return nil, fmt.Errorf("the object exists: %w", err)
	}
	if err := same(f, there); err != nil {
		return nil, err
	}
	return there, nil
}

// upload writes the object. It becomes visible when it is complete, or not at all: a context that ended tells the driver to give it up.
func (w *Writer) upload(ctx context.Context, f *file) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	object, err := w.bucket.NewWriter(ctx, f.key, &blob.WriterOptions{
		ContentType: "application/avro", IfNotExist: true, BufferSize: partSize, MaxConcurrency: 1,
	})
	if err != nil {
		return err
	}
	if _, err := io.Copy(object, f.reader()); err != nil {
		cancel()
		return first(err, object.Close())
	}
	if w.set.lockFile != "" {
		unlock, err := lock(ctx, w.set.lockFile)
		if err != nil {
			cancel()
			return errors.Join(fmt.Errorf("lock %s: %w", w.set.lockFile, err), object.Close())
		}
		defer func() { err = errors.Join(err, unlock()) }()
	}
	return object.Close()
}

// first returns why an upload was given up. Where the driver itself refused the object while it was written, Close says so.
func first(writing, closing error) error {
	if taken(closing) {
		return closing
	}
	return writing
}

// same makes sure that an object under a file's name is of the same log.
func same(f *file, there *Metadata) error {
	m := &f.meta
	switch {
	case there.Topic != m.Topic || there.Partition != m.Partition || there.First != m.First:
		return fmt.Errorf("%w: it says that it is %s[%d] from offset %d", ErrDamaged, there.Topic, there.Partition, there.First)
	case there.FirstRecord == m.FirstRecord && there.written != m.written:
		return fmt.Errorf("%w: its record at offset %d is of %v, not of %v; was the topic made anew? use another prefix", ErrConflict,
			m.FirstRecord, time.UnixMilli(there.written).UTC(), time.UnixMilli(m.written).UTC())
	}
	return nil
}

// taken reports whether an upload failed since the object exists.
func taken(err error) bool {
	if err == nil {
		return false
	}
	code := gcerrors.Code(err)
	return code == gcerrors.FailedPrecondition || code == gcerrors.AlreadyExists
}

func denied(err error) bool { return gcerrors.Code(err) == gcerrors.PermissionDenied }

// lasting reports whether an upload need not be tried again.
func lasting(err error) bool {
	if errors.Is(err, ErrConflict) || errors.Is(err, ErrDamaged) {
		return true
	}
	switch gcerrors.Code(err) {
	case gcerrors.PermissionDenied, gcerrors.InvalidArgument, gcerrors.Unimplemented:
		return true
	default:
		return false
	}
}
