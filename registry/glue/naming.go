package glue

import (
	"errors"
	"fmt"
	"strings"

	"github.com/magicbyte-go/magicbyte/serde"
)

// Naming turns a subject, as the subject strategy of a serializer or deserializer named it, into the name of a schema in Glue: 1 to 255
// letters, digits and -_$#. characters. [Subjects], [Topics] and [WithoutDots] are here; any function will do.
type Naming func(subject string) (string, error)

// Subjects takes the subject as it is: "orders-value" ([serde.TopicName]), "com.acme.Order" ([serde.RecordName]), "orders-com.acme.Order"
// ([serde.TopicRecordName]). Topics and names of records hold no character that Glue has not. It is the default.
func Subjects(subject string) (string, error) { return subject, nil }

// Topics is what AWS's serializers for Java do by default: the name of the topic, without "-value" or "-key". For topics that are shared
// with them. Beware: key and value of a topic then have one schema, and where both are records, the second of them is taken for an
// incompatible version of the first.
func Topics(subject string) (string, error) {
	for _, part := range []serde.Part{serde.Value, serde.Key} {
		if topic, ok := strings.CutSuffix(subject, "-"+part.String()); ok && topic != "" {
			return topic, nil
		}
	}
	return subject, nil
}

// WithoutDots writes # for each dot, for those who keep to the characters that Glue's guide lists, which leaves out the dot that its API
// takes: "orders#raw-value". As neither topics nor names of records hold a #, no two of them get the same name; a subject that does hold one is refused.
func WithoutDots(subject string) (string, error) {
	if strings.Contains(subject, "#") {
		return "", fmt.Errorf("subject %q holds a #, which stands for a dot", subject)
	}
	return strings.ReplaceAll(subject, ".", "#"), nil
}

const (
	maxName       = 255
	maxDefinition = 170_000 // characters
)

// name returns the name of a subject's schema.
func (c *Client) name(subject string) (string, error) {
	switch {
	case subject == "":
		return "", errors.New("the subject is empty")
	case strings.HasPrefix(subject, ":."):
		return "", fmt.Errorf("subject %q is in a registry context, and AWS Glue has none: use a client with another WithRegistry", subject)
	}
	name, err := c.naming(subject)
	if err != nil {
		return "", fmt.Errorf("name a schema: %w", err)
	}
	if err := checkName(name); err != nil {
		return "", fmt.Errorf("subject %q gives no name of a schema in AWS Glue: %w: choose other names with WithSchemaNames, or serde.WithSubject", subject, err)
	}
	return name, nil
}

// checkName holds to the pattern in the API's model: [a-zA-Z0-9-_$#.]{1,255}.
func checkName(name string) error {
	if name == "" || len(name) > maxName {
		return fmt.Errorf("%q has %d characters, 1 to %d are allowed", name, len(name), maxName)
	}
	for i, r := range name {
		if !isAlphanumeric(r) && !strings.ContainsRune("-_$#.", r) {
			return fmt.Errorf("%q has %q at byte %d, and only letters, digits and -_$#. are allowed", name, r, i)
		}
	}
	return nil
}

func isAlphanumeric(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// checkMetadata holds to the patterns of PutSchemaVersionMetadata.
func checkMetadata(what, text string, longest int) error {
	if text == "" || len(text) > longest {
		return fmt.Errorf("%s %q has %d characters, 1 to %d are allowed", what, text, len(text), longest)
	}
	for _, r := range text {
		if !isAlphanumeric(r) && !strings.ContainsRune("+-=._./@", r) {
			return fmt.Errorf("%s %q has %q, and only letters, digits and +-=._/@ are allowed", what, text, r)
		}
	}
	return nil
}
