package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/magicbyte-go/magicbyte/serde/avro"
	"github.com/magicbyte-go/magicbyte/serde/avro/ocf"
)

func newCatCommand() *cobra.Command {
	var schema bool
	cmd := &cobra.Command{
		Use:   "cat FILE.avro...",
		Short: "Print the records of Avro object container files as JSON",
		Long: `Prints each record of Avro object container files as a line of Avro's JSON encoding, as it was written. - is the standard input.

Files of any size take the memory of one block. Of a file that is damaged or was torn by a crash, all that comes before is printed,
and the exit code is 1. Strings that are not valid UTF-8 are printed with U+FFFD.`,
		Example: `  magicbyte cat orders.avro | head -3
  magicbyte cat --schema orders.avro
  gunzip -c orders.avro.gz | magicbyte cat - | jq .order_id`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, files []string) error {
			out := bufio.NewWriterSize(cmd.OutOrStdout(), 64<<10)
			c := cat{out: out, schema: schema}
			var err error
			for _, name := range files {
				if err = c.file(cmd.Context(), cmd.InOrStdin(), name); err != nil {
					break
				}
			}
			if err = errors.Join(err, out.Flush()); errors.Is(err, syscall.EPIPE) {
				return nil // who reads has seen enough
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&schema, "schema", false, "print the schema instead of the records")
	return cmd
}

type cat struct {
	out    *bufio.Writer
	schema bool
	line   []byte
}

// file prints a file, up to its end or to what is wrong with it.
func (c *cat) file(ctx context.Context, stdin io.Reader, name string) error {
	in := stdin
	if name != "-" {
		f, err := os.Open(name) //nolint:gosec // what to read is the caller's choice
		if err != nil {
			return err
		}
		defer f.Close() //nolint:errcheck // it was only read
		in = f
	}
	if closer, ok := in.(io.Closer); ok {
		defer context.AfterFunc(ctx, func() { _ = closer.Close() })() // ends a read that waits
	}
	if err := c.print(ctx, in); err != nil {
		return fmt.Errorf("cat %s: %w", name, err)
	}
	return nil
}

func (c *cat) print(ctx context.Context, in io.Reader) error {
	codec, err := avro.Generic(avro.WithInvalidUTF8(avro.ReplaceInvalidUTF8))
	if err != nil {
		return err
	}
	r, err := ocf.NewReader(in, codec)
	if err != nil {
		return interrupted(ctx, err)
	}
	if c.schema {
		_, err := fmt.Fprintln(c.out, r.Header().Schema)
		return err
	}
	for {
		c.line, err = r.AppendJSON(c.line[:0])
		switch {
		case err == io.EOF: //nolint:errorlint // the value that AppendJSON documents
			return nil
		case err != nil:
			return interrupted(ctx, err)
		case ctx.Err() != nil:
			return ctx.Err()
		}
		if _, err := c.out.Write(append(c.line, '\n')); err != nil {
			return err
		}
	}
}

// interrupted is the error of reading, which an interrupt may have ended.
func interrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}
