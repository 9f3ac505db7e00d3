package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// serveRegistry runs the command until the test ends or stop is called, which returns the command's error.
func serveRegistry(t *testing.T, args ...string) (url string, stop func() error) {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	r, w := io.Pipe()
	root := newRootCommand()
	root.SetArgs(append([]string{"registry", "--listen", "127.0.0.1:0"}, args...))
	root.SetOut(w)
	root.SetErr(io.Discard)
	ended := make(chan error, 1)
	go func() {
		err := root.ExecuteContext(ctx)
		w.CloseWithError(err)
		ended <- err
	}()
	stopped := false
	stop = func() error {
		interrupt()
		if stopped {
			return nil
		}
		stopped = true
		return <-ended
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("registry: %v", err)
		}
	})
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("registry ended: %v", err)
	}
	return strings.TrimSpace(strings.TrimPrefix(line, "Schema Registry")), stop
}

// fetch sends a request on a connection of its own.
func fetch(t *testing.T, config *tls.Config, method, url, body string, prepare ...func(*http.Request)) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range prepare {
		p(req)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: config}}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func TestRegistryKeepsData(t *testing.T) {
	t.Parallel()
	for _, flags := range [][]string{nil, {"--sync"}} {
		args := append([]string{"--data", filepath.Join(t.TempDir(), "made", "here")}, flags...)
		url, stop := serveRegistry(t, args...)
		if status, body := fetch(t, nil, http.MethodPost, url+"/subjects/s/versions", `{"schema":"\"int\""}`); status != http.StatusOK {
			t.Fatalf("register: %d %s", status, body)
		}
		if out, err := run(t.Context(), t, append([]string{"registry", "--listen", "127.0.0.1:0"}, args...)...); err == nil || !strings.Contains(err.Error(), "another process") {
			t.Errorf("a second registry on one directory: error %v, printed %q", err, out)
		}
		if err := stop(); err != nil {
			t.Fatalf("registry after an interrupt: %v", err)
		}
		url, _ = serveRegistry(t, args...)
		if status, body := fetch(t, nil, http.MethodGet, url+"/subjects", ""); body != `["s"]` {
			t.Errorf("subjects after a restart: %d %s", status, body)
		}
	}
}

func TestRegistryAuth(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "users")
	if err := os.WriteFile(file, []byte("ann:a:b\r\nbob:c\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, flags := range [][]string{{"--auth", "ann:a:b"}, {"--auth-file", file}} {
		url, _ := serveRegistry(t, flags...)
		for _, c := range []struct {
			user, password string
			want           int
		}{{"ann", "a:b", 200}, {"ann", "x", 401}, {"eve", "", 401}, {"", "", 401}} {
			status, body := fetch(t, nil, http.MethodGet, url+"/subjects", "", func(req *http.Request) {
				if c.user != "" {
					req.SetBasicAuth(c.user, c.password)
				}
			})
			if status != c.want || status == 401 && body != `{"error_code":401,"message":"Unauthorized"}` {
				t.Errorf("%s, user %q: got %d %s, want %d", flags[0], c.user, status, body, c.want)
			}
		}
	}
}

func TestRegistryAuthFromEnvironment(t *testing.T) {
	t.Setenv(authVariable, "ann:secret")
	url, _ := serveRegistry(t)
	for password, want := range map[string]int{"secret": 200, "other": 401} {
		if status, body := fetch(t, nil, http.MethodGet, url+"/subjects", "", func(req *http.Request) { req.SetBasicAuth("ann", password) }); status != want {
			t.Errorf("password %s: got %d %s, want %d", password, status, body, want)
		}
	}
}

// certificate writes one for 127.0.0.1 and returns the files and a client's configuration.
func certificate(t *testing.T) (certFile, keyFile string, client *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	keyBytes, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	pool := x509.NewCertPool()
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})
	pool.AppendCertsFromPEM(certPEM)
	for path, content := range map[string][]byte{certFile: certPEM, keyFile: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyBytes})} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile, &tls.Config{RootCAs: pool}
}

func TestRegistryTLS(t *testing.T) {
	t.Parallel()
	cert, key, client := certificate(t)
	url, _ := serveRegistry(t, "--tls-cert", cert, "--tls-key", key)
	if !strings.HasPrefix(url, "https://127.0.0.1:") {
		t.Errorf("URL %s, want https", url)
	}
	if status, body := fetch(t, client, http.MethodGet, url+"/subjects", ""); body != "[]" {
		t.Errorf("subjects over TLS: %d %s", status, body)
	}
}

