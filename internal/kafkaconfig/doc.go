// Package kafkaconfig turns the configuration that a user gives a producer or consumer into the one that librdkafka
// gets: it refuses properties that the package owns and two names of one property, fills in defaults where the user
// set none of a property's names, and has librdkafka itself check names and values. The user's map is only read.
package kafkaconfig

import _ "github.com/magicbyte-go/magicbyte/internal/needcgo" // says why a build without cgo fails
