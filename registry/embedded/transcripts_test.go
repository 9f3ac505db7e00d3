package embedded_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/registry/embedded"
)

// The transcripts are requests to a real registry (8.3.1) with its answers, a
// scenario a line. $id1, $guid1 stand for what the registry chose.

type scenario struct {
	Name  string `json:"name"`
	Steps []step `json:"steps"`
}

type step struct {
	Method       string             `json:"method"`
	Path         string             `json:"path"`
	RawPath      string             `json:"raw_path"`
	Headers      map[string]*string `json:"headers"`
	Body         json.RawMessage    `json:"body"`
	BodyText     *string            `json:"body_text"`
	BodyOmitted  any                `json:"body_omitted"`
	Status       int                `json:"status"`
	ContentType  *string            `json:"content_type"`
	Response     any                `json:"response"`
	ResponseText *string            `json:"response_text"`
}

// differentCodes are the steps that answer another status, code or JSON than
// the real registry, with the reason. A step that starts to agree must go.
var differentCodes = map[string]string{
	"refs-errors[9]":                       "an empty reference name is refused: in the real one it poisons the subject",
	"refs-errors[10]":                      "the real one is poisoned by step 9",
	"mode-global[30]":                      "the real one answers 500 to a mode request without a mode; here it is 42204",
	"import-same-id-two-subjects[6]":       "the real one's index by content forgets older users of an imported id",
	"import-same-id-two-subjects[9]":       "as step 6: the real one falls back to the structure, and shows ts and deleted",
	"list-schemas[15]":                     "the real one answers 500 to a negative offset; here it is 404 as for any other bad number",
	"list-versions-paging[12]":             "as list-schemas[15]",
	"contexts-odd-names[11]":               "the real one leaves the plain name \":.a\" out of the list of all contexts",
	"guid-endpoints[14]":                   "the real one answers 500 for the GUID of a permanently deleted schema; here it is 40403",
	"guid-endpoints[15]":                   "as step 14: the real one still lists the id that is gone",
	"odd-default-context-empty-subject[0]": "the real one times out on the subject \":.:\"; here it is 42208",
}

func TestTranscripts(t *testing.T) {
	t.Parallel()
	codes, texts, total := map[string]string{}, map[string]int{}, 0
	for _, s := range readScenarios(t) {
		p := player{handler: embedded.New(), bound: map[string]any{}}
		for i, step := range s.Steps {
			if step.BodyOmitted != nil {
				continue
			}
			total++
			label := fmt.Sprintf("%s[%d]", s.Name, i)
			agrees, exact, got := p.play(t, step)
			if !agrees {
				codes[label] = got
			} else if !exact {
				texts[s.Name]++
			}
		}
	}
	for _, label := range sortedKeys(codes, differentCodes) {
		got, differs := codes[label]
		reason, known := differentCodes[label]
		switch {
		case differs && !known:
			t.Errorf("%s differs from the real registry, got %s", label, got)
		case !differs:
			t.Errorf("%s agrees now, remove it from the list (%s)", label, reason)
		}
	}
	if diff := cmp.Diff(differentTexts, texts); diff != "" {
		t.Errorf("steps whose texts alone differ, by scenario (-listed +got); lower numbers belong into the list:\n%s", diff)
	}
	sum := 0
	for _, n := range texts {
		sum += n
	}
	agree := total - len(codes)
	t.Logf("%d steps, %d agree by codes, %d exactly", total, agree, agree-sum)
	if 100*(agree-sum) < 97*agree {
		t.Errorf("%d of %d steps that agree by codes agree exactly, want 97 %%", agree-sum, agree)
	}
}

