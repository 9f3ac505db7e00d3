package snapshot

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
)

// Whatever is in a file, even under a right checksum, reading it neither panics nor gives half of it. The file itself is left out: it would
// take nearly all of the time.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"registry":["http://a"],"texts":["\"int\""],"answers":[{"kind":"id","asked":{"id":7},"text":0}]}`))
	f.Add([]byte(`{"registry":["http://a"],"texts":[],"answers":[{"kind":"id","asked":{"guid":"zz"},"text":5}]}`))
	f.Add([]byte(`{"registry":["http://a"],"answers":[{"kind":"version","asked":{"subject":"s","version":-1},"code":40401}]}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		sum := sha256.Sum256(body)
		head := fmt.Sprintf(`{"format":%q,"size":%d,"sha256":%q}`, format, len(body), hex.EncodeToString(sum[:]))
		answers, err := parse(append([]byte(head+"\n"), body...), Owner{Bases: []string{"http://a"}})
		if err != nil && len(answers) > 0 {
			t.Errorf("%v, but there are %d answers", err, len(answers))
		}
		for key, answer := range answers {
			if missing := answer.Missing != (Missing{}); key.Kind == ByID && answer.Schema.Text == "" || key.Kind == ByVersion && !missing && answer.Schema.ID.IsZero() {
				t.Errorf("%+v is answered by half: %+v", key, answer)
			}
		}
		if _, err := parse(append([]byte(head+"\n"), append(body, 'x')...), Owner{Bases: []string{"http://a"}}); err == nil {
			t.Error("a file with a byte more is used")
		}
	})
}
