package snapshot_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/magicbyte-go/magicbyte/registry/internal/snapshot"
	"github.com/magicbyte-go/magicbyte/serde"
)

var owner = snapshot.Owner{Bases: []string{"http://a"}}

func versionKey(subject string) snapshot.Key {
	return snapshot.Key{Kind: snapshot.ByVersion, Subject: subject, Version: serde.LatestVersion}
}

func schema(id int32, text string) snapshot.Answer {
	return snapshot.Answer{Schema: serde.RegisteredSchema{
		Schema: serde.Schema{Type: serde.TypeAvro, Text: text, References: []serde.Reference{{Name: "n", Subject: "s", Version: 2}}},
		ID:     serde.NumberID(id), GUID: serde.GUIDID([16]byte{1, byte(id)}), Subject: "s", Version: 3,
	}}
}

// What goes into a file comes out of it.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s")
	all := map[snapshot.Key]snapshot.Answer{
		{Kind: snapshot.ByID, ID: serde.NumberID(7)}:                schema(7, "\"int\"\n\u2028é"),
		{Kind: snapshot.ByID, Context: ".c", ID: serde.NumberID(7)}: schema(8, `"long"`),
		{Kind: snapshot.ByID, ID: serde.GUIDID([16]byte{9})}:        schema(9, `"long"`),
		{Kind: snapshot.ByID, ID: serde.GlueID([16]byte{9})}:        schema(12, `"double"`),
		versionKey("glue"): {Schema: serde.RegisteredSchema{
			Schema: serde.Schema{Type: serde.TypeAvro, Text: `"double"`}, ID: serde.GlueID([16]byte{9, 15: 1}), Subject: "glue", Version: 3,
		}},
		versionKey("s"):    schema(10, `"long"`),
		versionKey("gone"): {Missing: snapshot.Missing{Status: 404, Code: 40401, Message: "not found"}},
		{Kind: snapshot.Registration, Subject: "s", Type: "AVRO", Text: `"long"`, References: "r"}: schema(11, `"long"`),
	}
	written := snapshot.NewBook(1 << 20)
	for key, a := range all {
		written.Put(key, a)
	}
	if err := written.Save(path, owner); err != nil {
		t.Fatal(err)
	}
	if written.Changed() {
		t.Error("changed after it was saved")
	}
	read := snapshot.NewBook(1 << 20)
	if err := read.Load(path, owner); err != nil {
		t.Fatal(err)
	}
	for key, want := range all {
		if key.Kind == snapshot.ByID { // the schema alone is the answer
			want.Schema.Subject, want.Schema.Version = "s", 3
		}
		got, ok := read.Get(key)
		if diff := cmp.Diff(want, got, cmpopts.EquateComparable(serde.SchemaID{}), cmpopts.IgnoreFields(snapshot.Answer{}, "Seen")); diff != "" || !ok {
			t.Errorf("%+v: %t (-want +got):\n%s", key, ok, diff)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v, want 0600", info.Mode(), err)
	}
}

// Of two answers to one question the later one counts, whoever has seen it.
func TestLaterAnswerCounts(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s")
	synctest.Test(t, func(t *testing.T) {
		first, second := snapshot.NewBook(1<<20), snapshot.NewBook(1<<20)
		first.Put(versionKey("s"), schema(1, `"int"`))
		<-time.After(time.Second)
		second.Put(versionKey("s"), schema(2, `"long"`))
		for _, b := range []*snapshot.Book{second, first} { // the older answer is saved last
			if err := b.Save(path, owner); err != nil {
				t.Fatal(err)
			}
		}
		read := snapshot.NewBook(1 << 20)
		if err := read.Load(path, owner); err != nil {
			t.Fatal(err)
		}
		if got, _ := read.Get(versionKey("s")); got.Schema.ID != serde.NumberID(2) {
			t.Errorf("id %v, want 2", got.Schema.ID)
		}
	})
}

func TestBookIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const limit = 100 << 10
		b := snapshot.NewBook(limit)
		for i := range 1000 {
			b.Put(versionKey(fmt.Sprint(i)), schema(int32(i+1), strings.Repeat("x", 1000)))
			<-time.After(time.Millisecond)
		}
		kept := 0
		for i := range 1000 {
			if _, ok := b.Get(versionKey(fmt.Sprint(i))); ok {
				kept++
			}
		}
		_, newest := b.Get(versionKey("999"))
		_, oldest := b.Get(versionKey("0"))
		if kept > limit/1500 || kept < limit/2500 || !newest || oldest {
			t.Errorf("%d answers of 1.5 kB are kept in 100 kB, newest %t, oldest %t", kept, newest, oldest)
		}
	})
}

// A failed write is not forgotten.
func TestFailedSave(t *testing.T) {
	t.Parallel()
	b := snapshot.NewBook(1 << 20)
	b.Put(versionKey("s"), schema(1, `"int"`))
	if err := b.Save(filepath.Join(t.TempDir(), "missing", "s"), owner); err == nil || !b.Changed() {
		t.Errorf("%v, changed %t, want an error and another try", err, b.Changed())
	}
}

// A file that was written while the clock was ahead holds no answers that are later than all others for years.
func TestClockWasAhead(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s")
	synctest.Test(t, func(t *testing.T) { // a clock that begins in the year 2000
		<-time.After(time.Hour)
		b := snapshot.NewBook(1 << 20)
		b.Put(versionKey("s"), schema(1, `"int"`))
		if err := b.Save(path, owner); err != nil {
			t.Fatal(err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		b := snapshot.NewBook(1 << 20)
		if err := b.Load(path, owner); err != nil {
			t.Fatal(err)
		}
		if got, ok := b.Get(versionKey("s")); !ok || got.Schema.ID != serde.NumberID(1) {
			t.Errorf("%+v, %t: an answer from the future is better than none", got, ok)
		}
		b.Put(versionKey("s"), schema(2, `"long"`))
		if err := b.Save(path, owner); err != nil {
			t.Fatal(err)
		}
		if got, _ := b.Get(versionKey("s")); got.Schema.ID != serde.NumberID(2) {
			t.Errorf("after saving: id %v, want 2, which was seen last", got.Schema.ID)
		}
		read := snapshot.NewBook(1 << 20)
		if err := read.Load(path, owner); err != nil {
			t.Fatal(err)
		}
		if got, _ := read.Get(versionKey("s")); got.Schema.ID != serde.NumberID(2) {
			t.Errorf("in the file: id %v, want 2", got.Schema.ID)
		}
	})
}
