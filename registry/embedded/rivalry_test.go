package embedded_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/registry/embedded"
)

// Registrations, deletions and changes of level and mode of the same few subjects, from many sides: nothing is answered 500, an id stands for one
// text only, and what the file brings back is what was there.
func TestRivalryComesBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	reg, err := embedded.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, reg)
	const workers, steps = 8, 60
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(uint64(w), 7))
			for range steps {
				subject := fmt.Sprintf("/subjects/s%d", random.IntN(3))
				setting := fmt.Sprintf("s%d", random.IntN(3))
				text := record(fmt.Sprintf(`{"name":"f%d","type":"int","default":%d}`, random.IntN(4), random.IntN(3)))
				method, path, body := http.MethodPost, subject+"/versions", schemaBody(text)
				switch random.IntN(12) {
				case 0:
					method, path, body = http.MethodDelete, subject, ""
				case 1:
					method, path, body = http.MethodDelete, subject+"?permanent=true", ""
				case 2:
					method, path, body = http.MethodDelete, subject+"/versions/latest", ""
				case 3:
					method, path, body = http.MethodPut, "/config/"+setting, fmt.Sprintf(`{"compatibility":%q}`, []string{"NONE", "BACKWARD", "FULL_TRANSITIVE"}[random.IntN(3)])
				case 4:
					method, path, body = http.MethodPut, "/mode/"+setting+"?force=true", fmt.Sprintf(`{"mode":%q}`, []string{"IMPORT", "READWRITE", "READWRITE", "READONLY"}[random.IntN(4)])
				case 5, 6:
					body = schemaBody(text, fmt.Sprintf(`"id":%d`, 1+random.IntN(20)), fmt.Sprintf(`"version":%d`, 1+random.IntN(6)))
				case 7:
					method, path, body = http.MethodDelete, "/mode/"+setting, ""
				}
				if status, answer := s.do(t, method, path, body); status >= 500 {
					t.Errorf("%s %s %s: got %d %s", method, path, body, status, answer)
				}
			}
		})
	}
	wg.Wait()
	before := dump(t, s)
	if err := reg.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := embedded.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if diff := cmp.Diff(before, dump(t, serve(t, again))); diff != "" {
		t.Errorf("after opening it again (-before +after):\n%s", diff)
	}
}

// dump is all that a registry tells.
func dump(t *testing.T, s *server) map[string]string {
	t.Helper()
	told := map[string]string{}
	paths := []string{"/schemas?deleted=true", "/subjects?deleted=true", "/config", "/mode", "/contexts"}
	for n := range 3 {
		paths = append(paths, fmt.Sprintf("/config/s%d", n), fmt.Sprintf("/mode/s%d", n))
	}
	for id := range 60 {
		paths = append(paths, fmt.Sprintf("/schemas/ids/%d?fetchMaxId=true", id+1), fmt.Sprintf("/schemas/ids/%d/versions?deleted=true", id+1))
	}
	for _, path := range paths {
		status, body := s.do(t, http.MethodGet, path, "")
		told[path] = fmt.Sprint(status, " ", body)
	}
	return told
}