func TestRegistryRefuses(t *testing.T) {
	t.Parallel()
	cert, key, _ := certificate(t)
	busy, _ := serveRegistry(t)
	garbage := filepath.Join(t.TempDir(), "garbage")
	if err := os.WriteFile(garbage, []byte("s3cret"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		args []string
		want []string
	}{
		{"busy port", []string{"--listen", strings.TrimPrefix(busy, "http://")}, []string{"in use", "--listen"}},
		{"no address", []string{"--listen", "nonsense"}, []string{"nonsense"}},
		{"sync without data", []string{"--sync"}, []string{"--sync needs --data"}},
		{"key alone", []string{"--tls-key", key}, []string{"--tls-cert and --tls-key"}},
		{"no certificate", []string{"--tls-cert", garbage, "--tls-key", key}, []string{garbage, key}},
		{"missing certificate", []string{"--tls-cert", cert + ".not", "--tls-key", key}, []string{cert + ".not", "no such file"}},
		{"two sources of users", []string{"--auth", "a:b", "--auth-file", garbage}, []string{"exclude"}},
		{"no password", []string{"--auth", "s3cret"}, []string{"--auth, line 1", "user:password"}},
		{"bad file of users", []string{"--auth-file", garbage}, []string{garbage + ", line 1"}},
		{"a user twice", []string{"--auth", "a:s3cret\nb:c\na:s3cret2"}, []string{"line 3", "line 1"}},
		{"no file of users", []string{"--auth-file", garbage + ".not"}, []string{"no such file"}},
		{"all problems at once", []string{"--sync", "--tls-key", key, "--auth", "s3cret"}, []string{"--data", "--tls-cert", "user:password"}},
		{"variables that are not set", []string{"--auth", "", "--auth-file", "", "--data", "", "--tls-cert", "", "--tls-key", ""}, []string{"--auth is empty", "--auth-file is empty", "--data is empty", "--tls-cert is empty", "--tls-key is empty"}},
		{"empty address", []string{"--listen", ""}, []string{"--listen is empty"}},
		{"data is a file", []string{"--data", garbage}, []string{garbage, "not a directory"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out, err := run(t.Context(), t, append([]string{"registry", "--listen", "127.0.0.1:0"}, tt.args...)...)
			if err == nil {
				t.Fatalf("%v: no error; printed %q", tt.args, out)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v: error %v, want %q in it", tt.args, err, want)
				}
			}
			if strings.Contains(err.Error()+out, "s3cret") {
				t.Errorf("%v: the error tells a secret: %v", tt.args, err)
			}
		})
	}
}

// TestRegistryInterruptedAtOnce: an interrupt while a long log is being read is no failure.
func TestRegistryInterruptedAtOnce(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if out, err := run(ctx, t, "registry", "--listen", "127.0.0.1:0", "--data", t.TempDir()); err != nil || out != "" {
		t.Errorf("printed %q, error %v; want neither", out, err)
	}
}

// startRegistry runs the command in a process of its own, and returns its URL. What it says on standard error is in said once it has ended.
func startRegistry(t *testing.T) (cmd *exec.Cmd, url string, said *strings.Builder) {
	t.Helper()
	cmd = exec.CommandContext(t.Context(), os.Args[0], "registry", "--listen", "127.0.0.1:0", "--data", t.TempDir()) //nolint:gosec // this very binary
	cmd.Env = append(os.Environ(), mainVariable+"=1")
	said = &strings.Builder{}
	cmd.Stderr = said
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Errorf("no URL: %v", err)
	}
	return cmd, strings.TrimSpace(strings.TrimPrefix(line, "Schema Registry")), said
}

// TestRegistrySignals ends a process as an operator does.
func TestRegistrySignals(t *testing.T) {
	t.Parallel()
	for _, signal := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
		cmd, url, said := startRegistry(t)
		if status, body := fetch(t, nil, http.MethodGet, url+"/subjects", ""); body != "[]" {
			t.Errorf("%v: subjects: %d %s", signal, status, body)
		}
		if err := cmd.Process.Signal(signal); err != nil {
			t.Errorf("%v: %v", signal, err)
		}
		if err := cmd.Wait(); err != nil || said.Len() > 0 {
			t.Errorf("%v: ended with %v, said %q; want a clean end", signal, err, said.String())
		}
	}
}

// TestRegistrySecondSignal: whoever does not want to wait for what is in flight asks once more.
func TestRegistrySecondSignal(t *testing.T) {
	t.Parallel()
	cmd, url, _ := startRegistry(t)
	half, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer half.Close()
	if _, err := io.WriteString(half, "POST /subjects/s/versions HTTP/1.1\r\nHost: r\r\nContent-Length: 9\r\n\r\n{"); err != nil {
		t.Fatal(err)
	}
	fetch(t, nil, http.MethodGet, url+"/subjects", "") // the half one was accepted before
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() { ended <- cmd.Wait() }()
	again := time.NewTicker(50 * time.Millisecond) // one that comes before the first has had its effect is the first one's
	defer again.Stop()
	for waiting := true; waiting; {
		select {
		case err = <-ended:
			waiting = false
		case <-again.C:
			_ = cmd.Process.Signal(os.Interrupt) // it may have ended
		}
	}
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if !ok || !status.Signaled() || status.Signal() != syscall.SIGINT {
		t.Errorf("ended with %v, want the second signal to end it", err)
	}
}
