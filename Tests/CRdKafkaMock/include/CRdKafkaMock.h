/* librdkafka's own mock cluster, and a consumer that reads all of a topic: for tests, which link the library. */
#ifndef FLOWPROBE_CRDKAFKAMOCK_H
#define FLOWPROBE_CRDKAFKAMOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct flowprobe_mock flowprobe_mock;

/* So many brokers on loopback with one topic. NULL when there are none. */
flowprobe_mock *flowprobe_mock_new(int brokers, const char *topic, int partitions);
void flowprobe_mock_free(flowprobe_mock *mock);

/* HOST:PORT,…, valid as long as the cluster. */
const char *flowprobe_mock_bootstraps(const flowprobe_mock *mock);

/* The next requests of a kind (0: Produce) fail with this error, each broker's own queue first. */
void flowprobe_mock_fail(flowprobe_mock *mock, int16_t request, int error, int times);

/* Takes all brokers away, or brings them back with what they had. */
void flowprobe_mock_set_up(flowprobe_mock *mock, bool is_up);

/* A consumer of all partitions from the beginning. */
typedef struct flowprobe_reader flowprobe_reader;
flowprobe_reader *flowprobe_reader_new(const char *bootstraps, const char *topic, int partitions);
void flowprobe_reader_free(flowprobe_reader *reader);

/* A message; its pointers are valid until the next call. */
typedef struct {
    int32_t partition;
    int64_t offset;
    const char *key;
    size_t key_length;
    const uint8_t *value;
    size_t length;
} flowprobe_message;

/* The next message, for which it waits so long; false when none came. */
bool flowprobe_reader_next(flowprobe_reader *reader, int milliseconds, flowprobe_message *message);
/* A header of that message; NULL when it has none of this name. */
const char *flowprobe_reader_header(flowprobe_reader *reader, const char *name, size_t *length);

#endif
