package embedded

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
)

// accounts are the hashes of passwords, by name. Without any, everybody is admitted.
type accounts map[string][sha256.Size]byte

func (a accounts) admit(req *http.Request) bool {
	if len(a) == 0 {
		return true
	}
	name, password, _ := req.BasicAuth()
	want, known := a[name] // an unknown name is compared with zeros, which are no password's hash
	got := sha256.Sum256([]byte(password))
	return subtle.ConstantTimeCompare(want[:], got[:]) == 1 && known
}
