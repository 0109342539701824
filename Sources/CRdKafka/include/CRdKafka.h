/* librdkafka for Swift. The library is not linked: it is loaded when a kafka:// destination is opened, so that a probe
   without one has neither it nor what it brings (OpenSSL, SASL) in its process. Each function below needs a call of
   flowprobe_kafka_load that returned NULL. Sending has variable arguments, which Swift cannot call; the rest of the
   wrappers go to the loaded functions, whose types are those of the library's own header. */
#ifndef FLOWPROBE_CRDKAFKA_H
#define FLOWPROBE_CRDKAFKA_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Loads the library, once. NULL, or why that failed, in the dynamic linker's words: valid until the thread's next call. */
const char *flowprobe_kafka_load(void);

/* As rd_kafka_version_str. */
const char *flowprobe_kafka_version(void);

/* Settings of a producer that reports by events and writes no log of its own. */
rd_kafka_conf_t *flowprobe_kafka_settings(void);

/* Sets one; false, and why in `reason`, when it cannot be. */
bool flowprobe_kafka_set(rd_kafka_conf_t *settings, const char *name, const char *value, char *reason, size_t size);

/* Frees settings that no producer has taken. */
void flowprobe_kafka_free(rd_kafka_conf_t *settings);

/* A producer, which takes the settings. NULL, and why in `reason`, when there is none: then the settings are still the caller's. */
rd_kafka_t *flowprobe_kafka_producer(rd_kafka_conf_t *settings, char *reason, size_t size);

/* The queue of a producer's events. Given back with flowprobe_kafka_release before the producer is closed. */
rd_kafka_queue_t *flowprobe_kafka_events(rd_kafka_t *producer);
void flowprobe_kafka_release(rd_kafka_queue_t *queue);

/* Ends a producer. What is under way is given up. */
void flowprobe_kafka_close(rd_kafka_t *producer);

/* Asks for the brokers, for which it waits so long. */
rd_kafka_resp_err_t flowprobe_kafka_reach(rd_kafka_t *producer, int milliseconds);

/* Headers of a message: at most `count`. */
rd_kafka_headers_t *flowprobe_kafka_headers(size_t count);
void flowprobe_kafka_add_header(rd_kafka_headers_t *headers, const char *name, const char *value);

/* Gives a message to the producer, which copies value and key (of `length` octets), and takes the headers whatever happens. Its report will have
   the token, which is not 0. */
rd_kafka_resp_err_t flowprobe_kafka_send(rd_kafka_t *producer, const char *topic, const char *key, size_t length,
                                         const void *value, size_t octets, rd_kafka_headers_t *headers, uint64_t token);

/* The next event, for which it waits so long; NULL when none came. Freed with flowprobe_kafka_forget. */
rd_kafka_event_t *flowprobe_kafka_poll(rd_kafka_queue_t *queue, int milliseconds);
void flowprobe_kafka_forget(rd_kafka_event_t *event);

/* What became of one message. */
typedef struct {
    uint64_t token;
    rd_kafka_resp_err_t error;
} flowprobe_kafka_report;

/* The next report of an event; false when there is none, or no more. */
bool flowprobe_kafka_next_report(rd_kafka_event_t *event, flowprobe_kafka_report *report);

/* The error that an event tells of; RD_KAFKA_RESP_ERR_NO_ERROR when it tells of none. */
rd_kafka_resp_err_t flowprobe_kafka_event_error(rd_kafka_event_t *event);
bool flowprobe_kafka_is_fatal(rd_kafka_event_t *event);
const char *flowprobe_kafka_event_text(rd_kafka_event_t *event);

/* An error's name, as RD_KAFKA_RESP_ERR_ has it, and what it means. */
const char *flowprobe_kafka_error_name(rd_kafka_resp_err_t error);
const char *flowprobe_kafka_error_text(rd_kafka_resp_err_t error);

#endif
