// Package gencmd is the command that writes Go code from schemas: a part of magicbyte, and a program of its own that imports nothing
// of what is generated.
package gencmd

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/magicbyte-go/magicbyte/serde/avro/avrogen"
)

// New returns the command.
func New() *cobra.Command {
	var (
		config   avrogen.Config
		out      string
		optional string
	)
	cmd := &cobra.Command{
		Use:   "gen [flags] schema.avsc...",
		Short: "Write Go types and their codecs from Avro schemas",
		Long: `Write Go types and their codecs from Avro schemas: order_event_avro.go for order_event.avsc, in the folder --out.

Schemas may refer to types of each other. All schemas of a Go package are to be given at once, as in

	//go:generate go run github.com/magicbyte-go/magicbyte/cmd/magicbyte-gen --package events order.avsc customer.avsc`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			switch optional {
			case "pointer":
			case "avro.Optional":
				config.Optional = true
			default:
				return fmt.Errorf("gen: --optional %s: it must be pointer or avro.Optional", optional)
			}
			if config.Package == "" {
				config.Package = os.Getenv("GOPACKAGE") // go generate sets it
			}
			if config.Package == "" {
				return errors.New("gen: --package is missing: the name of the Go package")
			}
			if err := generate(config, out, args); err != nil {
				return fmt.Errorf("gen: %w", err)
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&config.Package, "package", "", "name of the Go package; within go generate the package that asks for it")
	flags.StringVar(&out, "out", ".", "folder of the Go files")
	flags.StringVar(&optional, "optional", "pointer", "Go type of a union of null and another type: pointer or avro.Optional")
	flags.BoolVar(&config.Embed, "embed", false, "embed the schema files, which must be in the folder of the Go files, instead of a constant with their text")
	flags.StringToStringVar(&config.Types, "type", nil, "Go type for a named type or a logical type, as in com.acme.Money=example.com/money.Amount")
	return cmd
}

// generate reads the schemas and writes the Go files that changed.
func generate(config avrogen.Config, out string, paths []string) error {
	sources := make([]avrogen.File, len(paths))
	for i, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if config.Embed && filepath.Clean(filepath.Dir(path)) != filepath.Clean(out) {
			return fmt.Errorf("%s is not in the folder %s, from where --embed could take it", path, out)
		}
		sources[i] = avrogen.File{Name: filepath.Base(path), Content: content}
	}
	files, err := avrogen.Generate(config, sources...)
	if err != nil {
		return err
	}
	for _, f := range files {
		path := filepath.Join(out, f.Name)
		if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, f.Content) {
			continue
		}
		if err := os.WriteFile(path, f.Content, 0o644); err != nil { //nolint:gosec // source code is for everybody to read
			return err
		}
	}
	return nil
}
