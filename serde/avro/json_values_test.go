package avro_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/magicbyte-go/magicbyte/serde/avro"
)

const orderJSON = `{"event_id":"0190b3c4-7d2e-7a31-9f00-000000000000","event_type":"ORDER_CREATED","order_id":"ORD-000000","timestamp":1760000000000,` +
	`"source":"order-service","version":"1.0","payload":{"user_id":null,"total_amount":{"double":12.5},"currency":"USD",` +
	`"status":{"com.pipeline.events.OrderStatus":"PENDING"},"items":{"array":[{"sku":"A","product_name":{"string":"Tür"},"quantity":2,"unit_price":1.0E7,"category":null}]},` +
	`"shipping_address":{"com.pipeline.events.Address":{"street":"S","city":"C","state":null,"postal_code":"P","country":"US"}},"payment_method":null,` +
	`"payment_id":null,"metadata":{"map":{"k":"v"}}}}`

// The Go type, the generic form and the schema alone read and write the same.
func TestJSONOfOrder(t *testing.T) {
	t.Parallel()
	typed := orderCodec(t)
	var e orderEvent
	if err := typed.DecodeJSON([]byte(orderJSON), &e); err != nil {
		t.Fatal(err)
	}
	if item := e.Payload.Items[0]; item.Quantity != 2 || item.UnitPrice != 1e7 || *item.ProductName != "Tür" || e.Payload.Metadata["k"] != "v" {
		t.Errorf("got %+v", e.Payload)
	}
	out, err := typed.AppendJSON([]byte("before "), &e)
	if want := "before " + orderJSON; err != nil || string(out) != want {
		t.Errorf("the Go type writes (-want +got), %v:\n%s", err, cmp.Diff(want, string(out)))
	}

	generic := avro.MustFor[avro.Record](orderSchema(t))
	var r avro.Record
	if err := generic.DecodeJSON([]byte(orderJSON), &r); err != nil {
		t.Fatal(err)
	}
	out, err = json.Marshal(&r)
	if err != nil || string(out) != orderJSON {
		t.Errorf("the record writes (-want +got), %v:\n%s", err, cmp.Diff(orderJSON, string(out)))
	}

	data, err := typed.Append(nil, &e)
	if err != nil {
		t.Fatal(err)
	}
	back, err := mustParse(t, orderSchema(t)).JSONToBinary([]byte("x"), []byte(orderJSON))
	if err != nil || !bytes.Equal(back, append([]byte("x"), data...)) {
		t.Errorf("the schema writes %x, %v, want %x", back, err, data)
	}
}

// The golden file explains each byte of the event.
func TestGoldenOrder(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/golden/order_event.hex")
	if err != nil {
		t.Fatal(err)
	}
	var want []byte
	for line := range strings.Lines(string(text)) {
		code, _, _ := strings.Cut(line, "#")
		part, err := hex.DecodeString(strings.Join(strings.Fields(code), ""))
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		want = append(want, part...)
	}
	s := mustParse(t, orderSchema(t))
	if got, err := s.JSONToBinary(nil, []byte(orderJSON)); err != nil || !bytes.Equal(got, want) {
		t.Errorf("bytes (-want +got), %v:\n%s", err, cmp.Diff(hex.Dump(want), hex.Dump(got)))
	}
	if got, err := s.BinaryToJSON(nil, want); err != nil || string(got) != orderJSON {
		t.Errorf("JSON (-want +got), %v:\n%s", err, cmp.Diff(orderJSON, string(got)))
	}
}

func TestRecordJSON(t *testing.T) {
	t.Parallel()
	s := mustParse(t, record(`{"name":"n","type":"int","default":5}`, field("m", `{"type":"map","values":"string"}`), field("u", `["null","com.example.R"]`)))
	r, err := avro.NewRecord(s)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := json.Marshal(r); err == nil || !strings.Contains(err.Error(), "m: nil") {
		t.Errorf("a record with a field unset became %s, %v", out, err)
	}
	text := `{"u":{"com.example.R":{"n":2,"m":{},"u":null}},"n":1,"m":{"b":"1","c":"2","a":"3"}}`
	if err := json.Unmarshal([]byte(text), r); err != nil {
		t.Fatal(err)
	}
	want := `{"n":1,"m":{"a":"3","b":"1","c":"2"},"u":{"com.example.R":{"n":2,"m":{},"u":null}}}`
	for range 10 {
		if out, err := json.Marshal(map[string]any{"r": r}); err != nil || string(out) != `{"r":`+want+`}` {
			t.Fatalf("got %s, %v, want %s", out, err, want)
		}
	}
	if err := json.Unmarshal([]byte(`{"n":7}`), r); err == nil {
		t.Error("a record without its fields was read")
	}
	if n, err := r.Get("n"); err != nil || n != int32(1) {
		t.Errorf("an error left n = %v, %v, want 1", n, err)
	}
	if err := json.Unmarshal([]byte(`{}`), new(avro.Record)); err == nil || !strings.Contains(err.Error(), "NewRecord") {
		t.Errorf("the zero Record was read: %v", err)
	}
	if out, err := json.Marshal(new(avro.Record)); err == nil {
		t.Errorf("the zero Record became %s", out)
	}
}

