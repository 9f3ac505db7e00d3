package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/magicbyte-go/magicbyte/registry/compat"
	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// gitHistory finds earlier schemas in the repositories that the files are in.
type gitHistory struct {
	ref    string
	level  compat.Level
	paths  []string                     // of all files, which may refer to each other
	states map[string]map[string]string // texts that were there, by commit and path
}

func newGitHistory(ctx context.Context, ref string, level compat.Level, paths []string) (*gitHistory, error) {
	if level == "" {
		level = compat.Backward
	}
	g := &gitHistory{ref: ref, level: level, paths: paths, states: map[string]map[string]string{}}
	if level.Transitive() {
		shallow, err := git(ctx, paths[0], "rev-parse", "--is-shallow-repository")
		if err != nil {
			return nil, err
		}
		if strings.TrimSpace(shallow) == "true" {
			return nil, fmt.Errorf("level %s asks about all of the history, and this clone is shallow: fetch it with git fetch --unshallow", level)
		}
	}
	return g, nil
}

func (g *gitHistory) close() error { return nil }

func (g *gitHistory) earlier(ctx context.Context, f file) (earlier, error) {
	found := earlier{name: g.ref, level: g.level, labels: map[int]string{}}
	commit, err := git(ctx, f.path, "rev-parse", "--verify", "--quiet", "--end-of-options", g.ref+"^{commit}")
	if err != nil {
		return earlier{}, fmt.Errorf("%s is no commit, branch or tag here: fetch it first (%w)", g.ref, err)
	}
	commits := []string{strings.TrimSpace(commit)}
	if g.level.Transitive() {
		log, err := git(ctx, f.path, "log", "--format=%H", commits[0], "--", filepath.Base(f.path))
		if err != nil {
			return earlier{}, err
		}
		commits = strings.Fields(log)
	}
	for i, commit := range commits { // newest first
		schema, err := g.at(ctx, commit, f.path)
		if err != nil {
			return earlier{}, err
		}
		if schema == nil {
			continue // deleted there, or not made yet
		}
		schema.Version = len(commits) - i
		found.schemas = append(found.schemas, *schema)
		found.labels[schema.Version] = "commit " + commit[:12]
	}
	return found, nil
}

// at returns the schema of a file at a commit, with those that it referred to there, or nil where the file was not there.
func (g *gitHistory) at(ctx context.Context, commit, path string) (*compat.Schema, error) {
	text, err := g.text(ctx, commit, path)
	if err != nil || text == "" {
		return nil, err
	}
	alone := compat.Schema{Text: text}
	if _, err := avro.Parse(text, avro.Lenient()); err == nil {
		return &alone, nil
	}
	var files []file
	for _, other := range g.paths {
		text, err := g.text(ctx, commit, other)
		if err != nil {
			return nil, err
		}
		if text != "" {
			files = append(files, file{path: other, schema: compat.Schema{Text: text}})
		}
	}
	files, err = resolve(files, avro.Lenient())
	if err != nil {
		return nil, fmt.Errorf("at commit %s: %w", commit[:12], err)
	}
	for _, f := range files {
		if f.path == path {
			return &f.schema, nil
		}
	}
	return &alone, nil
}

// text returns what was in a file at a commit, "" where it was not there.
func (g *gitHistory) text(ctx context.Context, commit, path string) (string, error) {
	if text, ok := g.states[commit][path]; ok {
		return text, nil
	}
	listed, err := git(ctx, path, "ls-tree", commit, "--", filepath.Base(path))
	if err != nil {
		return "", err
	}
	var text string
	if fields := strings.Fields(listed); len(fields) > 2 && fields[1] == "blob" { // mode, type, object, path
		if text, err = git(ctx, path, "cat-file", "blob", fields[2]); err != nil {
			return "", err
		}
	}
	if g.states[commit] == nil {
		g.states[commit] = map[string]string{}
	}
	g.states[commit][path] = text
	return text, nil
}

// git runs in the folder of a file and returns what it printed.
func git(ctx context.Context, path string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", filepath.Dir(path)}, args...)...)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	err := cmd.Run()
	if said := strings.TrimSpace(complaint.String()); err != nil && said != "" {
		err = errors.New(said)
	}
	if err != nil {
		return "", fmt.Errorf("git %s: %w", args[0], err)
	}
	return out.String(), nil
}
