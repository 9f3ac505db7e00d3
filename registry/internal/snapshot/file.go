package snapshot

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Owner is whose answers a file holds. Answers of another registry mean nothing, and those of a client that ignores rules must not reach one that does not.
type Owner struct {
	Bases        []string `json:"registry"`
	RulesIgnored bool     `json:"rulesIgnored,omitempty"`
}

func (o Owner) check(file Owner) error {
	switch {
	case !slices.ContainsFunc(o.Bases, func(base string) bool { return slices.Contains(file.Bases, base) }):
		return fmt.Errorf("it is of another registry, %q", file.Bases)
	case file.RulesIgnored && !o.RulesIgnored:
		return errors.New("it was written by a client with WithRulesIgnored")
	}
	return nil
}

// CheckPath returns what keeps a file at path from ever being written, as far as can be told before: in an outage it would be too late to learn of it.
func CheckPath(path string) error {
	if path == "" {
		return errors.New("the path is empty")
	}
	info, err := os.Stat(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("the folder of %s: %w", path, err)
	}
	if !info.IsDir() {
		return fmt.Errorf("what %s should be in is not a folder", path)
	}
	return nil
}

// The file is a line of JSON, which says what follows and how to know that it is whole, and the answers as JSON.
const format = "magicbyte schema registry snapshot 1"

type header struct {
	Format string `json:"format"`
	Size   int    `json:"size"`
	SHA256 string `json:"sha256"`
}

// Load puts the answers of the file at path into b. A file that does not exist is an empty one; one that is not whole, or not owner's, is an
// error, and nothing of it is used.
func (b *Book) Load(path string, owner Owner) error {
	answers, err := b.read(path, owner)
	if err != nil {
		return err
	}
	b.merge(answers)
	return nil
}

// Save writes the answers of b to path, together with those that other processes have put there: whole or not at all, also when the machine
// stops in the middle of it. What was there and cannot be used is replaced.
func (b *Book) Save(path string, owner Owner) (err error) {
	unlock, err := lock(path + ".lock")
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, unlock())
		if err != nil {
			b.unsaved()
		}
	}()
	others, _ := b.read(path, owner) // said when the client was made
	body, err := encode(owner, b.merge(others))
	if err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	head, err := json.Marshal(header{Format: format, Size: len(body), SHA256: hex.EncodeToString(sum[:])})
	if err != nil {
		return err
	}
	return replace(path, append(append(head, '\n'), body...))
}

func (b *Book) read(path string, owner Owner) (map[Key]Answer, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()           //nolint:errcheck // it was read
	most := 8*b.limit + 1<<20 // an escaped text takes up to six times its length
	content, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, err
	}
	if int64(len(content)) > most {
		return nil, fmt.Errorf("it is larger than %d bytes", most)
	}
	return parse(content, owner)
}

// parse reads a whole file: all of its answers, or an error.
func parse(content []byte, owner Owner) (map[Key]Answer, error) {
	line, body, _ := bytes.Cut(content, []byte{'\n'})
	var head header
	switch err := json.Unmarshal(line, &head); {
	case err != nil || head.Format != format:
		return nil, errors.New("it does not begin as a snapshot of this version does")
	case head.Size != len(body):
		return nil, fmt.Errorf("it is torn: %d bytes of %d", len(body), head.Size)
	}
	if sum := sha256.Sum256(body); hex.EncodeToString(sum[:]) != head.SHA256 {
		return nil, errors.New("it is corrupted: its checksum does not match")
	}
	return decode(body, owner)
}

// replace puts content at path in one step: a reader sees the old file or the new one.
func replace(path string, content []byte) (err error) {
	temporary := path + ".tmp"
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(temporary))
	}
	if err := os.Rename(temporary, path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	_ = dir.Sync() // the rename survives a power failure; not every file system can
	return dir.Close()
}