func sortedKeys(maps ...map[string]string) []string {
	var keys []string
	for _, m := range maps {
		for k := range m {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

func readScenarios(t *testing.T) []scenario {
	t.Helper()
	f, err := os.Open("testdata/registry-transcripts.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var list []scenario
	d := json.NewDecoder(f)
	d.UseNumber()
	for d.More() {
		var s scenario
		if err := d.Decode(&s); err != nil {
			t.Fatal(err)
		}
		list = append(list, s)
	}
	return list
}

// player plays one scenario and remembers what its symbols stand for.
type player struct {
	handler http.Handler
	bound   map[string]any
}

var (
	symbol       = regexp.MustCompile(`\$(?:id|guid)\d+`)
	quotedSymbol = regexp.MustCompile(`"\$(?:id|guid)\d+"`)
	wholeSymbol  = regexp.MustCompile(`^\$(?:id|guid)\d+$`)
	setPath      = regexp.MustCompile(`(/schemas/types|/schemas/ids/[^/]+/(subjects|versions)|/referencedby)(\?|$)`)
)

// put replaces symbols by what they stand for.
func (p *player) put(text string) string {
	return symbol.ReplaceAllStringFunc(text, func(s string) string {
		if v, ok := p.bound[s]; ok {
			return fmt.Sprint(v)
		}
		return s
	})
}

func (p *player) play(t *testing.T, s step) (agrees, exact bool, got string) {
	t.Helper()
	w := p.send(t, s)
	got = fmt.Sprintf("%d %s", w.Code, w.Body)
	if w.Code != s.Status {
		return false, false, got
	}
	if s.ResponseText != nil {
		return true, true, got
	}
	if want := s.ContentType; want != nil && w.Header().Get("Content-Type") != *want {
		return false, false, got + " of type " + w.Header().Get("Content-Type")
	}
	var answer any
	if w.Body.Len() > 0 {
		d := json.NewDecoder(w.Body)
		d.UseNumber()
		if err := d.Decode(&answer); err != nil {
			return false, false, got
		}
	}
	want := s.Response
	if setPath.MatchString(s.Path) {
		want, answer = p.ordered(want), p.ordered(answer)
	}
	return p.same(want, answer, false, ""), p.same(want, answer, true, ""), got
}

// send gives the handler the request as a server would, with the path as it is.
func (p *player) send(t *testing.T, s step) *httptest.ResponseRecorder {
	t.Helper()
	path := p.put(s.Path)
	if s.RawPath != "" && !strings.Contains(s.Path, "$") {
		path = s.RawPath
	}
	var body []byte
	switch {
	case s.BodyText != nil:
		for _, r := range *s.BodyText { // latin-1 stands for bytes
			body = append(body, byte(r))
		}
	case s.Body != nil:
		body = quotedSymbol.ReplaceAllFunc(s.Body, func(b []byte) []byte {
			value, err := json.Marshal(p.bound[strings.Trim(string(b), `"`)])
			if err != nil {
				t.Fatal(err)
			}
			return value
		})
	}
	head := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: registry\r\nContent-Length: %d\r\n\r\n", s.Method, path, len(body))
	req, err := http.ReadRequest(bufio.NewReader(strings.NewReader(head + string(body))))
	if err != nil {
		t.Fatalf("%s %s: %v", s.Method, path, err)
	}
	const media = "application/vnd.schemaregistry.v1+json"
	req.Header.Set("Accept", media)
	if body != nil {
		req.Header.Set("Content-Type", media)
	}
	for name, value := range s.Headers {
		req.Header.Del(name)
		if value != nil {
			req.Header.Set(name, *value)
		}
	}
	w := httptest.NewRecorder()
	p.handler.ServeHTTP(w, req.WithContext(t.Context()))
	return w
}

// ordered sorts a list whose order means nothing.
func (p *player) ordered(v any) any {
	list, ok := v.([]any)
	if !ok {
		return v
	}
	type keyed struct {
		key   string
		value any
	}
	all := make([]keyed, len(list))
	for i, x := range list {
		if s, ok := x.(string); ok && p.bound[s] != nil {
			x = p.bound[s]
		}
		b, _ := json.Marshal(x) // it was JSON before
		all[i] = keyed{string(b), x}
	}
	slices.SortFunc(all, func(a, b keyed) int { return strings.Compare(a.key, b.key) })
	out := make([]any, len(all))
	for i, k := range all {
		out[i] = k.value
	}
	return out
}

// same compares as the recorder of the transcripts does: texts of messages
// count only when exact.
func (p *player) same(want, got any, exact bool, key string) bool {
	switch want := want.(type) {
	case string:
		return p.sameText(want, got, exact, key)
	case map[string]any:
		if _, ok := want["$omitted"]; ok {
			return true
		}
		have, ok := got.(map[string]any)
		if !ok || len(have) != len(want) {
			return false
		}
		for name := range want {
			value, ok := have[name]
			if !ok || !p.same(want[name], value, exact, name) {
				return false
			}
		}
		return true
	case []any:
		have, ok := got.([]any)
		if !ok || len(have) != len(want) && (exact || key != "messages") {
			return false
		}
		for i := range min(len(want), len(have)) {
			if !p.same(want[i], have[i], exact, key) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(want, got)
}

func (p *player) sameText(want string, got any, exact bool, key string) bool {
	switch {
	case slices.Contains([]string{"$ts", "$kafkaClusterId", "$groupId"}, want) || strings.Contains(want, "$omitted"):
		return true
	case wholeSymbol.MatchString(want):
		if _, ok := p.bound[want]; !ok {
			p.bound[want] = got
		}
		return p.bound[want] == got
	case !exact && (key == "message" || key == "messages" || key == "reason"):
		_, ok := got.(string)
		return ok
	}
	have, ok := got.(string)
	if !ok {
		return false
	}
	want = p.put(want)
	if strings.Contains(want, "$n") {
		parts := strings.Split(want, "$n")
		for i := range parts {
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		return regexp.MustCompile("^" + strings.Join(parts, `\d+`) + "$").MatchString(have)
	}
	return bytes.Equal([]byte(want), []byte(have))
}
