#include "CRdKafka.h"

#include <dlfcn.h>
#include <pthread.h>

/* Every function of the library that is used. */
#define FUNCTIONS(use)                                                                                                \
    use(rd_kafka_version_str) use(rd_kafka_conf_new) use(rd_kafka_conf_set) use(rd_kafka_conf_destroy)                \
    use(rd_kafka_conf_set_events) use(rd_kafka_conf_set_log_cb) use(rd_kafka_new) use(rd_kafka_destroy_flags)         \
    use(rd_kafka_purge) use(rd_kafka_queue_get_main) use(rd_kafka_queue_destroy) use(rd_kafka_queue_poll)             \
    use(rd_kafka_metadata) use(rd_kafka_metadata_destroy) use(rd_kafka_headers_new) use(rd_kafka_headers_destroy)     \
    use(rd_kafka_header_add) use(rd_kafka_producev) use(rd_kafka_event_type) use(rd_kafka_event_destroy)              \
    use(rd_kafka_event_message_next) use(rd_kafka_event_error) use(rd_kafka_event_error_is_fatal)                     \
    use(rd_kafka_event_error_string) use(rd_kafka_err2name) use(rd_kafka_err2str)

#define MEMBER(name) __typeof__(name) *name;
static struct { FUNCTIONS(MEMBER) } kafka;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool is_loaded;

const char *flowprobe_kafka_load(void) {
    const char *reason = NULL;
    pthread_mutex_lock(&lock);
    if (!is_loaded) {
        /* The number is that of the library's interface; it is never unloaded. */
        void *library = dlopen("librdkafka.so.1", RTLD_NOW | RTLD_LOCAL);
        if (library == NULL) reason = dlerror();
#define FIND(name)                                                                                                    \
    if (reason == NULL && (*(void **)&kafka.name = dlsym(library, #name)) == NULL) reason = dlerror();
        FUNCTIONS(FIND)
        is_loaded = reason == NULL;
    }
    pthread_mutex_unlock(&lock);
    return reason;
}

const char *flowprobe_kafka_version(void) { return kafka.rd_kafka_version_str(); }

rd_kafka_conf_t *flowprobe_kafka_settings(void) {
    rd_kafka_conf_t *settings = kafka.rd_kafka_conf_new();
    kafka.rd_kafka_conf_set_events(settings, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
    kafka.rd_kafka_conf_set_log_cb(settings, NULL);
    return settings;
}

bool flowprobe_kafka_set(rd_kafka_conf_t *settings, const char *name, const char *value, char *reason, size_t size) {
    return kafka.rd_kafka_conf_set(settings, name, value, reason, size) == RD_KAFKA_CONF_OK;
}

void flowprobe_kafka_free(rd_kafka_conf_t *settings) { kafka.rd_kafka_conf_destroy(settings); }

rd_kafka_t *flowprobe_kafka_producer(rd_kafka_conf_t *settings, char *reason, size_t size) {
    return kafka.rd_kafka_new(RD_KAFKA_PRODUCER, settings, reason, size);
}

rd_kafka_queue_t *flowprobe_kafka_events(rd_kafka_t *producer) { return kafka.rd_kafka_queue_get_main(producer); }

void flowprobe_kafka_release(rd_kafka_queue_t *queue) { kafka.rd_kafka_queue_destroy(queue); }

void flowprobe_kafka_close(rd_kafka_t *producer) {
    kafka.rd_kafka_purge(producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
    kafka.rd_kafka_destroy_flags(producer, 0);
}

rd_kafka_resp_err_t flowprobe_kafka_reach(rd_kafka_t *producer, int milliseconds) {
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_resp_err_t error = kafka.rd_kafka_metadata(producer, 0, NULL, &metadata, milliseconds);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) kafka.rd_kafka_metadata_destroy(metadata);
    return error;
}

rd_kafka_headers_t *flowprobe_kafka_headers(size_t count) { return kafka.rd_kafka_headers_new(count); }

void flowprobe_kafka_add_header(rd_kafka_headers_t *headers, const char *name, const char *value) {
    kafka.rd_kafka_header_add(headers, name, -1, value, -1);
}

rd_kafka_resp_err_t flowprobe_kafka_send(rd_kafka_t *producer, const char *topic, const char *key, size_t length,
                                         const void *value, size_t octets, rd_kafka_headers_t *headers, uint64_t token) {
    rd_kafka_resp_err_t error = kafka.rd_kafka_producev(
        producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_KEY(key, length), RD_KAFKA_V_VALUE((void *)value, octets),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_HEADERS(headers),
        RD_KAFKA_V_OPAQUE((void *)(uintptr_t)token), RD_KAFKA_V_END);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) kafka.rd_kafka_headers_destroy(headers);
    return error;
}

rd_kafka_event_t *flowprobe_kafka_poll(rd_kafka_queue_t *queue, int milliseconds) {
    return kafka.rd_kafka_queue_poll(queue, milliseconds);
}

void flowprobe_kafka_forget(rd_kafka_event_t *event) { kafka.rd_kafka_event_destroy(event); }

bool flowprobe_kafka_next_report(rd_kafka_event_t *event, flowprobe_kafka_report *report) {
    if (kafka.rd_kafka_event_type(event) != RD_KAFKA_EVENT_DR) return false;
    const rd_kafka_message_t *message = kafka.rd_kafka_event_message_next(event);
    if (message == NULL) return false;
    report->token = (uint64_t)(uintptr_t)message->_private;
    report->error = message->err;
    return true;
}

rd_kafka_resp_err_t flowprobe_kafka_event_error(rd_kafka_event_t *event) {
    bool tells = kafka.rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR;
    return tells ? kafka.rd_kafka_event_error(event) : RD_KAFKA_RESP_ERR_NO_ERROR;
}

bool flowprobe_kafka_is_fatal(rd_kafka_event_t *event) { return kafka.rd_kafka_event_error_is_fatal(event) != 0; }

const char *flowprobe_kafka_event_text(rd_kafka_event_t *event) {
    const char *text = kafka.rd_kafka_event_error_string(event);
    return text == NULL ? "" : text;
}

const char *flowprobe_kafka_error_name(rd_kafka_resp_err_t error) { return kafka.rd_kafka_err2name(error); }

const char *flowprobe_kafka_error_text(rd_kafka_resp_err_t error) { return kafka.rd_kafka_err2str(error); }