func TestJSONOfLogicalTypes(t *testing.T) {
	t.Parallel()
	type value struct {
		Price avro.Decimal `avro:"price"`
		ID    [16]byte     `avro:"id"`
	}
	c := avro.MustFor[value](record(field("price", `{"type":"bytes","logicalType":"decimal","precision":6,"scale":2}`), field("id", `{"type":"string","logicalType":"uuid"}`)))
	v := value{avro.Decimal{Unscaled: big.NewInt(-255), Scale: 2}, [16]byte{1, 0xff}}
	out, err := c.AppendJSON(nil, &v)
	want := `{"price":"ÿ\u0001","id":"01ff0000-0000-0000-0000-000000000000"}`
	if err != nil || string(out) != want {
		t.Fatalf("got %s, %v, want %s", out, err, want)
	}
	var back value
	if err := c.DecodeJSON(out, &back); err != nil || back.Price.String() != "-2.55" || back.ID != v.ID {
		t.Errorf("got %+v, %v", back, err)
	}
	err = c.DecodeJSON([]byte(`{"price":"","id":"x"}`), &back)
	if want := "avro: decode JSON com.example.R: price: a decimal has no bytes"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if back != (value{}) {
		t.Errorf("an error leaves %+v", back)
	}
}

func TestJSONNeedsASchema(t *testing.T) {
	t.Parallel()
	c, err := avro.Generic()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.AppendJSON(nil, new(avro.Record)); err == nil {
		t.Error("AppendJSON wrote a record without a schema")
	}
	if err := c.DecodeJSON([]byte(`{}`), new(avro.Record)); err == nil {
		t.Error("DecodeJSON read a record without a schema")
	}
	if err := orderCodec(t).DecodeJSON([]byte(orderJSON), nil); err == nil {
		t.Error("DecodeJSON read into nil")
	}
	if _, err := orderCodec(t).AppendJSON(nil, nil); err == nil {
		t.Error("AppendJSON wrote nil")
	}
	bad := avro.WithMaxDepth(0)
	if _, err := mustParse(t, `"int"`).BinaryToJSON(nil, []byte{0}, bad); err == nil {
		t.Error("BinaryToJSON took a bad option")
	}
	if _, err := mustParse(t, `"int"`).JSONToBinary(nil, []byte("0"), bad); err == nil {
		t.Error("JSONToBinary took a bad option")
	}
}

