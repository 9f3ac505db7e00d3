package glue

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
)

// watched gives the credentials of another provider, and remembers the last ones inside of functions, where no formatting verb and no walk by
// reflection sees them: AWS repeats a session token in what it says of a wrong signature, and that must not reach an error.
type watched struct {
	retrieve func(context.Context) (aws.Credentials, error)
	redact   func(string) string
}

func watch(inner aws.CredentialsProvider) watched {
	var mu sync.Mutex
	var last aws.Credentials
	return watched{
		retrieve: func(ctx context.Context) (aws.Credentials, error) {
			given, err := inner.Retrieve(ctx)
			if err != nil {
				return given, noCredentialsError{err}
			}
			mu.Lock()
			defer mu.Unlock()
			last = given
			return given, nil
		},
		redact: func(text string) string {
			mu.Lock()
			secrets := []string{last.SecretAccessKey, last.SessionToken, last.AccessKeyID}
			mu.Unlock()
			for _, secret := range secrets {
				if secret != "" {
					text = strings.ReplaceAll(text, secret, "[redacted]")
				}
			}
			return text
		},
	}
}

// Retrieve implements aws.CredentialsProvider.
func (w watched) Retrieve(ctx context.Context) (aws.Credentials, error) { return w.retrieve(ctx) }

// noCredentialsError says that there were no credentials to sign a call with.
type noCredentialsError struct{ cause error }

func (e noCredentialsError) Error() string { return "no credentials: " + e.cause.Error() }
func (e noCredentialsError) Unwrap() error { return e.cause }

// refused reports whether whoever gives credentials has said no, or there is nobody to ask; otherwise it did not answer, which may pass.
func (e noCredentialsError) refused() bool {
	var answer smithy.APIError
	if errors.As(e.cause, &answer) {
		return kindOfCode(answer.ErrorCode(), statusOf(e.cause)) != kindUnavailable
	}
	for _, text := range []string{"static credentials are empty", "no EC2 IMDS role found", "failed to refresh cached SSO token", "token has expired"} {
		if strings.Contains(e.cause.Error(), text) {
			return true
		}
	}
	return false
}
