package eventlog_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/blob/driver"
	"gocloud.dev/gcerrors"
)

// faults are what goes wrong with a bucket. Each may be nil, is called by several goroutines at once, and gets the object's bytes.
type faults struct {
	opening func(key string) error                                     // when an upload begins
	writing func(key string, n int) error                              // with each piece
	before  func(ctx context.Context, key string, object []byte) error // before the object is there: an error keeps it away
	after   func(ctx context.Context, key string, object []byte) error // when it is there: an error looks as if it were not
	listing func() error
	reading func(key string) error                                            // when an object is opened
	stored  func(ctx context.Context, key string, object []byte, found error) // the outcome
}

// faulty returns a bucket that stands before another one and has faults. The inner one stays open.
func faulty(t testing.TB, inner *blob.Bucket, f faults) *blob.Bucket {
	t.Helper()
	bucket := blob.NewBucket(&faultyDriver{inner, f})
	t.Cleanup(func() { _ = bucket.Close() })
	return bucket
}

type faultyDriver struct {
	inner *blob.Bucket
	f     faults
}

func (*faultyDriver) ErrorCode(err error) gcerrors.ErrorCode { return gcerrors.Code(err) }
func (*faultyDriver) As(any) bool                            { return false }
func (*faultyDriver) ErrorAs(error, any) bool                { return false }
func (*faultyDriver) Close() error                           { return nil }
func (*faultyDriver) Copy(context.Context, string, string, *driver.CopyOptions) error {
	return errors.ErrUnsupported
}

func (*faultyDriver) SignedURL(context.Context, string, *driver.SignedURLOptions) (string, error) {
	return "", errors.ErrUnsupported
}

func (d *faultyDriver) Delete(ctx context.Context, key string) error {
	return d.inner.Delete(ctx, key)
}

func (d *faultyDriver) Attributes(ctx context.Context, key string) (*driver.Attributes, error) {
	a, err := d.inner.Attributes(ctx, key)
	if err != nil {
		return nil, err
	}
	return &driver.Attributes{ContentType: a.ContentType, Size: a.Size, ModTime: a.ModTime}, nil
}

func (d *faultyDriver) ListPaged(ctx context.Context, opts *driver.ListOptions) (*driver.ListPage, error) {
	if d.f.listing != nil {
		if err := d.f.listing(); err != nil {
			return nil, err
		}
	}
	token := opts.PageToken
	if len(token) == 0 {
		token = blob.FirstPageToken
	}
	size := opts.PageSize
	if size == 0 {
		size = 1000
	}
	objects, next, err := d.inner.ListPage(ctx, token, size, &blob.ListOptions{Prefix: opts.Prefix, Delimiter: opts.Delimiter})
	if err != nil {
		return nil, err
	}
	page := &driver.ListPage{NextPageToken: next}
	for _, o := range objects {
		page.Objects = append(page.Objects, &driver.ListObject{Key: o.Key, Size: o.Size, ModTime: o.ModTime, IsDir: o.IsDir})
	}
	return page, nil
}

func (d *faultyDriver) NewRangeReader(ctx context.Context, key string, offset, length int64, _ *driver.ReaderOptions) (driver.Reader, error) {
	if d.f.reading != nil {
		if err := d.f.reading(key); err != nil {
			return nil, err
		}
	}
	r, err := d.inner.NewRangeReader(ctx, key, offset, length, nil)
	if err != nil {
		return nil, err
	}
	return faultyReader{r}, nil
}

type faultyReader struct{ *blob.Reader }

func (faultyReader) As(any) bool { return false }
func (r faultyReader) Attributes() *driver.ReaderAttributes {
	return &driver.ReaderAttributes{ContentType: r.ContentType(), Size: r.Size(), ModTime: r.ModTime()}
}

func (d *faultyDriver) NewTypedWriter(ctx context.Context, key, contentType string, opts *driver.WriterOptions) (driver.Writer, error) {
	if d.f.opening != nil {
		if err := d.f.opening(key); err != nil {
			return nil, err
		}
	}
	return &faultyWriter{ctx: ctx, d: d, key: key, contentType: contentType, opts: opts}, nil
}

type faultyWriter struct {
	ctx              context.Context
	d                *faultyDriver
	key, contentType string
	opts             *driver.WriterOptions
	buf              bytes.Buffer
}

func (w *faultyWriter) Write(p []byte) (int, error) {
	if w.d.f.writing != nil {
		if err := w.d.f.writing(w.key, w.buf.Len()); err != nil {
			return 0, err
		}
	}
	return w.buf.Write(p)
}

func (w *faultyWriter) Close() (err error) {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if w.d.f.stored != nil {
		defer func() { w.d.f.stored(w.ctx, w.key, w.buf.Bytes(), err) }()
	}
	if w.d.f.before != nil {
		if err := w.d.f.before(w.ctx, w.key, w.buf.Bytes()); err != nil {
			return err
		}
	}
	err = w.d.inner.Upload(w.ctx, w.key, io.Reader(bytes.NewReader(w.buf.Bytes())), &blob.WriterOptions{ContentType: w.contentType, IfNotExist: w.opts.IfNotExist})
	if err != nil {
		return err
	}
	if w.d.f.after != nil {
		return w.d.f.after(w.ctx, w.key, w.buf.Bytes())
	}
	return nil
}

// pause waits, unless ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
