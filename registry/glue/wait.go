package glue

import (
	"context"
	"fmt"
	"time"

	awsglue "github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"github.com/magicbyte-go/magicbyte/serde"
)

const (
	firstPause = 100 * time.Millisecond
	longPause  = 3 * time.Second
)

// accepted returns a version once Glue has accepted it, and waits while it is being checked.
func (c *Client) accepted(ctx context.Context, key registrationKey, id serde.SchemaID, status types.SchemaVersionStatus) (serde.RegisteredSchema, error) {
	s, status, err := c.wait(ctx, id, status)
	switch {
	case kindOf(err) == kindUnauthorized && status == types.SchemaVersionStatusAvailable:
		// Who may not read versions writes all the same: only the number is not known.
		s = serde.RegisteredSchema{Schema: serde.Schema{Type: key.format, Text: key.text}, ID: id}
	case err != nil:
		return serde.RegisteredSchema{}, err
	case status == types.SchemaVersionStatusFailure:
		return serde.RegisteredSchema{}, c.incompatible(ctx, key, id)
	case status != types.SchemaVersionStatusAvailable:
		return serde.RegisteredSchema{}, &Error{kind: kindNotFound, Message: fmt.Sprintf("the status of version %v is %s", id, status)}
	}
	s.Subject = key.name
	c.keepID(ctx, s)
	return s, nil
}

// wait asks for a version, at growing distances while Glue is checking it. What passes by itself does not end it: Glue is asked again until
// the time is up. The status is the one last heard of.
func (c *Client) wait(ctx context.Context, id serde.SchemaID, status types.SchemaVersionStatus) (serde.RegisteredSchema, types.SchemaVersionStatus, error) {
	timeout := time.NewTimer(c.pending)
	defer timeout.Stop()
	pause := firstPause
	for {
		s, heard, err := c.fetch(ctx, &awsglue.GetSchemaVersionInput{SchemaVersionId: new(id.String())})
		switch {
		case err == nil && heard != types.SchemaVersionStatusPending:
			return s, heard, nil
		case err == nil:
			status = heard
		case status != types.SchemaVersionStatusPending:
			return s, status, err
		case kindOf(err) != kindUnavailable && kindOf(err) != kindNotFound: // who lags behind a version just made knows it in a moment
			return s, status, err
		}
		next := time.NewTimer(pause)
		select {
		case <-next.C:
		case <-timeout.C:
			next.Stop()
			if err == nil {
				err = &Error{kind: kindUnavailable, Message: fmt.Sprintf("version %v is still being checked after %v (WithPendingTimeout)", id, c.pending)}
			}
			return s, status, err
		case <-ctx.Done():
			next.Stop()
			return s, status, ctx.Err()
		}
		pause = min(2*pause, longPause)
	}
}
