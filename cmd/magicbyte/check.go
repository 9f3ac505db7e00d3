package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/magicbyte-go/magicbyte/registry/compat"
)

// Exit codes of check. Every other command that fails ends with 1.
const (
	exitIncompatible = 1
	exitUndecided    = 2
)

// incompatible is the verdict that a schema must not follow what is there.
type incompatible struct{ count, of int }

func (e incompatible) Error() string {
	return fmt.Sprintf("check: %d of %d schemas must not follow what is there", e.count, e.of)
}

// undecided is the reason why there is no verdict.
type undecided struct{ cause error }

func (e undecided) Error() string { return "check: " + e.cause.Error() }
func (e undecided) Unwrap() error { return e.cause }

// exitCode is what the process ends with.
func exitCode(err error) int {
	if _, ok := errors.AsType[undecided](err); ok {
		return exitUndecided
	}
	return exitIncompatible
}

func newCheckCommand() *cobra.Command {
	var settings checkSettings
	cmd := &cobra.Command{
		Use:   "check [flags] schema.avsc...",
		Short: "Check whether schemas may follow what is in git or in a Schema Registry",
		Long: `Checks, for each file, whether its schema may follow the earlier ones under a compatibility level, and prints what clashes and where.
The verdict is made here, by the rules of Java's checker; a registry is only read.

  --against REF   the earlier schemas are those of the same file at a commit, branch or tag; for a level that ends in _TRANSITIVE
                  all of its history up to there
  --registry URL  the earlier schemas are the versions of the subject, and the level is the subject's unless --level is given.
                  Credentials are taken from the URL, or as user:password from ` + authVariable + `
  neither         the files are parsed, as strictly as a registry does it

Schemas may refer to types of each other: all files that belong together are to be given at once. What is not there yet follows nothing.

It ends with 0 if all schemas may follow, with 1 if one may not, and with 2 if that could not be found out.`,
		Example: `  magicbyte check --against origin/main schemas/*.avsc
  magicbyte check --registry https://registry.example.com --subject orders.raw-value schemas/order_event.avsc`,
		Args: func(cmd *cobra.Command, args []string) error {
			if err := cobra.MinimumNArgs(1)(cmd, args); err != nil {
				return undecided{err}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := refuseEmpty(cmd.Flags()); err != nil {
				return undecided{err}
			}
			return settings.run(cmd.Context(), &page{to: cmd.OutOrStdout()}, args)
		},
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return undecided{err} })
	flags := cmd.Flags()
	flags.StringVar(&settings.against, "against", "", "commit, branch or tag of git")
	flags.StringVar(&settings.registry, "registry", "", "URL of a Schema Registry")
	flags.StringVar(&settings.level, "level", "", "compatibility level (default: BACKWARD with --against, the subject's with --registry)")
	flags.StringVar(&settings.subject, "subject", "{name}-value", "subject of a file, with {name} for its name without folder and .avsc")
	return cmd
}

type checkSettings struct {
	against, registry string
	level, subject    string
}

// earlier is what a schema is to follow.
type earlier struct {
	name    string // "origin/main", "orders-value"
	level   compat.Level
	schemas []compat.Schema
	labels  map[int]string // what the versions of schemas are called
}

// history finds what the schema of a file is to follow.
type history interface {
	earlier(ctx context.Context, f file) (earlier, error)
	close() error
}

// run prints a verdict for each file.
func (s checkSettings) run(ctx context.Context, out *page, paths []string) (err error) {
	from, err := s.history(ctx, paths)
	if err != nil {
		return undecided{err}
	}
	if from != nil {
		defer func() {
			if closeErr := from.close(); closeErr != nil {
				err = errors.Join(err, undecided{closeErr})
			}
		}()
	}
	files, err := readFiles(paths)
	if err != nil {
		return undecided{err}
	}
	verdict := incompatible{of: len(files)}
	for _, f := range files {
		if from == nil {
			fmt.Fprintf(out, "%s: valid\n", f.path)
			continue
		}
		before, err := from.earlier(ctx, f)
		if err != nil {
			return undecided{fmt.Errorf("%s: %w", f.path, err)}
		}
		if !before.show(out, f) {
			verdict.count++
		}
	}
	if out.err != nil {
		return undecided{out.err}
	}
	if verdict.count > 0 {
		return verdict
	}
	return nil
}

func (s checkSettings) history(ctx context.Context, paths []string) (history, error) {
	level, err := s.parseLevel()
	if s.against != "" && s.registry != "" {
		err = errors.Join(err, errors.New("--against and --registry exclude each other: run it twice"))
	}
	if s.against == "" && s.registry == "" && s.level != "" {
		err = errors.Join(err, errors.New("--level needs --against or --registry: there is nothing to compare with"))
	}
	switch {
	case err != nil:
		return nil, err
	case s.against != "":
		return newGitHistory(ctx, s.against, level, paths)
	case s.registry != "":
		return newRegistryHistory(s.registry, level, s.subject, paths)
	default:
		return nil, nil
	}
}

// parseLevel returns "" where none is given.
func (s checkSettings) parseLevel() (compat.Level, error) {
	if s.level == "" {
		return "", nil
	}
	return compat.ParseLevel(s.level)
}

// show prints the verdict on a file and reports whether it may follow.
func (e earlier) show(out *page, f file) bool {
	if len(e.schemas) == 0 {
		fmt.Fprintf(out, "%s: new, not in %s\n", f.path, e.name)
		return true
	}
	result := compat.Check(e.level, f.schema, e.schemas)
	if result.Compatible() {
		fmt.Fprintf(out, "%s: may follow %s (%s)\n", f.path, e.name, e.level)
		return true
	}
	fmt.Fprintf(out, "%s: must not follow %s (%s)\n", f.path, e.name, e.level)
	for _, m := range result.Messages {
		at := ""
		if label := e.labels[m.Version]; label != "" {
			at = label + ": "
		}
		fmt.Fprintf(out, "  %s%s: %s", at, m.Type, m.Description())
		if info := m.Info(); info != "" {
			fmt.Fprintf(out, " (%s)", info)
		}
		fmt.Fprintln(out)
	}
	return false
}
