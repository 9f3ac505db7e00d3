package avrogen_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/serde/avro/avrogen"
)

var update = flag.Bool("update", false, "write the generated packages anew")

// schemas reads the schemas of the generated packages.
func schemas(t *testing.T, names ...string) []avrogen.File {
	t.Helper()
	paths, err := filepath.Glob("internal/gentest/*.avsc")
	if err != nil {
		t.Fatal(err)
	}
	var files []avrogen.File
	for _, path := range paths {
		if names != nil && !slices.Contains(names, filepath.Base(path)) {
			continue
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, avrogen.File{Name: path, Content: content})
	}
	return files
}

const handmade = "github.com/magicbyte-go/magicbyte/serde/avro/avrogen/internal/gentest/handmade."

// The generated packages are compiled and tested where they are; here they are only compared.
func TestGeneratedCode(t *testing.T) {
	t.Parallel()
	tests := []struct {
		folder string
		config avrogen.Config
		files  []avrogen.File
	}{
		{
			"internal/gentest",
			avrogen.Config{Package: "gentest", Embed: true, Types: map[string]string{"test.shared.Money": handmade + "Amount", "test-weight": handmade + "Weight"}},
			schemas(t),
		},
		{
			"internal/gentest/optionals",
			avrogen.Config{Package: "optionals", Optional: true},
			schemas(t, "all.avsc", "logical.avsc", "recursive.avsc"),
		},
	}
	for _, tt := range tests {
		t.Run(tt.config.Package, func(t *testing.T) {
			t.Parallel()
			for round := range 2 { // twice, since maps have no order
				files, err := avrogen.Generate(tt.config, tt.files...)
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range files {
					path := filepath.Join(tt.folder, f.Name)
					if *update && round == 0 {
						if err := os.WriteFile(path, f.Content, 0o600); err != nil {
							t.Fatal(err)
						}
					}
					want, err := os.ReadFile(path)
					if err != nil {
						t.Fatalf("%v; -update writes it", err)
					}
					if diff := cmp.Diff(string(want), string(f.Content)); diff != "" {
						t.Errorf("%s is not what is generated; -update writes it (-file +generated):\n%s", path, diff)
					}
				}
			}
		})
	}
}

func TestOrderOfFilesDoesNotMatterForReferences(t *testing.T) {
	t.Parallel()
	files := schemas(t, "customer.avsc", "invoice.avsc")
	slices.Reverse(files)
	if _, err := avrogen.Generate(avrogen.Config{Package: "p"}, files...); err != nil {
		t.Error(err)
	}
}

func TestWhatCannotBeGenerated(t *testing.T) {
	t.Parallel()
	file := func(name, text string) avrogen.File { return avrogen.File{Name: name, Content: []byte(text)} }
	ok := file("ok.avsc", `{"type":"record","name":"R","fields":[]}`)
	tests := []struct {
		name   string
		config avrogen.Config
		files  []avrogen.File
		want   []string
	}{
		{"no package", avrogen.Config{}, []avrogen.File{ok}, []string{`"" is no name`}},
		{
			"all problems of the configuration",
			avrogen.Config{Package: "type", Types: map[string]string{"a.B": "Money", "a.C": "x/y.z"}},
			[]avrogen.File{ok},
			[]string{`"type" is no name`, `Go type of a.B: "Money"`, `Go type of a.C: "x/y.z"`},
		},
		{"no schema", avrogen.Config{Package: "p"}, []avrogen.File{file("x.avsc", `{"type":"recor"}`)}, []string{"x.avsc", "recor"}},
		{
			"unknown references, all of them",
			avrogen.Config{Package: "p"},
			[]avrogen.File{file("x.avsc", `{"type":"array","items":"a.X"}`), ok, file("y.avsc", `{"type":"array","items":"a.Y"}`)},
			[]string{"x.avsc", "a.X", "y.avsc", "a.Y"},
		},
		{"two files of one name", avrogen.Config{Package: "p"}, []avrogen.File{ok, {Name: "other/ok.avsc", Content: ok.Content}}, []string{"ok_avro.go", "rename"}},
		{
			"one name for two types",
			avrogen.Config{Package: "p"},
			[]avrogen.File{ok, file("x.avsc", `{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}`)},
			[]string{"x.avsc", "R"},
		},
		{
			"Go types of nothing, all of them",
			avrogen.Config{Package: "p", Types: map[string]string{"R": "x/y.R", "a.R": "x/y.A", "money": "x/y.B"}},
			[]avrogen.File{ok},
			[]string{"Go type of a.R: no schema", "Go type of money: no schema"},
		},
		{"a file that Go ignores", avrogen.Config{Package: "p"}, []avrogen.File{file("_x.avsc", string(ok.Content))}, []string{"_x.avsc", "rename"}},
		{
			"a union of nothing",
			avrogen.Config{Package: "p"},
			[]avrogen.File{file("x.avsc", `{"type":"record","name":"a.X","fields":[{"name":"u","type":[]}]}`)},
			[]string{"field u of a.X", "without branches"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := avrogen.Generate(tt.config, tt.files...)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %q, want %q in it", err, want)
				}
			}
		})
	}
}

// What follows go:embed is a pattern, not a name.
func TestEmbeddedFilesAreNamedExactly(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"order.avsc":            "//go:embed order.avsc\n",
		"order [1].avsc":        `//go:embed "order \\[1\\].avsc"` + "\n",
		"folder/order[ab].avsc": `//go:embed order\[ab\].avsc` + "\n",
	} {
		files, err := avrogen.Generate(avrogen.Config{Package: "p", Embed: true}, avrogen.File{Name: name, Content: []byte(`{"type":"record","name":"R","fields":[]}`)})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !strings.Contains(string(files[0].Content), want) {
			t.Errorf("%s: no %q in\n%s", name, want, files[0].Content)
		}
	}
}
