//go:build linux && cgo && !magicbyte_poll

#include <stdlib.h>
#include <string.h>

#include "batch.h"

#include "calls.h"

// mb_complete says whether the library that is linked has all that is called.
int mb_complete(void) {
        return rd_kafka_fatal_error && rd_kafka_queue_get_consumer && rd_kafka_queue_poll && rd_kafka_queue_destroy && rd_kafka_event_type &&
               rd_kafka_event_message_next && rd_kafka_event_error && rd_kafka_event_error_string && rd_kafka_event_error_is_fatal &&
               rd_kafka_event_topic_partition && rd_kafka_event_topic_partition_list && rd_kafka_event_stats && rd_kafka_event_config_string &&
               rd_kafka_event_destroy && rd_kafka_topic_name && rd_kafka_message_timestamp && rd_kafka_message_leader_epoch &&
               rd_kafka_message_headers && rd_kafka_header_cnt && rd_kafka_header_get_all && rd_kafka_topic_partition_get_leader_epoch &&
               rd_kafka_topic_partition_destroy;
}

// mb_open returns an empty batch of a consumer's queue; null where there is no memory, or no queue.
mb_batch *mb_open(rd_kafka_t *rk) {
        mb_batch *b = calloc(1, sizeof(*b));
        if (b && !(b->queue = rd_kafka_queue_get_consumer(rk))) {
                free(b);
                return NULL;
        }
        return b;
}

// mb_close gives everything back. It must be called before the consumer is closed.
void mb_close(mb_batch *b) {
        mb_release(b);
        mb_drop_other(b);
        rd_kafka_queue_destroy(b->queue);
        free(b->header);
        free(b);
}

// add_headers notes the headers of a record, and returns how many bytes they are.
static size_t add_headers(mb_batch *b, mb_record *r) {
        rd_kafka_headers_t *list;
        size_t bytes = 0;
        r->headers   = 0;
        if (rd_kafka_message_headers(r->message, &list))
                return 0; // it has none
        size_t n = rd_kafka_header_cnt(list);
        if (b->headers + n > b->room) {
                b->room   = 2 * (b->headers + n);
                b->header = realloc(b->header, b->room * sizeof(*b->header));
                if (!b->header)
                        abort(); // as Go and librdkafka end without memory
        }
        for (mb_header *h = b->header + b->headers; r->headers < n; h++, r->headers++) {
                if (rd_kafka_header_get_all(list, r->headers, &h->name, &h->value, &h->value_len))
                        break;
                h->name_len = strlen(h->name);
                bytes += h->name_len + h->value_len;
        }
        b->headers += r->headers;
        return bytes;
}

// mb_read takes what is in the queue: so many records, up to the one that makes so many bytes of them, or up to the first event that is no record. It waits
// for the first, and for no other.
void mb_read(mb_batch *b, int timeout_ms, int records, size_t bytes) {
        const rd_kafka_topic_t *topic = NULL;
        size_t have                   = 0;
        while (b->records < records && b->records < MB_RECORDS && have < bytes) {
                rd_kafka_event_t *event = rd_kafka_queue_poll(b->queue, timeout_ms);
                if (!event)
                        return;
                if (rd_kafka_event_type(event) != RD_KAFKA_EVENT_FETCH) {
                        b->other = event;
                        return;
                }
                timeout_ms   = 0;
                mb_record *r = &b->record[b->records];
                r->message   = rd_kafka_event_message_next(event);
                r->topic     = NULL;
                if (r->message->rkt != topic) { // which the records before hold, so its address is its own
                        topic        = r->message->rkt;
                        r->topic     = rd_kafka_topic_name(topic);
                        r->topic_len = strlen(r->topic);
                }
                rd_kafka_timestamp_type_t type;
                r->timestamp      = rd_kafka_message_timestamp(r->message, &type);
                r->timestamp_type = type;
                r->leader_epoch   = rd_kafka_message_leader_epoch(r->message);
                have += add_headers(b, r) + r->message->len + r->message->key_len;
                b->held[b->records++] = event;
        }
}

// mb_release gives the records back.
void mb_release(mb_batch *b) {
        for (int i = 0; i < b->records; i++)
                rd_kafka_event_destroy(b->held[i]);
        b->records = 0;
        b->headers = 0;
        if (b->room > MB_HEADERS) {
                free(b->header);
                b->header = NULL;
                b->room   = 0;
        }
}

// mb_is_of says whether the event behind the records is an error, or the end, of a partition.
int mb_is_of(const mb_batch *b, const char *topic, int32_t partition) {
        if (!b->other || rd_kafka_event_type(b->other) != RD_KAFKA_EVENT_ERROR)
                return 0;
        rd_kafka_topic_partition_t *its = rd_kafka_event_topic_partition(b->other);
        if (!its)
                return 0;
        int same = its->partition == partition && !strcmp(its->topic, topic);
        rd_kafka_topic_partition_destroy(its);
        return same;
}

// mb_drop_other forgets the event behind the records.
void mb_drop_other(mb_batch *b) {
        if (b->other)
                rd_kafka_event_destroy(b->other);
        b->other = NULL;
}
