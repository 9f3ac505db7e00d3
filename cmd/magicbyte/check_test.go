package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/registry/compat"
	"github.com/magicbyte-go/magicbyte/serde"
)

// Versions of one schema: the second may follow the first, the third the second alone, the fourth none of them.
const (
	orderV1 = `{"type":"record","name":"Order","fields":[{"name":"id","type":"string"}]}`
	orderV2 = `{"type":"record","name":"Order","fields":[{"name":"id","type":"string"},{"name":"note","type":"string","default":""}]}`
	orderV3 = `{"type":"record","name":"Order","fields":[{"name":"id","type":"string"},{"name":"note","type":"string"}]}`
	orderV4 = `{"type":"record","name":"Order","fields":[{"name":"id","type":"long"}]}`

	customer  = `{"type":"record","name":"Customer","fields":[{"name":"name","type":"string"}]}`
	customer2 = `{"type":"record","name":"Customer","fields":[{"name":"name","type":"string"},{"name":"vip","type":"boolean"}]}`
	basket    = `{"type":"record","name":"Basket","fields":[{"name":"of","type":"Customer"}]}`
)

// repository is a git repository in a folder of its own.
type repository struct{ dir string }

func newRepository(t *testing.T) repository {
	t.Helper()
	r := repository{t.TempDir()}
	r.git(t, "init", "--quiet", "--initial-branch=main")
	return r
}

func (r repository) git(t *testing.T, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", append([]string{
		"-C", r.dir, "-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false",
	}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

