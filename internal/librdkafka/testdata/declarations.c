// Has the compiler compare what this package declares of librdkafka with its header: a function that is another one there is a conflict, a layout that
// is another one fails an assertion.
#include <rdkafka.h>

#include "../calls.h"

typedef rd_kafka_resp_err_t their_error;
typedef rd_kafka_timestamp_type_t their_timestamp_type;
typedef rd_kafka_message_t their_message;
typedef rd_kafka_topic_partition_t their_partition;
typedef rd_kafka_topic_partition_list_t their_list;

#define rd_kafka_resp_err_t our_error
#define rd_kafka_timestamp_type_t our_timestamp_type
#define rd_kafka_message_s our_message_s
#define rd_kafka_message_t our_message
#define rd_kafka_topic_partition_s our_partition_s
#define rd_kafka_topic_partition_t our_partition
#define rd_kafka_topic_partition_list_s our_list_s
#define rd_kafka_topic_partition_list_t our_list
#include "../types.h"

#define SIZE(type) _Static_assert(sizeof(their_##type) == sizeof(our_##type), "size of " #type)
#define FIELD(type, name)                                                                                                \
        _Static_assert(offsetof(their_##type, name) == offsetof(our_##type, name) &&                                     \
                           sizeof(((their_##type *)0)->name) == sizeof(((our_##type *)0)->name),                         \
                       #type "." #name)

SIZE(error);
SIZE(timestamp_type);

SIZE(message);
FIELD(message, err);
FIELD(message, rkt);
FIELD(message, partition);
FIELD(message, payload);
FIELD(message, len);
FIELD(message, key);
FIELD(message, key_len);
FIELD(message, offset);

SIZE(partition);
FIELD(partition, topic);
FIELD(partition, partition);
FIELD(partition, offset);
FIELD(partition, metadata);
FIELD(partition, metadata_size);
FIELD(partition, err);

SIZE(list);
FIELD(list, cnt);
FIELD(list, elems);
