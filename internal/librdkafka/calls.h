// The functions of librdkafka that this package calls. They are weak: the package that links the library, confluent-kafka-go, has its header to itself,
// and a library that lacks one of them leaves it null, which mb_complete sees. TestDeclarations has the compiler compare them with the header.
#ifndef MAGICBYTE_LIBRDKAFKA_CALLS_H
#define MAGICBYTE_LIBRDKAFKA_CALLS_H

#define WEAK __attribute__((weak))

WEAK rd_kafka_resp_err_t rd_kafka_fatal_error(rd_kafka_t *, char *, size_t);

WEAK rd_kafka_queue_t *rd_kafka_queue_get_consumer(rd_kafka_t *);
WEAK rd_kafka_event_t *rd_kafka_queue_poll(rd_kafka_queue_t *, int);
WEAK void rd_kafka_queue_destroy(rd_kafka_queue_t *);

WEAK rd_kafka_event_type_t rd_kafka_event_type(const rd_kafka_event_t *);
WEAK const rd_kafka_message_t *rd_kafka_event_message_next(rd_kafka_event_t *);
WEAK rd_kafka_resp_err_t rd_kafka_event_error(rd_kafka_event_t *);
WEAK const char *rd_kafka_event_error_string(rd_kafka_event_t *);
WEAK int rd_kafka_event_error_is_fatal(rd_kafka_event_t *);
WEAK rd_kafka_topic_partition_t *rd_kafka_event_topic_partition(rd_kafka_event_t *);
WEAK rd_kafka_topic_partition_list_t *rd_kafka_event_topic_partition_list(rd_kafka_event_t *);
WEAK const char *rd_kafka_event_stats(rd_kafka_event_t *);
WEAK const char *rd_kafka_event_config_string(rd_kafka_event_t *);
WEAK void rd_kafka_event_destroy(rd_kafka_event_t *);

WEAK const char *rd_kafka_topic_name(const rd_kafka_topic_t *);
WEAK int64_t rd_kafka_message_timestamp(const rd_kafka_message_t *, rd_kafka_timestamp_type_t *);
WEAK int32_t rd_kafka_message_leader_epoch(const rd_kafka_message_t *);
WEAK rd_kafka_resp_err_t rd_kafka_message_headers(const rd_kafka_message_t *, rd_kafka_headers_t **);
WEAK size_t rd_kafka_header_cnt(const rd_kafka_headers_t *);
WEAK rd_kafka_resp_err_t rd_kafka_header_get_all(const rd_kafka_headers_t *, size_t, const char **, const void **, size_t *);

WEAK int32_t rd_kafka_topic_partition_get_leader_epoch(const rd_kafka_topic_partition_t *);
WEAK void rd_kafka_topic_partition_destroy(rd_kafka_topic_partition_t *);

#endif
