// Package handmade has Go types that generated ones refer to.
package handmade

import (
	"fmt"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// Amount is record test.shared.Money.
type Amount struct {
	Cents    int64
	Currency string
}

// AvroValue returns the amount in generic form.
func (a *Amount) AvroValue() (any, error) {
	return map[string]any{"units": a.Cents, "currency": a.Currency}, nil
}

// SetAvroValue sets the amount from its generic form.
func (a *Amount) SetAvroValue(v any) error {
	r, ok := v.(*avro.Record)
	if !ok {
		return fmt.Errorf("an amount cannot be %T", v)
	}
	units, err := r.Get("units")
	if err != nil {
		return err
	}
	currency, err := r.Get("currency")
	if err != nil {
		return err
	}
	a.Cents, ok = units.(int64)
	if a.Currency, _ = currency.(string); !ok {
		return fmt.Errorf("the units of an amount cannot be %T", units)
	}
	return nil
}

// Weight is a string with logicalType test-weight.
type Weight struct{ Text string }

// AvroValue returns the weight as a string.
func (w *Weight) AvroValue() (any, error) { return w.Text, nil }

// SetAvroValue sets the weight from a string.
func (w *Weight) SetAvroValue(v any) error {
	text, ok := v.(string)
	if !ok {
		return fmt.Errorf("a weight cannot be %T", v)
	}
	w.Text = text
	return nil
}
