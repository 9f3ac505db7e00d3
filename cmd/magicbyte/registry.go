package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/magicbyte-go/magicbyte/registry/embedded"
)

func newRegistryCommand() *cobra.Command {
	settings := registrySettings{
		answering: 2 * time.Minute,
		ending:    8 * time.Second, // containers are killed after 10 by default
	}
	cmd := &cobra.Command{
		Use:   "registry",
		Short: "Run a Schema Registry in this process until interrupted",
		Long: `Runs a Schema Registry that answers as Confluent Schema Registry 8.3 does, and prints its URL once it answers. SIGTERM and
Ctrl-C end it after the requests that are in flight; what is not done after 8 s is cut, and told on standard error. A
second signal ends it at once.

Everything is kept in memory and gone at the end, unless --data names a directory: then all that was acknowledged survives the end
of the process, also by kill -9, and with --sync a loss of power. One process can use a directory at a time.

Whom it admits is told by --auth user:password, by --auth-file with one user:password a line, or by the environment variable
` + authVariable + `; the latter two keep the password out of the list of processes. Without any, everybody is admitted.

For development, tests and small installations: one process, no replicas.`,
		Example: `  magicbyte registry --data ./registry-data
  ` + authVariable + `=ci:secret magicbyte registry --listen 0.0.0.0:8443 --tls-cert cert.pem --tls-key key.pem`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := refuseEmpty(cmd.Flags()); err != nil {
				return fmt.Errorf("registry: %w", err)
			}
			return settings.run(cmd.Context(), &page{to: cmd.OutOrStdout()}, slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil)))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&settings.listen, "listen", "127.0.0.1:8081", "where to listen, with port 0 for a free one")
	flags.StringVar(&settings.data, "data", "", "directory to keep everything in (default: in memory)")
	flags.BoolVar(&settings.sync, "sync", false, "answer a change only once it is on the disk; needs --data")
	flags.StringVar(&settings.auth, "auth", "", "user:password to admit")
	flags.StringVar(&settings.authFile, "auth-file", "", "file of user:password lines to admit")
	flags.StringVar(&settings.tlsCert, "tls-cert", "", "certificate chain to serve HTTPS with, PEM")
	flags.StringVar(&settings.tlsKey, "tls-key", "", "key of the certificate, PEM")
	return cmd
}

type registrySettings struct {
	listen, data    string
	sync            bool
	auth, authFile  string
	tlsCert, tlsKey string
	answering       time.Duration // from the head of a request to the last byte of its answer
	ending          time.Duration // what requests in flight have at the end
}

// run serves until ctx ends.
func (s registrySettings) run(ctx context.Context, out *page, logger *slog.Logger) (err error) {
	users, usersErr := s.users()
	certificates, tlsErr := s.certificates()
	if err := errors.Join(s.check(), usersErr, tlsErr); err != nil {
		return err
	}
	reg, err := s.open(users, logger)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, reg.Close()) }()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.listen)
	if ctx.Err() != nil {
		return ignoreEnd(listener) // interrupted while a long log was read
	}
	if errors.Is(err, syscall.EADDRINUSE) {
		err = fmt.Errorf("%w; choose another address with --listen", err)
	}
	if err != nil {
		return fmt.Errorf("registry: %w", err)
	}
	requests := newInFlight(reg)
	server := &http.Server{
		Handler:           requests,
		TLSConfig:         &tls.Config{Certificates: certificates, MinVersion: tls.VersionTLS12},
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute, // of a request of 8 MiB: nobody holds a connection by sending a byte now and then
		WriteTimeout:      s.answering, // nor by not reading the answer
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
	served := make(chan error, 1)
	go func() {
		if len(certificates) > 0 {
			served <- server.ServeTLS(listener, "", "")
			return
		}
		served <- server.Serve(listener)
	}()
	fmt.Fprintf(out, "Schema Registry  %s\n", s.url(listener.Addr()))
	if err := out.err; err != nil {
		return errors.Join(err, server.Close(), ignoreClosed(<-served))
	}
	select {
	case err := <-served:
		return fmt.Errorf("registry: %w", err)
	case <-ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.ending)
	defer cancel()
	err = server.Shutdown(ending)
	if errors.Is(err, context.DeadlineExceeded) { // the end was asked for, and whose requests hold it up is told: no failure
		requests.report(logger)
		err = server.Close()
	}
	return errors.Join(err, ignoreClosed(<-served))
}

// ignoreEnd closes a listener, if there is one, that nobody was told of.
func ignoreEnd(listener net.Listener) error {
	if listener == nil {
		return nil
	}
	return listener.Close()
}

func ignoreClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// check finds settings that contradict each other.
func (s registrySettings) check() error {
	var problems []error
	if s.sync && s.data == "" {
		problems = append(problems, errors.New("registry: --sync needs --data: what is in memory is never on the disk"))
	}
	if (s.tlsCert == "") != (s.tlsKey == "") {
		problems = append(problems, errors.New("registry: --tls-cert and --tls-key go together"))
	}
	return errors.Join(problems...)
}

func (s registrySettings) certificates() ([]tls.Certificate, error) {
	if s.tlsCert == "" || s.tlsKey == "" {
		return nil, nil
	}
	pair, err := tls.LoadX509KeyPair(s.tlsCert, s.tlsKey)
	if err != nil {
		return nil, fmt.Errorf("registry: load certificate %s with key %s: %w", s.tlsCert, s.tlsKey, err)
	}
	return []tls.Certificate{pair}, nil
}

func (s registrySettings) open(users []user, logger *slog.Logger) (*embedded.Registry, error) {
	options := []embedded.Option{embedded.WithLogger(logger)}
	for _, u := range users {
		options = append(options, embedded.WithBasicAuth(u.name, u.password))
	}
	if s.sync {
		options = append(options, embedded.WithSync())
	}
	if s.data == "" {
		return embedded.New(options...), nil
	}
	return embedded.Open(s.data, options...)
}

// url is what a client on this machine uses.
func (s registrySettings) url(address net.Addr) string {
	scheme, host := "http", address.String()
	if s.tlsCert != "" {
		scheme = "https"
	}
	if tcp, ok := address.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		host = net.JoinHostPort("localhost", fmt.Sprint(tcp.Port))
	}
	return scheme + "://" + host
}