func (r repository) write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(r.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// commit commits a file with this text.
func (r repository) commit(t *testing.T, name, text string) string {
	t.Helper()
	path := r.write(t, name, text)
	r.git(t, "add", name)
	r.git(t, "commit", "--quiet", "--message", name)
	return path
}

// checked runs the command and returns what it printed and what the process would end with.
func checked(t *testing.T, args ...string) (out string, code int) {
	t.Helper()
	out, err := run(t.Context(), t, append([]string{"check"}, args...)...)
	if err != nil {
		return out + err.Error(), exitCode(err)
	}
	return out, 0
}

func expect(t *testing.T, out string, code, wantCode int, want ...string) {
	t.Helper()
	if code != wantCode {
		t.Errorf("exit code %d, want %d, after\n%s", code, wantCode, out)
	}
	for _, w := range want {
		if !strings.Contains(out, w) {
			t.Errorf("no %q in\n%s", w, out)
		}
	}
}

func TestCheckAgainstGit(t *testing.T) {
	t.Parallel()
	repo := newRepository(t)
	repo.commit(t, "order.avsc", orderV1)
	repo.git(t, "tag", "v1")
	path := repo.commit(t, "order.avsc", orderV2)
	tests := []struct {
		name  string
		text  string
		flags []string
		code  int
		want  []string
	}{
		{"may follow", orderV2, []string{"--against", "v1"}, 0, []string{"order.avsc: may follow v1 (BACKWARD)\n"}},
		{"may follow the newest", orderV3, []string{"--against", "main"}, 0, []string{"may follow main (BACKWARD)"}},
		{"must not follow", orderV4, []string{"--against", "main"}, exitIncompatible, []string{
			"order.avsc: must not follow main (BACKWARD)\n  commit ", "TYPE_MISMATCH: ", "'/fields/0/type'",
			"(reader type: LONG not compatible with writer type: STRING)\n", "1 of 1 schemas",
		}},
		{"must not follow all of history", orderV3, []string{"--against", "HEAD", "--level", "backward_transitive"}, exitIncompatible, []string{
			"(BACKWARD_TRANSITIVE)", "READER_FIELD_MISSING_DEFAULT_VALUE: The field 'note'",
		}},
		{"everything goes", orderV4, []string{"--against", "main", "--level", "NONE"}, 0, []string{"may follow main (NONE)"}},
		{"a commit that is none", orderV2, []string{"--against", "v9"}, exitUndecided, []string{"v9 is no commit, branch or tag here"}},
		{"a reference that looks like a flag", orderV2, []string{"--against=--all"}, exitUndecided, []string{"--all is no commit"}},
		{"a level that is none", orderV2, []string{"--against", "v1", "--level", "SIDEWAYS"}, exitUndecided, []string{"SIDEWAYS"}},
		{"a schema that is none", `{"type":"record"}`, []string{"--against", "v1"}, exitUndecided, []string{"order.avsc: avro: schema"}},
	}
	for _, tt := range tests { // one after the other: they share the file
		t.Run(tt.name, func(t *testing.T) {
			repo.write(t, "order.avsc", tt.text)
			out, code := checked(t, append(tt.flags, path)...)
			expect(t, out, code, tt.code, tt.want...)
		})
	}
}

func TestCheckAgainstGitWithSeveralFiles(t *testing.T) {
	t.Parallel()
	repo := newRepository(t)
	types := repo.commit(t, "customer.avsc", customer)
	user := repo.commit(t, "basket.avsc", basket)
	fresh := repo.write(t, "order.avsc", orderV1)

	t.Run("as they were", func(t *testing.T) {
		out, code := checked(t, "--against", "main", user, types, fresh)
		expect(t, out, code, 0, "basket.avsc: may follow", "customer.avsc: may follow", "order.avsc: new, not in main")
	})
	t.Run("a type that another file uses", func(t *testing.T) {
		repo.write(t, "customer.avsc", customer2)
		out, code := checked(t, "--against", "main", user, types)
		expect(t, out, code, exitIncompatible, "basket.avsc: must not follow", "customer.avsc: must not follow", "2 of 2 schemas", "'vip'")
	})
	t.Run("without the file that it needs", func(t *testing.T) {
		out, code := checked(t, "--against", "main", user)
		expect(t, out, code, exitUndecided, "basket.avsc: avro: schema", "Customer")
	})
	t.Run("two versions at once", func(t *testing.T) {
		v1, v4 := repo.write(t, "v1.avsc", orderV1), repo.write(t, "v4.avsc", orderV4)
		out, code := checked(t, v1, v4)
		expect(t, out, code, 0, "v1.avsc: valid", "v4.avsc: valid")
	})
}

func TestCheckShallowClone(t *testing.T) {
	t.Parallel()
	repo := newRepository(t)
	repo.commit(t, "order.avsc", orderV1)
	repo.commit(t, "order.avsc", orderV2)
	clone := repository{filepath.Join(t.TempDir(), "clone")}
	repo.git(t, "clone", "--quiet", "--depth=1", "file://"+repo.dir, clone.dir)
	path := filepath.Join(clone.dir, "order.avsc")
	out, code := checked(t, "--against", "HEAD", path)
	expect(t, out, code, 0, "may follow HEAD")
	out, code = checked(t, "--against", "HEAD", "--level", "FULL_TRANSITIVE", path)
	expect(t, out, code, exitUndecided, "shallow")
}

func TestCheckOutsideGit(t *testing.T) {
	t.Parallel()
	out, code := checked(t, "--against", "main", schemaFile(t, "order.avsc", orderV1))
	expect(t, out, code, exitUndecided, "order.avsc: ", "not a git repository")
}

func TestCheckAgainstRegistry(t *testing.T) {
	url, _ := serveRegistry(t, "--auth", "ci:secret")
	client, err := registry.New(url, registry.WithBasicAuth("ci", "secret"))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	register := func(subject, text string, references ...serde.Reference) {
		t.Helper()
		if _, err := client.Register(t.Context(), subject, serde.Schema{Text: text, References: references}); err != nil {
			t.Fatal(err)
		}
	}
	register("order-value", orderV1)
	register("order-value", orderV2)
	register("customer", customer)
	register("basket-value", basket, serde.Reference{Name: "Customer", Subject: "customer", Version: 1})
	register(":.us:client", customer)
	register(":.us:basket-value", basket, serde.Reference{Name: "Customer", Subject: "client", Version: 1})
	if err := client.SetLevel(t.Context(), "order-value", compat.BackwardTransitive); err != nil {
		t.Fatal(err)
	}
	repo := repository{t.TempDir()}
	order2, order3 := repo.write(t, "order.avsc", orderV2), repo.write(t, "order3.avsc", orderV3)
	basketFile, customerFile := repo.write(t, "basket.avsc", basket), repo.write(t, "customer.avsc", customer2)
	t.Setenv(authVariable, "ci:secret")
	tests := []struct {
		name string
		args []string
		code int
		want []string
	}{
		{"under the subject's level", []string{order2}, 0, []string{"order.avsc: may follow order-value (BACKWARD_TRANSITIVE)"}},
		{"incompatible under it", []string{"--subject", "order-value", order3}, exitIncompatible, []string{
			"order3.avsc: must not follow order-value (BACKWARD_TRANSITIVE)\n  version 1: READER_FIELD_MISSING_DEFAULT_VALUE",
		}},
		{"under another level", []string{"--subject", "order-value", "--level", "BACKWARD", order3}, 0, []string{"may follow order-value (BACKWARD)"}},
		{"a subject that is not there", []string{"--subject", "new-{name}", order2}, 0, []string{"new, not in new-order"}},
		{"with references on both sides", []string{basketFile, customerFile}, exitIncompatible, []string{
			"basket.avsc: must not follow basket-value (BACKWARD)\n  version 1: ", "'vip'", "customer.avsc: new, not in customer-value",
		}},
		{"references within a context", []string{"--subject", ":.us:{name}-value", basketFile, customerFile}, exitIncompatible, []string{
			"basket.avsc: must not follow :.us:basket-value (BACKWARD)\n  version 1: ", "'vip'",
		}},
		{"one subject for two files", []string{"--subject", "order-value", order2, order3}, exitUndecided, []string{"{name}"}},
		{"git as well", []string{"--against", "main", order2}, exitUndecided, []string{"exclude each other"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, code := checked(t, append([]string{"--registry", url}, tt.args...)...)
			expect(t, out, code, tt.code, tt.want...)
		})
	}
	for _, auth := range []string{"ci:wrong", "ci:secret\nother:secret", "ci"} {
		t.Run("credentials", func(t *testing.T) {
			t.Setenv(authVariable, auth)
			out, code := checked(t, "--registry", url, order2)
			expect(t, out, code, exitUndecided)
			if strings.Contains(out, "wrong") || strings.Contains(out, "secret") {
				t.Errorf("a password was printed: %s", out)
			}
		})
	}
}

func TestCheckArguments(t *testing.T) {
	t.Parallel()
	path := schemaFile(t, "order.avsc", orderV1)
	tests := []struct {
		name string
		args []string
		code int
		want string
	}{
		{"valid", []string{path}, 0, "order.avsc: valid"},
		{"no file", nil, exitUndecided, "at least 1 arg"},
		{"a file that is not there", []string{path + ".nowhere"}, exitUndecided, "order.avsc.nowhere"},
		{"a flag that is none", []string{"--foo", "main", path}, exitUndecided, "--foo"},
		{"a level for nothing", []string{"--level", "FULL", path}, exitUndecided, "nothing to compare with"},
		{"a URL from a variable that is not set", []string{"--registry", "", path}, exitUndecided, "--registry is empty"},
		{"a ref from a variable that is not set", []string{"--against", "", "--level", "", path}, exitUndecided, "--against is empty"},
		{"a URL that is none", []string{"--registry", "localhost", path}, exitUndecided, "localhost"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out, code := checked(t, tt.args...)
			expect(t, out, code, tt.code, tt.want)
		})
	}
}

// TestCheckProcess runs the command as a process: what CI sees is its exit code.
func TestCheckProcess(t *testing.T) {
	t.Parallel()
	repo := newRepository(t)
	path := repo.commit(t, "order.avsc", orderV1)
	for text, want := range map[string]int{orderV2: 0, orderV4: exitIncompatible, "{": exitUndecided} {
		repo.write(t, "order.avsc", text)
		cmd := exec.CommandContext(t.Context(), os.Args[0], "check", "--against", "main", path)
		cmd.Env = append(os.Environ(), mainVariable+"=1")
		out, err := cmd.CombinedOutput()
		if got := cmd.ProcessState.ExitCode(); got != want {
			t.Errorf("exit code %d (%v), want %d, after\n%s", got, err, want, out)
		}
	}
}