func TestJSONErrors(t *testing.T) {
	t.Parallel()
	const (
		item  = `{"type":"record","name":"a.I","fields":[{"name":"sku","type":"string"},{"name":"n","type":"int"}]}`
		enum  = `{"type":"enum","name":"a.E","symbols":["ONE"]}`
		fixed = `{"type":"fixed","name":"a.F","size":2}`
	)
	items := record(field("items", `{"type":"array","items":`+item+`}`))
	for _, c := range []struct{ name, schema, json, want string }{
		{"missing field", items, "{\"items\":[\n {\"sku\":\"secret\",\"n\":1},\n {\"sku\":\"secret\"}]}", "com.example.R: items[1].n at line 3 column 2: the field is missing"},
		{"missing first field", items, `{}`, "com.example.R: items at line 1 column 1: the field is missing"},
		{"field twice", items, `{"items":[],"items":[]}`, "com.example.R: items at line 1 column 13: the field comes twice"},
		{"wrong type", items, `{"items":[{"sku":1,"n":1}]}`, "items[0].sku at line 1 column 18: it must be a string"},
		{"no array", items, `{"items":"secret"}`, "items at line 1 column 10: it must be an array"},
		{"no record", items, `"secret"`, "at line 1 column 1: it must be an object"},
		{"column in characters", items, `{"items":[{"sku":"ü😀","n":"secret"}]}`, "items[0].n at line 1 column 27: it must be a whole number from -2147483648 to 2147483647"},
		{"map entry", `{"type":"map","values":"int"}`, `{"secret":1,"secret2":null}`, "[#1] at line 1 column 23: it must be a whole number"},
		{"unknown symbol", enum, `"secret"`, "a.E: at line 1 column 1: it must be a string with one of the enum's symbols"},
		{"unknown branch", `["null",` + enum + `]`, `{"secret":1}`, "at line 1 column 2: the union has no such branch; it has null, a.E"},
		{"no null", `["int"]`, `null`, "at line 1 column 1: the union has no such branch; it has int"},
		{"bare value of a union", `["null","string"]`, `"secret"`, "at line 1 column 1: it must be null, or an object with the name of a branch as its only member"},
		{"size of a fixed", fixed, `"secret"`, "a.F: at line 1 column 1: it must be a string of characters from"},
		{"no boolean", `"boolean"`, `"secret"`, "it must be true or false"},
		{"word like true", `"boolean"`, `trueish`, "it must be true or false"},
		{"no null value", `"null"`, `0`, "it must be null"},
		{"no number", `"double"`, `"secret"`, "it must be a number that a double can be near to"},
		{"string without end as a double", `"double"`, `"secret`, "it must be a number"},
		{"number with a tail", `"int"`, `1secret`, "it must be a whole number"},
		{"huge exponent", `"long"`, `1e999999999999`, "it must be a whole number of 64 bits"},
		{"20 digits", `"long"`, `1e19`, "it must be a whole number of 64 bits"},
		{"nothing", `"int"`, ``, "at line 1 column 1: it must be a whole number"},
		{"text behind", `"int"`, "1\n secret", "at line 2 column 2: there is text behind the value"},
		{"zero byte behind", `"int"`, "1\x00", "at line 1 column 2: there is text behind the value"},
		{"no UTF-8", `"string"`, "\"secret\xff\"", "at line 1 column 8: it is not valid UTF-8"},
		{"no UTF-8 in what is left out", items, "{\"z\":\"\xff\",\"items\":[]}", "at line 1 column 7: it is not valid UTF-8"},
		{"control character", `"string"`, "\"secret\n\"", "at line 1 column 8: a string holds a control character"},
		{"no escape", `"string"`, `"secret\x"`, "at line 1 column 8: this is no escape of JSON"},
		{"half an escape", `"string"`, `"secret\u12`, "at line 1 column 8: this is no escape of JSON"},
		{"second half of a pair", `"string"`, `"\udc00"`, "at line 1 column 2: half of a surrogate pair"},
		{"two first halves", `"string"`, `"\ud800\ud800"`, "at line 1 column 2: half of a surrogate pair"},
		{"no end of a string", `"string"`, ` "secret`, "at line 1 column 2: this string has no end"},
		{"no end of an array", items, `{"items":[`, "items[0] at line 1 column 11: it must be an object"},
		{"no end of an object", items, `{"items":[]`, "at line 1 column 12: expected , or }"},
		{"no comma", items, `{"items":[] "secret":1}`, "at line 1 column 13: expected , or }"},
		{"no colon", items, `{"items"[]}`, "at line 1 column 9: expected : behind the name of a member"},
		{"no name", items, `{items:[]}`, "at line 1 column 2: expected the name of a member in double quotes"},
		{"comma at the end", items, `{"items":[],}`, "at line 1 column 13: expected the name of a member"},
		{"comment", items, `{/* secret */}`, "at line 1 column 2: expected the name of a member"},
		{"no JSON in what is left out", items, `{"secret":[secret]}`, "at line 1 column 12: expected a JSON value"},
		{"other bracket in what is left out", items, `{"secret":[1}`, "at line 1 column 13: expected , or ]"},
		{"comma at the end of what is left out", items, `{"secret":{"secret":1,}}`, "at line 1 column 23: expected the name of a member"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := mustParse(t, c.schema).JSONToBinary([]byte("kept"), []byte(c.json))
			var e *avro.Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) || e.Unresolvable() {
				t.Fatalf("%s: %s: got %x, %v, want %s", c.schema, c.json, out, err, c.want)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("%s: %s: the error quotes it: %v", c.schema, c.json, err)
			}
			if string(out) != "kept" {
				t.Errorf("%s: %s: got %q, want what was there", c.schema, c.json, out)
			}
			if strings.Contains(c.want, "line 1 column 1:") && e.Offset() != 0 {
				t.Errorf("%s: %s: offset %d", c.schema, c.json, e.Offset())
			}
		})
	}
}

