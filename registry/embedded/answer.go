package embedded

import (
	"bytes"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// rawJSON is an answer that is JSON text already.
type rawJSON string

// noContent is an answer without a body.
type noContent struct{}

// allowed is the answer to OPTIONS.
type allowed []string

func allow(_ *Registry, c *call) (any, error) { return allowed(c.methods), nil }

// negotiate picks the media type of the answer.
func negotiate(req *http.Request) (string, error) {
	accept := strings.Join(req.Header.Values("Accept"), ",")
	if strings.TrimSpace(accept) == "" {
		return mediaTypes[0], nil
	}
	best, bestQuality := "", 0.0
	for part := range strings.SplitSeq(accept, ",") {
		media, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		quality := 1.0
		if q, err := strconv.ParseFloat(params["q"], 64); err == nil {
			quality = q
		}
		if offered := offer(media); offered != "" && quality > bestQuality {
			best, bestQuality = offered, quality
		}
	}
	if best == "" {
		return "", errNotAcceptable
	}
	return best, nil
}

// offer returns the media type for one that was asked for, or nothing.
func offer(asked string) string {
	for _, have := range mediaTypes {
		if asked == have || asked == "*/*" || asked == "application/*" {
			return have
		}
	}
	return ""
}

func writeAnswer(w http.ResponseWriter, contentType string, answer any) {
	switch a := answer.(type) {
	case noContent:
		w.WriteHeader(http.StatusNoContent)
	case allowed:
		w.Header().Set("Allow", strings.Join(a, ","))
		w.WriteHeader(http.StatusOK)
	case rawJSON:
		writeBody(w, http.StatusOK, contentType, []byte(a))
	default:
		writeJSON(w, http.StatusOK, contentType, answer)
	}
}

// writeError answers a failure. Those of the HTTP layer itself have no content type.
func writeError(w http.ResponseWriter, contentType string, err error) {
	var methods *methodError
	if errors.As(err, &methods) {
		w.Header().Set("Allow", strings.Join(methods.methods, ","))
		err = methods.failure
	}
	f := errStore
	if !errors.As(err, &f) {
		f = errStore // a handler returned something that is no failure
	}
	switch f {
	case errNotFound, errMethodNotAllowed, errNotAcceptable:
		contentType = ""
	case errBadPath:
		contentType = "application/json"
	}
	writeJSON(w, f.Status, contentType, f)
}

func writeJSON(w http.ResponseWriter, status int, contentType string, body any) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(body); err != nil {
		http.Error(w, "cannot encode the answer", http.StatusInternalServerError)
		return
	}
	writeBody(w, status, contentType, bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

func writeBody(w http.ResponseWriter, status int, contentType string, body []byte) {
	if contentType == "" {
		w.Header()["Content-Type"] = nil // else net/http guesses one
	} else {
		w.Header().Set("Content-Type", contentType)
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may be gone
}
