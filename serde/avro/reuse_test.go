package avro_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// reused reads values one after another into one value, and returns it.
func reused[T any](t *testing.T, c avro.Codec[T], v *T, values ...*T) {
	t.Helper()
	for _, want := range values {
		body, err := c.Append(nil, want)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Decode(body, v); err != nil {
			t.Fatal(err)
		}
		for i := range body {
			body[i] = 0xff
		}
		if diff := cmp.Diff(want, v); diff != "" {
			t.Errorf("the value is another one (-want +got):\n%s", diff)
		}
	}
}

func TestReuseWritesOverSlicesAndMaps(t *testing.T) {
	t.Parallel()
	type part struct {
		Numbers []int64          `avro:"numbers"`
		Counts  map[string]int64 `avro:"counts"`
	}
	type item struct {
		Name *string `avro:"name"`
		N    int32   `avro:"n"`
	}
	type holder struct {
		Items []item            `avro:"items"`
		Texts map[string]string `avro:"texts"`
		Part  part              `avro:"part"`
		Note  *string           `avro:"note"`
	}
	schema := record(
		field("items", `["null",{"type":"array","items":{"type":"record","name":"I","fields":[{"name":"name","type":["null","string"]},{"name":"n","type":"int"}]}}]`),
		field("texts", `["null",{"type":"map","values":"string"}]`),
		field("part", `{"type":"record","name":"P","fields":[{"name":"numbers","type":{"type":"array","items":"long"}},{"name":"counts","type":{"type":"map","values":"long"}}]}`),
		field("note", `["null","string"]`),
	)
	text := func(s string) *string { return &s }
	long := &holder{
		[]item{{text("a"), 1}, {nil, 2}, {text("c"), 3}, {text("d"), 4}, {text("e"), 5}},
		map[string]string{"k": "v", "l": "w"},
		part{[]int64{1, 2, 3}, map[string]int64{"x": 1}},
		text("long"),
	}
	short := &holder{[]item{{nil, 9}}, map[string]string{"m": "x"}, part{[]int64{}, map[string]int64{}}, nil}
	null := &holder{Part: part{[]int64{7}, map[string]int64{"y": 2}}}

	c := avro.MustFor[holder](schema, avro.WithReuse())
	var v holder
	reused(t, c, &v, long, short, long, null, short)

	reused(t, c, &v, long)
	items, texts, numbers := v.Items, v.Texts, v.Part.Numbers
	note, name := v.Note, v.Items[0].Name
	kept := *note
	reused(t, c, &v, short)
	if &items[0] != &v.Items[0] || cap(items) != cap(v.Items) {
		t.Error("the items are in other memory than before")
	}
	for i, left := range items[1:] {
		if left != (item{}) {
			t.Errorf("item %d behind the end is still %v", i+1, left)
		}
	}
	if v.Texts["again"] = "x"; texts["again"] != "x" {
		t.Error("the map is another one than before")
	}
	if cap(numbers) != cap(v.Part.Numbers) {
		t.Errorf("the numbers of a record within have room for %d, before for %d", cap(v.Part.Numbers), cap(numbers))
	}
	// What pointers of an earlier record point to stays, and so do strings.
	reused(t, c, &v, &holder{[]item{{text("other"), 1}}, nil, part{[]int64{}, map[string]int64{}}, text("other")})
	if *note != kept || *note != "long" || *name != "a" {
		t.Errorf("pointers that an earlier record handed out point to %q and %q now, want %q and %q", *note, *name, "long", "a")
	}
}

func TestWithoutReuseNothingHandedOutChanges(t *testing.T) {
	t.Parallel()
	type holder struct {
		Items []string          `avro:"items"`
		Texts map[string]string `avro:"texts"`
	}
	c := avro.MustFor[holder](record(field("items", `{"type":"array","items":"string"}`), field("texts", `{"type":"map","values":"string"}`)))
	var v holder
	reused(t, c, &v, &holder{[]string{"a", "b"}, map[string]string{"k": "v"}})
	items, texts := v.Items, v.Texts
	reused(t, c, &v, &holder{[]string{"c"}, map[string]string{"l": "w"}})
	if want := []string{"a", "b"}; !slices.Equal(items, want) {
		t.Errorf("items of the first record are %q now, want %q", items, want)
	}
	if want := map[string]string{"k": "v"}; !maps.Equal(texts, want) {
		t.Errorf("entries of the first record are %q now, want %q", texts, want)
	}
}

// A value that failed is zero, and the next one is read as if nothing had been there.
func TestReuseAfterAnError(t *testing.T) {
	t.Parallel()
	type item struct {
		Name *string `avro:"name"`
	}
	type holder struct {
		Items []item `avro:"items"`
	}
	c := avro.MustFor[holder](record(field("items",
		`{"type":"array","items":{"type":"record","name":"I","fields":[{"name":"name","type":["null","string"]}]}}`)), avro.WithReuse())
	name := "a"
	want := &holder{[]item{{&name}, {nil}, {&name}}}
	var v holder
	reused(t, c, &v, want)
	body, err := c.Append(nil, want)
	if err != nil {
		t.Fatal(err)
	}
	for n := range body {
		if err := c.Decode(body[:n], &v); err == nil {
			t.Fatalf("%d of %d bytes were enough", n, len(body))
		}
		if diff := cmp.Diff(holder{}, v); diff != "" {
			t.Errorf("after an error at byte %d the value is not zero (-want +got):\n%s", n, diff)
		}
		reused(t, c, &v, want)
	}
}
