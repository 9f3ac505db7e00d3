package embedded_test

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/magicbyte-go/magicbyte/registry/embedded"
)

func TestGzip(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	long := s.register(t, "long", typical(1)+strings.Repeat(" ", 2000))
	s.register(t, "short", `"int"`)
	for _, c := range []struct {
		path, accept string
		zipped       bool
	}{
		{"/schemas/ids/1", "gzip", true},
		{"/schemas/ids/1", "br, GZIP ; q=0.5", true},
		{"/schemas/ids/1", "*", true},
		{"/schemas/ids/1", "gzip;q=0", false},
		{"/schemas/ids/1", "identity", false},
		{"/schemas/ids/2", "gzip", false}, // not worth it
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+c.path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept-Encoding", c.accept)
		resp, err := s.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if got := resp.Header.Get("Content-Encoding") == "gzip"; got != c.zipped || resp.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s with %q: gzip %t, Vary %q; want gzip %t", c.path, c.accept, got, resp.Header.Get("Vary"), c.zipped)
			continue
		}
		if !c.zipped {
			continue
		}
		z, err := gzip.NewReader(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(z); err != nil || !strings.Contains(string(b), long.GUID) {
			t.Errorf("%s with %q: got %s, %v", c.path, c.accept, b, err)
		}
	}
	// The real one does not understand requests that are compressed either.
	var body strings.Builder
	z := gzip.NewWriter(&body)
	_, _ = z.Write([]byte(schemaBody(`"long"`)))
	_ = z.Close()
	if status, answer := s.do(t, http.MethodPost, "/subjects/s/versions", body.String()); status != http.StatusBadRequest {
		t.Errorf("a compressed request: got %d %s, want 400", status, answer)
	}
}

func TestBasicAuth(t *testing.T) {
	t.Parallel()
	s := newServer(t, embedded.WithBasicAuth("ann", "one"), embedded.WithBasicAuth("bob", "two"))
	for _, c := range []struct {
		user, password string
		want           int
	}{{"ann", "one", 200}, {"bob", "two", 200}, {"bob", "one", 401}, {"eve", "", 401}, {"", "", 401}} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/subjects", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if c.user != "" {
			req.SetBasicAuth(c.user, c.password)
		}
		resp, err := s.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != c.want || (resp.Header.Get("Www-Authenticate") != "") != (c.want == 401) {
			t.Errorf("%q with %q: got %d, %q; want %d", c.user, c.password, resp.StatusCode, resp.Header.Get("Www-Authenticate"), c.want)
		}
	}
}

// Neither a password nor its hash is in anything that is formatted.
func TestPasswordsNeverShow(t *testing.T) {
	t.Parallel()
	auth := embedded.WithBasicAuth("ann", "hunter2")
	reg := embedded.New(auth)
	hash := sha256.Sum256([]byte("hunter2"))
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		shown := fmt.Sprintf(format+format+format, reg, auth, reflect.ValueOf(reg).Elem())
		for _, secret := range []string{"hunter2", strings.Trim(fmt.Sprint(hash), "[]"), hex.EncodeToString(hash[:]), strings.SplitN(fmt.Sprintf("%#v", hash), "{", 2)[1]} {
			if strings.Contains(shown, secret) {
				t.Errorf("%s shows %.100q", format, secret)
			}
		}
	}
}
