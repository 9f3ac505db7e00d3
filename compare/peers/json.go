package peers

import "encoding/json"

// JSON returns encoding/json on a struct without methods.
func JSON() Codec[JSONEvent] {
	return Codec[JSONEvent]{
		Of: jsonForm.of, Back: jsonForm.back,
		Append: func(_ []byte, v *JSONEvent) ([]byte, error) { return json.Marshal(v) },
		Decode: func(src []byte, v *JSONEvent) error { return json.Unmarshal(src, v) },
	}
}
