package avro_test

import (
	"strings"
	"testing"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

const (
	moneyText   = `{"type":"record","name":"Money","namespace":"shop","fields":[{"name":"cents","type":"long"},{"name":"currency","type":{"type":"enum","name":"Currency","symbols":["EUR"]}}]}`
	invoiceText = `{"type":"record","name":"Invoice","namespace":"shop","fields":[{"name":"total","type":"Money"},{"name":"in","type":"shop.Currency"}]}`
)

func TestTypesOfOtherSchemas(t *testing.T) {
	t.Parallel()
	money := parse(t, moneyText)
	invoice := parse(t, invoiceText, avro.WithTypes(money))
	if got := invoice.Field("total").Schema(); got != money {
		t.Errorf("the type of total is %v, want the node that was given", got)
	}
	if got := invoice.Field("in").Schema(); got != money.Field("currency").Schema() {
		t.Errorf("a type within the given one is %v", got)
	}
	if invoice.String() != invoiceText {
		t.Errorf("String() = %s, want the text as given", invoice)
	}
	for _, test := range []struct {
		name, text string
		want       *avro.Schema
	}{
		{"a quoted name is the type", `"shop.Money"`, money},
		{"of a type within", ` "shop.Currency" `, money.Field("currency").Schema()},
		{"the same definition again", moneyText, money},
	} {
		if got := parse(t, test.text, avro.WithTypes(money)); got != test.want {
			t.Errorf("%s: got another node than was given: %v", test.name, got)
		}
	}
	if money.String() != moneyText {
		t.Errorf("the given schema has changed: %s", money)
	}
	order := parse(t, `["null","shop.Invoice","shop.Money"]`, avro.WithTypes(money, invoice))
	if order.Branches()[1] != invoice || order.Branches()[2] != money {
		t.Errorf("types of several schemas: %v", order)
	}
	// Alone, a schema with references spells them out.
	text, err := invoice.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if again := parse(t, string(text)); again.Canonical() != invoice.Canonical() {
		t.Errorf("MarshalJSON() = %s has another canonical form than %s", text, invoice.Canonical())
	}
}

func TestTypesOfOtherSchemasRefuses(t *testing.T) {
	t.Parallel()
	money := parse(t, moneyText)
	other := parse(t, strings.Replace(moneyText, `"long"`, `"int"`, 1))
	tests := []struct {
		name, text string
		given      []*avro.Schema
		want       string
	}{
		{"a type of nobody", invoiceText, nil, `type "Money" is not known`},
		{"another definition of a given type", other.String(), []*avro.Schema{money}, "type shop.Money is defined twice"},
		{"two definitions given", invoiceText, []*avro.Schema{money, other}, "WithTypes define type shop.Money twice"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := avro.Parse(test.text, avro.WithTypes(test.given...))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Parse(%s) = %v, want an error with %q", test.text, err, test.want)
			}
		})
	}
}

func TestCodecOfASchemaWithReferences(t *testing.T) {
	t.Parallel()
	const (
		country = `{"type":"enum","name":"x.Country","symbols":["DE","US"]}`
		address = `{"type":"record","name":"x.Address","fields":[{"name":"city","type":"string"},{"name":"country","type":"x.Country"}]}`
		order   = `{"type":"record","name":"x.Order","fields":[{"name":"to","type":"x.Address"}]}`
	)
	type addressType struct {
		City    string `avro:"city"`
		Country string `avro:"country"`
	}
	type orderType struct {
		To addressType `avro:"to"`
	}
	c, err := avro.For[orderType](order, avro.WithReferences(country, address))
	if err != nil {
		t.Fatal(err)
	}
	if c.Schema() != order {
		t.Errorf("Schema() = %s, want the text alone, which is what is registered", c.Schema())
	}
	want := orderType{addressType{"Bonn", "DE"}}
	body, err := c.Append(nil, &want)
	if err != nil {
		t.Fatal(err)
	}
	for name, writer := range map[string][]string{"own": nil, "own text": {order}, "as a registry has it": {country, address, order}} {
		decode, err := c.Decoder(writer, nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var got orderType
		if err := decode(body, &got); err != nil || got != want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if _, err := avro.For[orderType](order); err == nil || !strings.Contains(err.Error(), "WithReferences") {
		t.Errorf("without: %v, want an error that names the option", err)
	}
	if _, err := avro.For[orderType](order, avro.WithReferences(address, country)); err == nil || !strings.Contains(err.Error(), "reference 0: ") {
		t.Errorf("in another order: %v, want the reference named", err)
	}
}
