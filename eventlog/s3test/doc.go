// Package s3test runs the event log on S3: on an imitation in this process, and on moto where it is installed. It is a module of its own, since the imitation would
// bring its storage engines into the module graph of everyone who uses this module.
package s3test
