package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"gocloud.dev/blob"
	_ "gocloud.dev/blob/fileblob" // file://
	_ "gocloud.dev/blob/s3blob"   // s3://

	"github.com/magicbyte-go/magicbyte/eventlog"
)

// bucketFlags say which log of which bucket.
type bucketFlags struct {
	bucket, prefix, topic string
}

func (f *bucketFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.bucket, "bucket", "", "bucket, as s3://name?region=... or file:///folder, which is created")
	flags.StringVar(&f.prefix, "prefix", "", "what the keys of the log begin with")
	flags.StringVar(&f.topic, "topic", "", "topic of the log")
	_ = cmd.MarkFlagRequired("bucket") // they exist
	_ = cmd.MarkFlagRequired("topic")
}

// open opens the bucket. lockFile is what uploads to a folder need, "" for all others.
func (f *bucketFlags) open(ctx context.Context) (bucket *blob.Bucket, lockFile string, err error) {
	u, err := url.Parse(f.bucket)
	switch {
	case err != nil:
		return nil, "", errors.New("--bucket: this is no URL; want s3://name or file:///folder")
	case u.Scheme == "file":
		if u.Host != "" && u.Host != "." {
			return nil, "", fmt.Errorf("--bucket %s: a folder has three slashes before it: file:///%s%s", f.bucket, u.Host, u.Path)
		}
		query := u.Query()
		for name, value := range map[string]string{"create_dir": "true", "no_tmp_dir": "true", "metadata": "skip"} {
			if !query.Has(name) {
				query.Set(name, value)
			}
		}
		u.RawQuery = query.Encode()
		folder := filepath.FromSlash(u.Path)
		if u.Host == "." {
			folder = strings.TrimPrefix(folder, string(filepath.Separator))
		}
		lockFile = filepath.Join(folder, ".eventlog.lock")
	case u.Scheme != "s3":
		return nil, "", fmt.Errorf("--bucket %s: want s3://name or file:///folder", f.bucket)
	}
	bucket, err = blob.OpenBucket(ctx, u.String())
	if err != nil {
		return nil, "", fmt.Errorf("--bucket %s: %w", f.bucket, err)
	}
	return bucket, lockFile, nil
}

// with opens the bucket for a command.
func (f *bucketFlags) with(cmd *cobra.Command, do func(bucket *blob.Bucket, lockFile string) error) (err error) {
	bucket, lockFile, err := f.open(cmd.Context())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bucket.Close()) }()
	return do(bucket, lockFile)
}

// rangeFlags say which part of a log.
type rangeFlags struct {
	from, to   int64
	partitions []int
}

func (f *rangeFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.Int64Var(&f.from, "from", 0, "first offset of each partition")
	flags.Int64Var(&f.to, "to", -1, "offset to end before (default: the end)")
	flags.IntSliceVar(&f.partitions, "partition", nil, "partitions (default: all)")
}

func (f *bucketFlags) options(partitions []int) []eventlog.ReadOption {
	opts := []eventlog.ReadOption{eventlog.WithPrefix(f.prefix)}
	if len(partitions) > 0 {
		list := make([]int32, len(partitions))
		for i, p := range partitions {
			list[i] = int32(p) //nolint:gosec // none of that number is there
		}
		opts = append(opts, eventlog.WithPartitions(list...))
	}
	return opts
}
