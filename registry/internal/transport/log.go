package registry

import (
	"log/slog"
	"net/http"
	"time"
)

// Attribute keys of log records.
const (
	logMethod   = "method"
	logPath     = "path"
	logStatus   = "status"
	logDuration = "duration"
	logError    = "error"
)

// requestLog logs each request at debug level: no headers, no bodies.
type requestLog struct {
	next   http.RoundTripper
	logger *slog.Logger
}

func (l *requestLog) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	if !l.logger.Enabled(ctx, slog.LevelDebug) {
		return l.next.RoundTrip(req)
	}
	start := time.Now()
	resp, err := l.next.RoundTrip(req)
	attrs := []slog.Attr{
		slog.String(logMethod, req.Method),
		slog.String(logPath, req.URL.EscapedPath()),
		slog.Duration(logDuration, time.Since(start)),
	}
	if err != nil {
		attrs = append(attrs, slog.String(logError, err.Error()))
	} else {
		attrs = append(attrs, slog.Int(logStatus, resp.StatusCode))
	}
	l.logger.LogAttrs(ctx, slog.LevelDebug, "schema registry request", attrs...)
	return resp, err
}
