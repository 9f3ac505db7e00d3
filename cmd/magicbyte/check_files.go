package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/magicbyte-go/magicbyte/registry/compat"
	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// file is a schema file, with the files that it refers to as references.
type file struct {
	path   string
	schema compat.Schema
}

// readFiles reads schemas that may be used from now on, so that they are parsed strictly.
func readFiles(paths []string) ([]file, error) {
	texts := make([]file, len(paths))
	for i, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		texts[i] = file{path: path, schema: compat.Schema{Text: string(text)}}
	}
	return resolve(texts)
}

// resolve finds out which files need the others: those that cannot be parsed alone get as references all that could be parsed
// before them, each after what it refers to itself. Files that need no other stay apart, so that two versions of one type can
// be checked at once. The order of the files is kept.
func resolve(files []file, opts ...avro.ParseOption) ([]file, error) {
	var (
		known []*avro.Schema
		texts []string
		done  = make([]bool, len(files))
	)
	for left := len(files); left > 0; {
		before := left
		given, references := known, texts // of earlier rounds alone, so that the first round is of those that need none
		var problems []error
		for i := range files {
			if done[i] {
				continue
			}
			f := &files[i]
			schema, err := avro.Parse(f.schema.Text, append([]avro.ParseOption{avro.WithTypes(given...)}, opts...)...)
			if err != nil {
				problems = append(problems, fmt.Errorf("%s: %w", f.path, err))
				continue
			}
			f.schema.References = references
			done[i] = true
			left--
			known, texts = append(known, schema), append(texts, f.schema.Text)
		}
		if left == before {
			return nil, errors.Join(problems...)
		}
	}
	return files, nil
}
