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

func allow(_ *Registry, c *call) (any, error) { return allowed(c.methods.names()), nil }

// answerWriter sends an answer in the form that the client asked for.
type answerWriter struct {
	w           http.ResponseWriter
	contentType string
	zip         bool
}

func newAnswerWriter(w http.ResponseWriter, req *http.Request) *answerWriter {
	return &answerWriter{w: w, contentType: mediaTypes[0], zip: acceptsGzip(req)}
}

// negotiate picks the media type of the answer.
func (a *answerWriter) negotiate(req *http.Request) error {
	accept := strings.Join(req.Header.Values("Accept"), ",")
	if strings.TrimSpace(accept) == "" {
		return nil
	}
	if offer(accept) == accept { // what most clients ask for
		a.contentType = accept
		return nil
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
		return errNotAcceptable
	}
	a.contentType = best
	return nil
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

// answer sends what a handler returned.
func (a *answerWriter) answer(answer any) {
	switch answer := answer.(type) {
	case noContent:
		a.w.WriteHeader(http.StatusNoContent)
	case allowed:
		a.w.Header().Set("Allow", strings.Join(answer, ","))
		a.w.WriteHeader(http.StatusOK)
	case rawJSON:
		a.body(http.StatusOK, []byte(answer))
	default:
		a.json(http.StatusOK, answer)
	}
}

// badURIPage is what a browser shows.
const badURIPage = "<html><head><title>Error 400 Bad Request</title></head><body><h2>HTTP ERROR 400 Bad Request</h2></body></html>\n"

// fail answers a failure. Those of the HTTP layer itself have no content type.
func (a *answerWriter) fail(err error) {
	var wrongMethod *methodError
	if errors.As(err, &wrongMethod) {
		a.w.Header().Set("Allow", strings.Join(wrongMethod.methods, ","))
		err = wrongMethod.failure
	}
	f := errStore
	if !errors.As(err, &f) {
		f = errStore // a handler returned something that is no failure
	}
	switch f {
	case errNotFound, errMethodNotAllowed, errNotAcceptable:
		a.contentType = ""
	case errBadRequest:
		a.contentType = "application/json"
	case errBadURI:
		writeBody(a.w, f.Status, "text/html;charset=iso-8859-1", []byte(badURIPage))
		return
	case errUnauthorized:
		a.w.Header().Set("Www-Authenticate", `Basic realm="Schema Registry"`)
	}
	a.json(f.Status, f)
}

func (a *answerWriter) json(status int, body any) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(body); err != nil {
		http.Error(a.w, "cannot encode the answer", http.StatusInternalServerError)
		return
	}
	a.body(status, bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

func (a *answerWriter) body(status int, body []byte) {
	a.w.Header().Set("Vary", "Accept-Encoding")
	if a.zip && len(body) >= minGzip {
		a.w.Header().Set("Content-Encoding", "gzip")
		body = gzipped(body)
	}
	writeBody(a.w, status, a.contentType, body)
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
