// Package prometheus counts and times the records of producers and consumers as Prometheus metrics, in base units, with the labels topic,
// partition, group and outcome only: nothing that comes from a record becomes a label.
//
//	metrics, err := prometheus.New(registerer)
//	orders, err := producer.New(config, "orders.raw", key, value, producer.WithSendHook(metrics))
//	billing, err := consumer.New(config, topics, key, value, consumer.WithHooks(metrics))
//
// Members of one group that share a Metrics are told apart by their partitions alone. [Dashboard] is a dashboard for Grafana.
package prometheus
