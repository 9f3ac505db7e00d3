package embedded_test

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/magicbyte-go/magicbyte/registry/embedded"
)

// Variables that make this binary a registry, to be killed.
const (
	childDir  = "EMBEDDED_TEST_DIR"
	childSync = "EMBEDDED_TEST_SYNC"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		fmt.Fprintln(os.Stderr, serveUntilKilled(dir))
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

// serveUntilKilled prints the registry's URL once it listens.
func serveUntilKilled(dir string) error {
	options := []embedded.Option{embedded.WithLogger(slog.New(slog.NewTextHandler(os.Stderr, nil)))}
	if os.Getenv(childSync) != "" {
		options = append(options, embedded.WithSync())
	}
	reg, err := embedded.Open(dir, options...)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // until the process is killed
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(os.Stdout, "http://%s\n", listener.Addr()); err != nil {
		return err
	}
	return (&http.Server{Handler: reg, ReadHeaderTimeout: time.Minute}).Serve(listener)
}
