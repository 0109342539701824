#include "CRdKafkaMock.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdlib.h>

struct flowprobe_mock {
    rd_kafka_t *handle;
    rd_kafka_mock_cluster_t *cluster;
};

flowprobe_mock *flowprobe_mock_new(int brokers, const char *topic, int partitions) {
    char reason[256];
    rd_kafka_conf_t *settings = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(settings, NULL);
    rd_kafka_t *handle = rd_kafka_new(RD_KAFKA_PRODUCER, settings, reason, sizeof reason);
    if (handle == NULL) return NULL;
    flowprobe_mock *mock = calloc(1, sizeof *mock);
    mock->handle = handle;
    mock->cluster = rd_kafka_mock_cluster_new(handle, brokers);
    rd_kafka_mock_topic_create(mock->cluster, topic, partitions, 1);
    return mock;
}

void flowprobe_mock_free(flowprobe_mock *mock) {
    rd_kafka_mock_cluster_destroy(mock->cluster);
    rd_kafka_destroy(mock->handle);
    free(mock);
}

const char *flowprobe_mock_bootstraps(const flowprobe_mock *mock) {
    return rd_kafka_mock_cluster_bootstraps(mock->cluster);
}

void flowprobe_mock_fail(flowprobe_mock *mock, int16_t request, int error, int times) {
    for (int count = 0; count < times; count++)
        rd_kafka_mock_push_request_errors(mock->cluster, request, 1, (rd_kafka_resp_err_t)error);
}

void flowprobe_mock_set_up(flowprobe_mock *mock, bool is_up) {
    if (is_up)
        rd_kafka_mock_broker_set_up(mock->cluster, -1);
    else
        rd_kafka_mock_broker_set_down(mock->cluster, -1);
}

struct flowprobe_reader {
    rd_kafka_t *handle;
    rd_kafka_message_t *message;
};

flowprobe_reader *flowprobe_reader_new(const char *bootstraps, const char *topic, int partitions) {
    char reason[256];
    rd_kafka_conf_t *settings = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(settings, NULL);
    rd_kafka_conf_set(settings, "bootstrap.servers", bootstraps, reason, sizeof reason);
    rd_kafka_conf_set(settings, "group.id", "test", reason, sizeof reason);
    rd_kafka_conf_set(settings, "enable.auto.commit", "false", reason, sizeof reason);
    rd_kafka_t *handle = rd_kafka_new(RD_KAFKA_CONSUMER, settings, reason, sizeof reason);
    if (handle == NULL) return NULL;
    rd_kafka_poll_set_consumer(handle);
    rd_kafka_topic_partition_list_t *all = rd_kafka_topic_partition_list_new(partitions);
    for (int partition = 0; partition < partitions; partition++)
        rd_kafka_topic_partition_list_add(all, topic, partition)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(handle, all);
    rd_kafka_topic_partition_list_destroy(all);
    flowprobe_reader *reader = calloc(1, sizeof *reader);
    reader->handle = handle;
    return reader;
}

void flowprobe_reader_free(flowprobe_reader *reader) {
    if (reader->message != NULL) rd_kafka_message_destroy(reader->message);
    rd_kafka_destroy_flags(reader->handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    free(reader);
}

bool flowprobe_reader_next(flowprobe_reader *reader, int milliseconds, flowprobe_message *message) {
    if (reader->message != NULL) rd_kafka_message_destroy(reader->message);
    reader->message = rd_kafka_consumer_poll(reader->handle, milliseconds);
    if (reader->message == NULL || reader->message->err != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
    message->partition = reader->message->partition;
    message->offset = reader->message->offset;
    message->key = reader->message->key;
    message->key_length = reader->message->key_len;
    message->value = reader->message->payload;
    message->length = reader->message->len;
    return true;
}

const char *flowprobe_reader_header(flowprobe_reader *reader, const char *name, size_t *length) {
    rd_kafka_headers_t *headers = NULL;
    const void *value = NULL;
    if (rd_kafka_message_headers(reader->message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return NULL;
    if (rd_kafka_header_get_last(headers, name, &value, length) != RD_KAFKA_RESP_ERR_NO_ERROR) return NULL;
    return value;
}
