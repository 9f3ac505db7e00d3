package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/registry/compat"
	"github.com/magicbyte-go/magicbyte/serde"
)

// registryHistory finds earlier schemas in a Schema Registry.
type registryHistory struct {
	client  *registry.Client
	level   compat.Level // "" for the subject's
	subject string       // with {name}
}

func newRegistryHistory(url string, level compat.Level, subject string, paths []string) (*registryHistory, error) {
	if len(paths) > 1 && !strings.Contains(subject, "{name}") {
		return nil, fmt.Errorf("--subject %s is one subject for %d files: put {name} into it", subject, len(paths))
	}
	var options []registry.Option
	if text, ok := os.LookupEnv(authVariable); ok {
		users, err := parseUsers(authVariable, text)
		if err != nil {
			return nil, err
		}
		if len(users) != 1 {
			return nil, fmt.Errorf("%s has %d users, and one can ask", authVariable, len(users))
		}
		options = append(options, registry.WithBasicAuth(users[0].name, users[0].password))
	}
	client, err := registry.New(url, options...)
	if err != nil {
		return nil, err
	}
	return &registryHistory{client: client, level: level, subject: subject}, nil
}

func (r *registryHistory) close() error { return r.client.Close() }

func (r *registryHistory) earlier(ctx context.Context, f file) (earlier, error) {
	name := strings.TrimSuffix(filepath.Base(f.path), ".avsc")
	subject := strings.ReplaceAll(r.subject, "{name}", name)
	found := earlier{name: subject, level: r.level, labels: map[int]string{}}
	versions, err := r.client.Versions(ctx, subject)
	if errors.Is(err, registry.ErrSubjectNotFound) {
		return found, nil
	}
	if err != nil {
		return earlier{}, err
	}
	if found.level == "" {
		if found.level, err = r.client.Level(ctx, subject); err != nil {
			return earlier{}, err
		}
	}
	if !found.level.Transitive() {
		versions = versions[max(0, len(versions)-1):] // they ascend
	}
	for _, version := range versions {
		s, err := r.client.SchemaByVersion(ctx, subject, version)
		if err != nil {
			return earlier{}, err
		}
		if s.Type != serde.TypeAvro {
			return earlier{}, fmt.Errorf("version %d of %s is %s: only Avro is compared", version, subject, s.Type)
		}
		references, err := r.referred(ctx, subject, s.References, map[serde.Reference]bool{})
		if err != nil {
			return earlier{}, fmt.Errorf("version %d of %s: %w", version, subject, err)
		}
		found.schemas = append(found.schemas, compat.Schema{Version: version, Text: s.Text, References: references})
		found.labels[version] = fmt.Sprintf("version %d", version)
	}
	return found, nil
}

// referred returns the texts of what a schema of subject refers to, each after what it refers to itself.
func (r *registryHistory) referred(ctx context.Context, subject string, references []serde.Reference, seen map[serde.Reference]bool) ([]string, error) {
	var texts []string
	for _, ref := range references {
		place := serde.Reference{Subject: beside(subject, ref.Subject), Version: ref.Version}
		if seen[place] {
			continue
		}
		if seen[place] = true; len(seen) > compat.MaxReferences {
			return nil, fmt.Errorf("it refers to more than %d schemas", compat.MaxReferences)
		}
		s, err := r.client.SchemaByVersion(ctx, place.Subject, place.Version)
		if err != nil {
			return nil, fmt.Errorf("reference %q: %w", ref.Name, err)
		}
		more, err := r.referred(ctx, place.Subject, s.References, seen)
		if err != nil {
			return nil, err
		}
		texts = append(append(texts, more...), s.Text)
	}
	return texts, nil
}

// beside qualifies a subject that a schema of another one refers to: a plain name is meant within the registry context of that one.
func beside(subject, referred string) string {
	rest, qualified := strings.CutPrefix(subject, ":.")
	context, _, named := strings.Cut(rest, ":")
	if !qualified || !named || strings.HasPrefix(referred, ":.") {
		return referred
	}
	return ":." + context + ":" + referred
}
