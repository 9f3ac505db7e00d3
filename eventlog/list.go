package eventlog

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"gocloud.dev/blob"
)

// File is an object of a log, as its name tells.
type File struct {
	Key       string
	Topic     string
	Partition int32
	First     int64 // offset
	Size      int64 // bytes
}

// List returns the files of a topic, by partition and first offset. Objects with other names are left out. It keeps some 100 bytes for each in
// memory. A topic without files is no error.
func List(ctx context.Context, bucket *blob.Bucket, topic string, opts ...ReadOption) ([]File, error) {
	r, err := newReading(opts)
	if err != nil {
		return nil, err
	}
	return r.list(ctx, bucket, topic)
}

// lookAgain is how often a folder is listed when a file goes away under the listing.
const lookAgain = 100

// list is List with the options taken in. A folder (fileblob) lists the temporary file of an upload under way too, and fails where that was renamed
// before it looked at it. That is no error of the folder's: it is listed again.
func (r *reading) list(ctx context.Context, bucket *blob.Bucket, topic string) ([]File, error) {
	for attempt := 1; ; attempt++ {
		files, err := r.listOnce(ctx, bucket, topic)
		switch {
		case err == nil:
			return files, nil
		case attempt == lookAgain || !errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("eventlog: list %s: %w", r.layout.topic(topic), err)
		}
	}
}

func (r *reading) listOnce(ctx context.Context, bucket *blob.Bucket, topic string) ([]File, error) {
	var files []File
	objects := bucket.List(&blob.ListOptions{Prefix: r.layout.topic(topic)})
	for {
		object, err := objects.Next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		partition, first, ok := r.layout.parse(topic, object.Key)
		if ok && r.wants(partition) {
			files = append(files, File{Key: object.Key, Topic: topic, Partition: partition, First: first, Size: object.Size})
		}
	}
	slices.SortFunc(files, func(a, b File) int {
		return cmp.Or(cmp.Compare(a.Partition, b.Partition), cmp.Compare(a.First, b.First), cmp.Compare(a.Key, b.Key))
	})
	return files, nil
}

// since returns the files that may have offsets from one on: not those whose next one begins there or before. Where two begin at the same offset, they are of
// two chains from there on, of which one may end early.
func since(files []File, from int64) []File {
	var kept []File
	forked := false
	for i, f := range files {
		if i == 0 || f.Partition != files[i-1].Partition {
			forked = false
		}
		follows := i+1 < len(files) && files[i+1].Partition == f.Partition
		forked = forked || follows && files[i+1].First == f.First
		if forked || !follows || files[i+1].First > from {
			kept = append(kept, f)
		}
	}
	return kept
}
