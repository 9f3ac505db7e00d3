// A batch of what lies in a consumer's queue.
#ifndef MAGICBYTE_LIBRDKAFKA_BATCH_H
#define MAGICBYTE_LIBRDKAFKA_BATCH_H

#include "types.h"

#define MB_RECORDS 256
#define MB_BYTES (1 << 20)
#define MB_HEADERS 4096 // room that is kept for those of the next batch

// mb_record is a message with what else librdkafka has functions for. Its bytes, and its topic's, are librdkafka's until mb_release.
typedef struct {
        const rd_kafka_message_t *message;
        const char *topic; // null: that of the record before
        size_t topic_len;
        int64_t timestamp;
        int32_t timestamp_type;
        int32_t leader_epoch;
        size_t headers; // of those in the batch, so many are its own
} mb_record;

typedef struct {
        const char *name;
        size_t name_len;
        const void *value;
        size_t value_len;
} mb_header;

typedef struct {
        rd_kafka_queue_t *queue;
        int records;
        mb_record record[MB_RECORDS];
        rd_kafka_event_t *held[MB_RECORDS]; // the events that the messages are of
        size_t headers, room;
        mb_header *header;
        rd_kafka_event_t *other; // what came behind the records and is none; null: nothing did
} mb_batch;

int mb_complete(void);
mb_batch *mb_open(rd_kafka_t *rk);
void mb_close(mb_batch *b);
void mb_read(mb_batch *b, int timeout_ms, int records, size_t bytes);
int mb_is_of(const mb_batch *b, const char *topic, int32_t partition);
void mb_drop_other(mb_batch *b);
void mb_release(mb_batch *b);

#endif