func TestJSONOfCorruptData(t *testing.T) {
	t.Parallel()
	items := record(field("items", `{"type":"array","items":["null","string","boolean"]}`))
	for _, c := range []struct{ name, schema, data, want string }{
		{"nothing", items, "", "com.example.R: items at byte 0: 0 bytes left"},
		{"too many items", items, "\x7e\x00", "items at byte 0: 1 bytes left, 63 items need 1 each"},
		{"unknown branch", items, "\x02\x06\x00", "items[0] at byte 1: there is no branch 3 in a union of 3"},
		{"string cut", items, "\x04\x00\x02\x08ab", "items[1] at byte 3: 2 bytes left, the string has 4"},
		{"string that is no UTF-8", items, "\x02\x02\x02\xff\x00", "items[0] at byte 3: a string of 1 bytes is not valid UTF-8"},
		{"boolean", items, "\x02\x04\x02\x00", "items[0] at byte 2: a boolean is the byte 2"},
		{"bytes left over", items, "\x00\x00", "at byte 1: 1 bytes are left over"},
		{"symbol", `{"type":"enum","name":"E","symbols":["A"]}`, "\x02", "at byte 0: there is no symbol 1 in an enum of 1"},
		{"key", `{"type":"map","values":"int"}`, "\x02\x02\xff\x00\x00", "[#0] at byte 2: a string of 1 bytes is not valid UTF-8"},
		{"block of a wrong size", `{"type":"array","items":"int"}`, "\x01\x04\x02\x00\x00", "at byte 3: a block ends here, by its size it should end at byte 4"},
		{"double", `"double"`, "1234567", "at byte 0: 7 bytes left, double needs 8"},
		{"fixed", `{"type":"fixed","name":"F","size":3}`, "12", "at byte 0: 2 bytes left, fixed needs 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := mustParse(t, c.schema).BinaryToJSON(nil, []byte(c.data))
			var e *avro.Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %x: got %s, %v, want %s", c.schema, c.data, out, err, c.want)
			}
		})
	}
	for _, mode := range []avro.InvalidUTF8{avro.KeepInvalidUTF8, avro.ReplaceInvalidUTF8} {
		out, err := mustParse(t, `"string"`).BinaryToJSON(nil, []byte("\x06a\xff\xfe"), avro.WithInvalidUTF8(mode))
		if err != nil || string(out) != `"a`+"\ufffd"+`"` {
			t.Errorf("invalid UTF-8, mode %d: %s, %v", mode, out, err)
		}
	}
}

func TestJSONCounts(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 63, 64, 8191, 8192, 20000} {
		text := "[" + strings.TrimSuffix(strings.Repeat(`{"a":1},`, n), ",") + "]"
		s := mustParse(t, `{"type":"array","items":`+record(field("a", `"int"`))+`}`)
		data, err := s.JSONToBinary(nil, []byte(text))
		if err != nil {
			t.Fatalf("%d items: %v", n, err)
		}
		out, err := s.BinaryToJSON(nil, data)
		if err != nil || string(out) != text {
			t.Errorf("%d items come back as %d bytes, %v, want %d", n, len(out), err, len(text))
		}
	}
}

func TestJSONLimits(t *testing.T) {
	t.Parallel()
	list := mustParse(t, `{"type":"record","name":"L","fields":[{"name":"next","type":["null","L"]}]}`)
	nested := func(levels int) string {
		return strings.Repeat(`{"next":{"L":`, levels-1) + `{"next":null}` + strings.Repeat("}}", levels-1)
	}
	for _, levels := range []int{1000, 1001} {
		data, err := list.JSONToBinary(nil, []byte(nested(levels)))
		if (err == nil) != (levels <= 1000) || err != nil && !strings.Contains(err.Error(), "WithMaxDepth") {
			t.Errorf("%d levels: %v", levels, err)
		}
		if err != nil {
			if data, err = list.JSONToBinary(nil, []byte(nested(levels)), avro.WithMaxDepth(levels)); err != nil {
				t.Errorf("%d levels with the option: %v", levels, err)
			}
		}
		out, err := list.BinaryToJSON(nil, data)
		if (err == nil) != (levels <= 1000) || err != nil && !strings.Contains(err.Error(), "WithMaxDepth") || err == nil && string(out) != nested(levels) {
			t.Errorf("%d levels of bytes: %v", levels, err)
		}
	}
	for _, open := range []string{"[", `{"a":`} {
		text := `{"z":` + strings.Repeat(open, 1_000_000)
		if _, err := list.JSONToBinary(nil, []byte(text)); err == nil || !strings.Contains(err.Error(), "WithMaxDepth") {
			t.Errorf("a million %s in a field that is left out: %v", open, err)
		}
	}
	nulls := mustParse(t, `{"type":"array","items":"null"}`)
	few := avro.WithMaxZeroSizeItems(3)
	for n, text := range map[int]string{3: "[null,null,null]", 4: "[null,null,null,null]"} {
		if _, err := nulls.JSONToBinary(nil, []byte(text), few); (err == nil) != (n <= 3) {
			t.Errorf("%d nulls: %v", n, err)
		}
		if _, err := nulls.BinaryToJSON(nil, []byte{byte(2 * n), 0}, few); (err == nil) != (n <= 3) {
			t.Errorf("%d nulls of bytes: %v", n, err)
		}
	}
}

