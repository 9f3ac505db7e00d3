package glue

import (
	"context"

	awsglue "github.com/aws/aws-sdk-go-v2/service/glue"
)

// API is what a [Client] asks of AWS Glue. *glue.Client of aws-sdk-go-v2 implements it; [WithAPI] takes another implementation.
type API interface {
	GetSchemaByDefinition(context.Context, *awsglue.GetSchemaByDefinitionInput, ...func(*awsglue.Options)) (*awsglue.GetSchemaByDefinitionOutput, error)
	GetSchemaVersion(context.Context, *awsglue.GetSchemaVersionInput, ...func(*awsglue.Options)) (*awsglue.GetSchemaVersionOutput, error)
	CreateSchema(context.Context, *awsglue.CreateSchemaInput, ...func(*awsglue.Options)) (*awsglue.CreateSchemaOutput, error)
	RegisterSchemaVersion(context.Context, *awsglue.RegisterSchemaVersionInput, ...func(*awsglue.Options)) (*awsglue.RegisterSchemaVersionOutput, error)
	PutSchemaVersionMetadata(context.Context, *awsglue.PutSchemaVersionMetadataInput, ...func(*awsglue.Options)) (*awsglue.PutSchemaVersionMetadataOutput, error)
	GetSchema(context.Context, *awsglue.GetSchemaInput, ...func(*awsglue.Options)) (*awsglue.GetSchemaOutput, error)
}

var _ API = (*awsglue.Client)(nil)

// call makes one call, with the time of [WithTimeout] for all its attempts, and has its error say what it means.
func call[I, O any](ctx context.Context, c *Client, do func(API, context.Context, *I, ...func(*awsglue.Options)) (*O, error), in *I) (*O, error) {
	if c.background.Closed() {
		return nil, ErrClosed
	}
	limited, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	out, err := do(c.api(), limited, in)
	if err != nil {
		return nil, c.translate(ctx, err)
	}
	if out == nil {
		return nil, &Error{kind: kindUnavailable, Message: "an answer without content"}
	}
	return out, nil
}
