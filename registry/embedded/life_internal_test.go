package embedded

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// life draws requests about few subjects in two contexts, so that they meet: registrations with references, metadata, chosen ids and
// versions, soft and permanent deletions, levels, modes, aliases and contexts.
type life struct{ *rand.Rand }

func (l life) pick(list ...string) string { return list[l.IntN(len(list))] }

func (l life) subject() string { return l.pick("a", "b", "c", ":.x:a", ":.x:b", ":.y:a") }

func (l life) schema() map[string]any {
	body := map[string]any{"schema": fmt.Sprintf(`{"type":"record","name":"R%d","namespace":"n","fields":[{"name":"f","type":"int","default":%d}]}`, l.IntN(3), l.IntN(3))}
	switch l.IntN(8) {
	case 0, 1:
		body["schema"] = fmt.Sprintf(`{"type":"array","items":"n.R%d"}`, l.IntN(3))
		body["references"] = []map[string]any{{"name": "r", "subject": l.subject(), "version": []int{-1, 1, 2, 3}[l.IntN(4)]}}
	case 2:
		body["metadata"] = map[string]any{"properties": map[string]string{"k": l.pick("1", "2")}}
	case 3:
		body["schema"] = ""
	case 4:
		body["schema"], body["schemaType"] = fmt.Sprintf(`{"const":%d}`, l.IntN(3)), "JSON"
	}
	switch l.IntN(5) {
	case 0:
		body["id"] = 1 + l.IntN(12)
	case 1:
		body["id"], body["version"] = 1+l.IntN(12), 1+l.IntN(5)
	case 2:
		body["version"] = l.IntN(4)
	}
	return body
}

func (l life) request() (method, path string, body any) {
	subject := l.subject()
	flags := "?" + l.pick("", "permanent=true&") + l.pick("", "deleted=true&") + l.pick("", "force=true&") + l.pick("", "normalize=true")
	switch l.IntN(16) {
	case 0:
		return http.MethodDelete, "/subjects/" + subject + flags, nil
	case 1:
		return http.MethodDelete, "/subjects/" + subject + "/versions/" + l.pick("1", "2", "3", "4", "latest") + flags, nil
	case 2:
		return http.MethodPut, "/mode" + l.pick("", "/:.x:", "/:.__GLOBAL:", "/"+subject, "/"+subject) + flags,
			map[string]any{"mode": l.pick("IMPORT", "IMPORT", "READWRITE", "READONLY", "READONLY_OVERRIDE", "FORWARD")}
	case 3, 4:
		return http.MethodDelete, "/mode" + l.pick("", "/:.x:", "/:.__GLOBAL:", "/"+subject), nil
	case 5:
		return http.MethodPut, "/config" + l.pick("", "/:.x:", "/:.__GLOBAL:", "/"+subject), map[string]any{"compatibility": l.pick("NONE", "NONE", "FULL", "BACKWARD_TRANSITIVE"), l.pick("normalize", "x"): true, l.pick("alias", "y", "z"): l.subject()}
	case 6:
		return http.MethodDelete, "/config" + l.pick("", "/:.x:", "/:.__GLOBAL:", "/"+subject), nil
	case 7:
		return http.MethodDelete, "/contexts/" + l.pick(".x", ".y"), nil
	case 8:
		return http.MethodPost, "/subjects/" + subject + flags, l.schema()
	case 9:
		return http.MethodPost, "/compatibility/subjects/" + subject + "/versions" + l.pick("", "/latest", "/1") + "?verbose=true", l.schema()
	}
	return http.MethodPost, "/subjects/" + subject + "/versions" + flags, l.schema()
}

// live makes requests and tells of them.
func (l life) live(t *testing.T, r *Registry) []string {
	t.Helper()
	var done []string
	for range 120 {
		method, path, body := l.request()
		text := ""
		if body != nil {
			b, err := json.Marshal(body)
			if err != nil {
				t.Fatal(err)
			}
			text = string(b)
		}
		status, got := answer(t, r, method, path, text)
		done = append(done, fmt.Sprintf("%s %s %s: %d %.200s", method, path, text, status, got))
		if status >= 500 {
			t.Fatalf("a life ends with 500:\n%s", strings.Join(done, "\n"))
		}
	}
	return done
}

// told is all that a registry of life's subjects tells.
func told(t *testing.T, r *Registry) map[string]string {
	t.Helper()
	paths := []string{"/subjects?deleted=true", "/contexts", "/config", "/mode"}
	for _, context := range []string{".", ".x", ".y"} {
		paths = append(paths, "/contexts/"+context+"/schemas?deleted=true", "/config/:"+context+":", "/mode/:"+context+":")
		for id := range 20 {
			at := fmt.Sprintf("/contexts/%s/schemas/ids/%d", context, id)
			paths = append(paths, at+"?fetchMaxId=true", at+"/versions?deleted=true")
		}
		for _, subject := range []string{"a", "b", "c"} {
			at := "/contexts/" + context
			paths = append(paths, at+"/config/"+subject, at+"/mode/"+subject)
			for version := range 5 {
				paths = append(paths, fmt.Sprintf("%s/subjects/%s/versions/%d/referencedby?deleted=true", at, subject, version+1))
			}
		}
	}
	for _, context := range r.state.contexts {
		for guid := range context.guids {
			paths = append(paths, "/schemas/guids/"+guid, "/schemas/guids/"+guid+"/ids")
		}
	}
	answers := map[string]string{}
	for _, path := range paths {
		status, body := answer(t, r, http.MethodGet, path, "")
		answers[path] = fmt.Sprint(status, " ", body)
	}
	return answers
}

// copied is a registry made of a snapshot.
func copied(t *testing.T, r *Registry) *Registry {
	t.Helper()
	c := New()
	for record, err := range r.state.records() {
		if err != nil {
			t.Fatal(err)
		}
		changes, err := decodeChanges(record)
		if err != nil {
			t.Fatal(err)
		}
		c.state.apply(changes)
	}
	return c
}

// TestAnyLifeComesBack: whatever happened to a registry, nothing of it is answered 500, and a snapshot of it is an equal one, as is the log.
func TestAnyLifeComesBack(t *testing.T) {
	t.Parallel()
	lives := 200
	if testing.Short() {
		lives = 10
	}
	for seed := range uint64(lives) {
		l := life{rand.New(rand.NewPCG(seed, 1))}
		dir := t.TempDir()
		r, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		done := l.live(t, r)
		want := told(t, r)
		for path, got := range want {
			if strings.HasPrefix(got, "5") {
				t.Errorf("life %d: %s: %s", seed, path, got)
			}
		}
		if diff := cmp.Diff(want, told(t, copied(t, r))); diff != "" {
			t.Fatalf("life %d, from a snapshot (-before +after):\n%s\n%s", seed, diff, strings.Join(done, "\n"))
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		if r, err = Open(dir); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, told(t, r)); diff != "" {
			t.Fatalf("life %d, from the log (-before +after):\n%s\n%s", seed, diff, strings.Join(done, "\n"))
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