// Records of records that have no bytes at all multiply without end.
func TestJSONOfNothingIsBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"type":"record","name":"T","fields":[{"name":"f0","type":["null",{"type":"record","name":"R0","fields":[]}]}`)
	const n = 60
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, `,{"name":"f%d","type":["null",{"type":"record","name":"R%d","fields":[{"name":"a","type":"R%d"},{"name":"b","type":"R%d"}]}]}`, i, i, i-1, i-1)
	}
	s := mustParse(t, b.String()+"]}")
	_, err := s.BinaryToJSON(nil, append(make([]byte, n-1), 2), avro.WithMaxZeroSizeItems(1000))
	if err == nil || !strings.Contains(err.Error(), "WithMaxZeroSizeItems") {
		t.Errorf("2^%d records of no bytes: %v", n-1, err)
	}
}

// TestJSONMemoryIsBounded reads texts that make a reader allocate. Each byte may cost a few.
func TestJSONMemoryIsBounded(t *testing.T) {
	const perByte, free, size = 48, 64 << 10, 200_000
	fill := func(head, part, tail string) string { return head + strings.Repeat(part, size/len(part)) + tail }
	list := `{"type":"record","name":"L","fields":[{"name":"a","type":["null","L"]},{"name":"b","type":"int"}]}`
	for _, c := range []struct{ name, schema, json string }{
		{"doubles", `{"type":"array","items":"double"}`, fill("[", "0,", "0]")},
		{"records in any order", `{"type":"array","items":` + list + `}`, fill("[", `{"b":0,"a":null},`, `{"a":null,"b":1}]`)},
		{"nested records in another order", list, strings.Repeat(`{"b":1,"a":{"L":`, 999) + `{"b":2,"a":null}` + strings.Repeat("}}", 999)},
		{"one field many times", list, fill("{", `"b":0,`, `"b":1}`)},
		{"fields that are left out", list, fill("{", `"z":0,`, `"a":null,"b":1}`)},
		{"brackets", list, fill(`{"z":`, "[", "")},
		{"escapes", `"string"`, fill(`"`, `\u0041`, `"`)},
		{"bytes", `"bytes"`, fill(`"`, "\u00ff", `"`)},
		{"short strings with escapes", `{"type":"array","items":"string"}`, fill("[", `"\n",`, `""]`)},
		{"numbers of many digits", `{"type":"array","items":"long"}`, fill("[", "0.0000000000000000000000000000000000000000000000000000000000000000000000,", "1]")},
		{"one number", `"long"`, fill("1", "0", "e1")},
		{"names of branches", `{"type":"array","items":["null"]}`, fill("[", `{"null":null},`, "null]")},
	} {
		s := mustParse(t, c.schema)
		if _, err := s.JSONToBinary(nil, []byte(`{}`)); err == nil {
			t.Fatalf("%s: took an empty object", c.name)
		}
		text := []byte(c.json)
		var err error
		used := allocated(func() { _, err = s.JSONToBinary(nil, text) })
		if limit := perByte*len(text) + free; used > limit {
			t.Errorf("%s: %d bytes made it allocate %d, more than %d (%v)", c.name, len(text), used, limit, err)
		}
		t.Logf("%s: %.1f per byte, %v", c.name, float64(used)/float64(len(text)), err)
	}
}

// Values of a Record have its methods too, or package encoding/json would write {} for them.
func TestJSONOfRecordsByValue(t *testing.T) {
	t.Parallel()
	var r avro.Record
	if err := avro.MustFor[avro.Record](record(field("n", `"int"`))).Decode(long(1), &r); err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{r, &r, []avro.Record{r}, map[string]avro.Record{"r": r}, struct{ R avro.Record }{r}, []any{r, &r}} {
		out, err := json.Marshal(v)
		if err != nil || !strings.Contains(string(out), `{"n":1}`) || strings.Contains(string(out), "{}") {
			t.Errorf("%T: %s, %v", v, out, err)
		}
	}
	if out, err := json.Marshal([]*avro.Record{nil}); err != nil || string(out) != "[null]" {
		t.Errorf("nil: %s, %v, want null", out, err)
	}
	if out, err := json.Marshal(avro.Record{}); err == nil {
		t.Errorf("a record without a schema: %s", out)
	}
}
