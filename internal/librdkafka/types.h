// The types of librdkafka's interface that this package needs, laid out as its header does. TestDeclarations has the compiler compare.
#ifndef MAGICBYTE_LIBRDKAFKA_TYPES_H
#define MAGICBYTE_LIBRDKAFKA_TYPES_H

#include <stddef.h>
#include <stdint.h>

typedef struct rd_kafka_s rd_kafka_t;
typedef struct rd_kafka_topic_s rd_kafka_topic_t;
typedef struct rd_kafka_queue_s rd_kafka_queue_t;
typedef struct rd_kafka_op_s rd_kafka_event_t;
typedef struct rd_kafka_headers_s rd_kafka_headers_t;

// Enumerations there.
typedef int rd_kafka_resp_err_t;
typedef int rd_kafka_timestamp_type_t;

typedef int rd_kafka_event_type_t;
#define RD_KAFKA_EVENT_FETCH                     0x2
#define RD_KAFKA_EVENT_ERROR                     0x8
#define RD_KAFKA_EVENT_REBALANCE                 0x10
#define RD_KAFKA_EVENT_OFFSET_COMMIT             0x20
#define RD_KAFKA_EVENT_STATS                     0x40
#define RD_KAFKA_EVENT_OAUTHBEARER_TOKEN_REFRESH 0x100

typedef struct rd_kafka_message_s {
        rd_kafka_resp_err_t err;
        rd_kafka_topic_t *rkt;
        int32_t partition;
        void *payload;
        size_t len;
        void *key;
        size_t key_len;
        int64_t offset;
        void *_private;
} rd_kafka_message_t;

typedef struct rd_kafka_topic_partition_s {
        char *topic;
        int32_t partition;
        int64_t offset;
        void *metadata;
        size_t metadata_size;
        void *opaque;
        rd_kafka_resp_err_t err;
        void *_private;
} rd_kafka_topic_partition_t;

typedef struct rd_kafka_topic_partition_list_s {
        int cnt;
        int size;
        rd_kafka_topic_partition_t *elems;
} rd_kafka_topic_partition_list_t;

#endif
