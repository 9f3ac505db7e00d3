// Package kafkaclient holds what producers and consumers do alike with a client of librdkafka: log lines into slog, topics checked
// before the first record, and a close that cannot hang its caller.
package kafkaclient

import _ "github.com/magicbyte-go/magicbyte/internal/needcgo" // says why a build without cgo fails
