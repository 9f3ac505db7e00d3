// Package glue is a client of AWS Glue Schema Registry. It satisfies [serde.SchemaRegistry], so serializers, deserializers, producers and
// consumers take a [Client] as they take one of package registry, and write Glue's frames with it:
//
//	cfg, err := config.LoadDefaultConfig(ctx) // github.com/aws/aws-sdk-go-v2/config
//	if err != nil {
//		return err
//	}
//	reg, err := glue.New(cfg, glue.WithRegistry("orders"))
//	if err != nil {
//		return err
//	}
//	orders := serde.NewSerializer(schemas.OrderEvents, reg, serde.WithZlib(1<<10))
//
// New opens nothing: the first request is made by the first call that needs one. Only who imports this package pays for the AWS SDK.
//
// # Names
//
// Glue has schemas in registries where Confluent's registry has subjects in contexts. The subject becomes the schema's name as it is
// ([Subjects]), or as AWS's Java serializers name it by default ([Topics], a trap where keys are records, too), or as any function of
// [WithSchemaNames] says. A name that Glue does not take is an error before anything is asked.
//
// # Policies
//
// With [serde.Register] a definition is looked up, and where it is missing the schema is created or a version added, and waited for until Glue has
// checked it. With [serde.Lookup] it must be there. [serde.Latest] is the newest version that Glue has accepted; [serde.PinnedID] takes
// what [serde.ParseGlueID] reads, and [serde.PinnedVersion] a version's number.
//
// # Caches and outages
//
// As in package registry: what is cached needs no requests, concurrent callers of one key share one, that an id does not exist is remembered for
// five seconds, and while Glue does not answer the last answers are given again, with [WithSnapshot] from a file as well. Retries are
// those of the AWS configuration.
//
// # Errors
//
// Every error is an [*Error] with AWS's code, message and request id, or, of [Client.RegisterAll], a [*BatchError] of such. Throttling and faults
// on Glue's side are [ErrUnavailable]; refused or missing credentials and rights are [ErrUnauthorized], which fails Start and holds
// records later. Errors and logs never hold credentials.
//
// # Concurrency
//
// A Client is safe for concurrent use, and so is Close, which waits for what goes on in the background.
package glue
