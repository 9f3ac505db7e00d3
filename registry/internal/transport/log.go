package transport

import (
	"log/slog"
	"net/http"
	"time"
)

// Attribute keys of log records.
const (
	logMethod   = "method"
	logHost     = "host"
	logPath     = "path"
	logStatus   = "status"
	logDuration = "duration"
	logError    = "error"
)

// log logs an attempt at debug level: no headers, no queries, no bodies.
func (t *Transport) log(req *http.Request, start time.Time, answer *Answer, err error) {
	ctx := req.Context()
	if t.config.Logger == nil || !t.config.Logger.Enabled(ctx, slog.LevelDebug) {
		return
	}
	attrs := []slog.Attr{
		slog.String(logMethod, req.Method),
		slog.String(logHost, req.URL.Host),
		slog.String(logPath, req.URL.EscapedPath()),
		slog.Duration(logDuration, time.Since(start)),
	}
	if err != nil {
		attrs = append(attrs, slog.String(logError, err.Error()))
	} else {
		attrs = append(attrs, slog.Int(logStatus, answer.Status))
	}
	t.config.Logger.LogAttrs(ctx, slog.LevelDebug, "schema registry request", attrs...)
}
