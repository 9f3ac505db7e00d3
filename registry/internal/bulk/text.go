package bulk

import (
	"fmt"
	"strings"

	"github.com/magicbyte-go/magicbyte/serde"
)

// Text says how far the registration of several schemas came: the subjects that failed and why, that were registered, and that were left
// alone, each at most ten of them. prefix is that of the package, also of its errors.
func Text(prefix string, registered, found []serde.RegisteredSchema, failed []error, left []string) string {
	var why, added []string
	for _, err := range failed {
		why = append(why, strings.TrimPrefix(err.Error(), prefix))
	}
	for _, s := range registered {
		added = append(added, s.Subject+" id "+s.ID.String())
	}
	return fmt.Sprintf("%sregister %d schemas: %d failed%s; %d registered%s; %d not registered%s; %d were there",
		prefix, len(registered)+len(found)+len(failed)+len(left), len(failed), list(why, "; "),
		len(added), list(added, ", "), len(left), list(left, ", "), len(found))
}

func list(all []string, separator string) string {
	const most = 10
	switch {
	case len(all) == 0:
		return ""
	case len(all) > most:
		return ": " + strings.Join(all[:most], separator) + fmt.Sprintf("%sand %d more", separator, len(all)-most)
	default:
		return ": " + strings.Join(all, separator)
	}
}
