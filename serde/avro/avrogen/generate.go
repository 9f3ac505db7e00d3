package avrogen

import (
	"errors"
	"fmt"
	"go/token"
	"path"
	"strings"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// File is a schema to read, or a Go file to write.
type File struct {
	Name    string // with or without folders, which do not count
	Content []byte
}

// Config says how Go code is written.
type Config struct {
	// Package is the name of the Go package. It must be given.
	Package string
	// Optional makes unions of null and one other type an avro.Optional instead of a pointer.
	Optional bool
	// Embed has the text of each schema come from its file by go:embed. The schema file must then be in the folder of the package. By
	// default the text is a constant. A schema that refers to others is a constant always, with the types that it needs.
	Embed bool
	// Types maps schemas to Go types that were written by hand, in the form "example.com/money.Amount": named types by their
	// full names, others by their logicalType, whatever it is. A pointer to the Go type must be an avro.Custom.
	Types map[string]string
}

// Generate returns the Go files of schemas, in the order of the schemas: order_event_avro.go for order_event.avsc. Equal input has equal
// output.
func Generate(config Config, files ...File) ([]File, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	sources, err := load(files)
	if err != nil {
		return nil, err
	}
	g := newGenerator(config)
	if err := g.build(sources); err != nil {
		return nil, err
	}
	out := make([]File, len(sources))
	for i, s := range sources {
		content, err := g.file(s)
		if err != nil {
			return nil, fmt.Errorf("avrogen: write the code of %s: %w", s.name, err)
		}
		out[i] = File{s.output, content}
	}
	return out, nil
}

func (c Config) check() error {
	var problems []error
	if !token.IsIdentifier(c.Package) || c.Package == "_" {
		problems = append(problems, fmt.Errorf("avrogen: %q is no name of a Go package", c.Package))
	}
	for _, schema := range sortedKeys(c.Types) {
		if _, _, err := splitGoType(c.Types[schema]); err != nil {
			problems = append(problems, fmt.Errorf("avrogen: Go type of %s: %w", schema, err))
		}
	}
	return errors.Join(problems...)
}

// splitGoType splits "example.com/money.Amount".
func splitGoType(text string) (importPath, name string, err error) {
	slash := strings.LastIndexByte(text, '/')
	dot := strings.LastIndexByte(text, '.')
	if dot <= slash+1 || !token.IsIdentifier(text[dot+1:]) || !token.IsExported(text[dot+1:]) {
		return "", "", fmt.Errorf("%q is not of the form example.com/money.Amount", text)
	}
	return text[:dot], text[dot+1:], nil
}

// source is a schema file.
type source struct {
	name   string // of the file
	output string
	text   string
	schema *avro.Schema
	alone  bool           // it needs no other file
	types  []*avro.Schema // that this file defines first
}

// load parses the files. Each may name types of all others.
func load(files []File) ([]*source, error) {
	sources := make([]*source, len(files))
	outputs := map[string]string{}
	var problems []error
	for i, f := range files {
		base := path.Base(strings.ReplaceAll(f.Name, `\`, "/"))
		s := &source{name: base, output: strings.TrimSuffix(base, ".avsc") + "_avro.go", text: string(f.Content)}
		if base == "" || base[0] == '_' || base[0] == '.' {
			problems = append(problems, fmt.Errorf("avrogen: %q: Go ignores files whose names begin with _ or a dot; rename it", f.Name))
		}
		if other, taken := outputs[s.output]; taken {
			problems = append(problems, fmt.Errorf("avrogen: %s and %s would both be written to %s; rename one of them", other, f.Name, s.output))
		}
		outputs[s.output] = f.Name
		sources[i] = s
	}
	if problems != nil {
		return nil, errors.Join(problems...)
	}
	var known []*avro.Schema
	for left := len(sources); left > 0; {
		before := left
		problems = nil
		for _, s := range sources {
			if s.schema != nil {
				continue
			}
			schema, err := avro.Parse(s.text, avro.WithTypes(known...))
			if err != nil {
				problems = append(problems, fmt.Errorf("avrogen: %s: %w", s.name, err))
				continue
			}
			_, aloneErr := avro.Parse(s.text)
			s.schema, s.alone = schema, aloneErr == nil
			known = append(known, schema)
			left--
		}
		if left == before {
			return nil, errors.Join(problems...)
		}
	}
	return sources, nil
}
