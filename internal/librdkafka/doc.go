// Package librdkafka takes from a consumer of confluent-kafka-go what its Poll would return, many records with one call into C. Poll makes four such calls
// and up to seven allocations for a record, and more for headers; this makes two allocations, one more for headers and one for each part that is large.
//
// confluent-kafka-go links librdkafka, and keeps its header and the client's handle to itself. So the functions that are needed are declared here,
// weakly, and the handle is read by reflection: where either is missing there is no [Reader], and who wants one polls instead. The build tag
// magicbyte_poll leaves all of this out.
package librdkafka

import (
	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	_ "github.com/magicbyte-go/magicbyte/internal/needcgo" // says why a build without cgo fails
)

// Stats are librdkafka's statistics, as JSON: kafka.Stats cannot be made outside of its package.
type Stats string

func (s Stats) String() string { return string(s) }

var _ kafka.Event = Stats("")
