// Package cost measures what package producer and package consumer cost over confluent-kafka-go alone: records per second and CPU time per
// record, side by side, against an embedded broker in a process of its own.
package cost
