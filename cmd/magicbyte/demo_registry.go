package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"

	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/registry/glue"
	"github.com/magicbyte-go/magicbyte/serde"
)

// demoOptions say which registry the demonstration runs on.
type demoOptions struct {
	registry string // "embedded" or "glue"
	endpoint string // of Glue; "" for AWS's own
	name     string // of the registry in Glue
}

const (
	embeddedRegistry = "embedded"
	glueRegistry     = "glue"
)

func (o demoOptions) check() error {
	switch {
	case o.registry != embeddedRegistry && o.registry != glueRegistry:
		return fmt.Errorf("--registry is %s or %s, not %q", embeddedRegistry, glueRegistry, o.registry)
	case o.registry == embeddedRegistry && (o.endpoint != "" || o.name != ""):
		return errors.New("--endpoint and --name are for --registry glue")
	}
	return nil
}

// demoRegistry is what the demonstration needs of a registry.
type demoRegistry struct {
	serde.BatchRegistry // as it is: a serde asks it for its wire format
	Close               func() error
	what                string // in a sentence
	kept                string // how a schema is kept there
	// refuse registers a version that must not be registered.
	refuse func(ctx context.Context, subject string, schema serde.Schema) error
}

// open returns the registry. url is that of the embedded one.
func (o demoOptions) open(ctx context.Context, url string) (*demoRegistry, error) {
	if o.registry == glueRegistry {
		return o.openGlue(ctx)
	}
	reg, err := registry.New(url)
	if err != nil {
		return nil, err
	}
	return &demoRegistry{
		BatchRegistry: reg, Close: reg.Close, what: "an embedded registry on " + url, kept: "subject",
		refuse: func(ctx context.Context, subject string, schema serde.Schema) error {
			_, err := reg.Register(ctx, subject, schema)
			return err
		},
	}, nil
}

// openGlue takes region and credentials from where all of AWS's tools do.
func (o demoOptions) openGlue(ctx context.Context) (*demoRegistry, error) {
	var load []func(*config.LoadOptions) error
	if o.endpoint != "" { // a stand-in for AWS does not wait for the credentials of a machine in its cloud
		load = append(load, config.WithBaseEndpoint(o.endpoint), config.WithEC2IMDSClientEnableState(imds.ClientDisabled))
	}
	cfg, err := config.LoadDefaultConfig(ctx, load...)
	if err != nil {
		return nil, err
	}
	what := "AWS Glue Schema Registry"
	if o.endpoint != "" {
		what += " at " + o.endpoint + standIn(ctx, &cfg)
	} else {
		what += " in " + cfg.Region
	}
	var opts []glue.Option
	if o.name != "" {
		opts = append(opts, glue.WithRegistry(o.name))
	}
	reg, err := glue.New(cfg, opts...)
	if err != nil {
		return nil, err
	}
	return &demoRegistry{
		BatchRegistry: reg, Close: reg.Close, what: what, kept: "schema",
		// Together, schemas are judged before they are written: Glue would keep what it has refused, and its stand-ins refuse nothing.
		refuse: func(ctx context.Context, subject string, schema serde.Schema) error {
			_, err := reg.RegisterAll(ctx, serde.SubjectSchema{Subject: subject, Schema: schema})
			var batch *glue.BatchError
			if errors.As(err, &batch) && len(batch.Failed) == 1 {
				return batch.Failed[0]
			}
			return err
		},
	}, nil
}

// standIn fills in what an endpoint that is not AWS's does not look at, and says so.
func standIn(ctx context.Context, cfg *aws.Config) (said string) {
	if cfg.Region == "" {
		cfg.Region = "us-east-1"
		said = ", region " + cfg.Region + " as the environment names none"
	}
	if cfg.Credentials != nil {
		if _, err := cfg.Credentials.Retrieve(ctx); err == nil {
			return said
		}
	}
	cfg.Credentials = credentials.NewStaticCredentialsProvider("dummy", "dummy", "")
	return said + ", with dummy credentials as the environment has none"
}
