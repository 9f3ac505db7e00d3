package glue

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

const maxMessage = 4 << 10

// translate turns an error of the AWS SDK into ours, which keeps nothing of it: its tree holds the request, with its signature and session
// token. The end of the caller's own context stays what it is.
func (c *Client) translate(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	e := &Error{HTTPStatus: statusOf(err)}
	var response *awshttp.ResponseError
	if errors.As(err, &response) {
		e.RequestID = response.ServiceRequestID()
	}
	var nothing noCredentialsError
	var answer smithy.APIError
	switch {
	case errors.As(err, &nothing):
		e.Message, e.kind = c.clean(nothing.Error()), kindUnavailable
		if nothing.refused() {
			e.kind = kindUnauthorized
		}
	case errors.As(err, &answer):
		e.Code, e.Message, e.kind = answer.ErrorCode(), c.clean(answer.ErrorMessage()), kindOfCode(answer.ErrorCode(), e.HTTPStatus)
	case errors.Is(err, context.DeadlineExceeded):
		e.Message, e.kind = "no answer within "+c.timeout.String()+" (WithTimeout)", kindUnavailable
	default: // nobody answered, or not as Glue does
		e.Message, e.kind = c.clean(cause(err).Error()), kindUnavailable
	}
	return e
}

// cause leaves out the SDK's own words about attempts and operations: ours say what was attempted.
func cause(err error) error {
	var operation *smithy.OperationError
	if errors.As(err, &operation) {
		err = operation.Err
	}
	var attempts *retry.MaxAttemptsError
	if errors.As(err, &attempts) {
		err = attempts.Err
	}
	return err
}

// clean takes credentials out of a message, and the pages of a canonical request that follow what is wrong with a signature.
func (c *Client) clean(message string) string {
	message, _, _ = strings.Cut(c.redact(message), "\n")
	return strings.ToValidUTF8(message[:min(len(message), maxMessage)], "")
}

func statusOf(err error) int {
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) && response.Response != nil && response.Response.Response != nil {
		return response.Response.StatusCode
	}
	return 0
}

// Codes beside those of throttling, which the SDK knows.
var (
	unauthorizedCodes = []string{
		"AccessDeniedException", "AccessDenied", "UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException",
		"SignatureDoesNotMatch", "IncompleteSignature", "IncompleteSignatureException", "MissingAuthenticationToken", "MissingAuthenticationTokenException",
		"ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidIdentityToken", "NotAuthorized", "UnauthorizedException", "AuthFailure", "OptInRequired",
	}
	unavailableCodes = []string{
		"InternalServiceException", "InternalFailure", "InternalServerError", "ServiceUnavailable", "ServiceUnavailableException",
		"OperationTimeoutException", "RequestTimeout", "RequestTimeoutException", "ConcurrentModificationException", "UnknownError",
	}
)

// kindOfCode says what AWS's code means. Glue answers most refusals with status 400, so the code counts first.
func kindOfCode(code string, status int) kind {
	if _, throttled := retry.DefaultThrottleErrorCodes[code]; throttled {
		return kindUnavailable
	}
	switch {
	case code == "EntityNotFoundException":
		return kindNotFound
	case code == "AlreadyExistsException":
		return kindExists
	case code == "InvalidInputException" || code == "ValidationException":
		return kindInvalid
	case slices.Contains(unauthorizedCodes, code):
		return kindUnauthorized
	case slices.Contains(unavailableCodes, code) || status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout:
		return kindUnavailable
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return kindUnauthorized
	case status == http.StatusNotFound || status >= 300 && status < 400:
		return kindUnavailable // not an answer of Glue
	default:
		return kindOther
	}
}
