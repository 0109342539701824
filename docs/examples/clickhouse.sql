-- Flows from a Kafka topic into ClickHouse, each once, and the five lists (docs/fleet.md). For ClickHouse 24.10 or newer.
-- scripts/fleet-tests runs every statement here. Statements end with a semicolon at the end of a line.

-- What comes from the topic: nothing is kept here. One line of a message is a row; what it does not have is 0 or NULL.
CREATE TABLE flow_queue (
    flowId UInt64, sliceIndex UInt32, observationDomainId UInt32, observationPointId UInt32,
    ipVersion UInt8, sourceIPv4Address IPv4, destinationIPv4Address IPv4, sourceIPv6Address IPv6, destinationIPv6Address IPv6,
    protocolIdentifier UInt8, sourceTransportPort Nullable(UInt16), destinationTransportPort Nullable(UInt16),
    octetDeltaCount UInt64, reverseOctetDeltaCount UInt64, packetDeltaCount UInt64, reversePacketDeltaCount UInt64,
    flowStartNanoseconds Nullable(DateTime64(9, 'UTC')), reverseFlowStartNanoseconds Nullable(DateTime64(9, 'UTC')),
    flowEndNanoseconds Nullable(DateTime64(9, 'UTC')), reverseFlowEndNanoseconds Nullable(DateTime64(9, 'UTC')),
    serviceEvidence String, zoneDirection String, flowEndReason String, applicationName String, tunnelDepth Nullable(UInt8),
    coverageGapStartMilliseconds Nullable(DateTime64(9, 'UTC')), coverageGapEndMilliseconds Nullable(DateTime64(9, 'UTC')),
    coverageGapCause UInt8, coverageGapUnrecordedPackets UInt64
) ENGINE = Kafka
SETTINGS kafka_broker_list = 'broker1:9092,broker2:9092', kafka_topic_list = 'flows', kafka_group_name = 'clickhouse',
    kafka_format = 'JSONEachRow', kafka_num_consumers = 4, kafka_thread_per_consumer = 1, kafka_max_block_size = 262144,
    kafka_handle_error_mode = 'stream', date_time_input_format = 'best_effort', input_format_skip_unknown_fields = 1;

-- Records, a row for each slice of a flow. Rows of the same key are one row, whatever came twice: the key is what names a
-- record in the export contract, and a repeat has the same hour. FINAL sees to it before parts are merged.
CREATE TABLE flows (
    probe LowCardinality(FixedString(32)), flowId UInt64, sliceIndex UInt32,
    observationDomainId UInt32, observationPointId UInt32, ipVersion UInt8, source IPv6, destination IPv6,
    protocolIdentifier UInt8, sourcePort Nullable(UInt16), servicePort Nullable(UInt16),
    octets UInt64 CODEC(T64, ZSTD), reverseOctets UInt64 CODEC(T64, ZSTD),
    packets UInt64 CODEC(T64, ZSTD), reversePackets UInt64 CODEC(T64, ZSTD),
    start DateTime64(9, 'UTC') CODEC(Delta, ZSTD), end DateTime64(9, 'UTC') CODEC(Delta, ZSTD),
    serviceEvidence LowCardinality(String), zoneDirection LowCardinality(String), flowEndReason LowCardinality(String),
    applicationName LowCardinality(String), isTunnelCopy Bool, batch UInt64 CODEC(Delta, ZSTD), received DateTime('UTC')
) ENGINE = ReplacingMergeTree
PARTITION BY toDate(end)
ORDER BY (toStartOfHour(toDateTime(end, 'UTC')), probe, flowId, sliceIndex)
TTL toDate(end) + INTERVAL 90 DAY;

CREATE MATERIALIZED VIEW flows_in TO flows AS
SELECT
    toFixedString(_headers.value[indexOf(_headers.name, 'probe')], 32) AS probe, flowId, sliceIndex,
    observationDomainId, observationPointId, ipVersion,
    if(ipVersion = 4, IPv4ToIPv6(sourceIPv4Address), sourceIPv6Address) AS source,
    if(ipVersion = 4, IPv4ToIPv6(destinationIPv4Address), destinationIPv6Address) AS destination,
    protocolIdentifier, sourceTransportPort AS sourcePort, destinationTransportPort AS servicePort,
    octetDeltaCount AS octets, reverseOctetDeltaCount AS reverseOctets,
    packetDeltaCount AS packets, reversePacketDeltaCount AS reversePackets,
    least(ifNull(flowStartNanoseconds, reverseFlowStartNanoseconds),
        ifNull(reverseFlowStartNanoseconds, flowStartNanoseconds)) AS start,
    greatest(ifNull(flowEndNanoseconds, reverseFlowEndNanoseconds),
        ifNull(reverseFlowEndNanoseconds, flowEndNanoseconds)) AS end,
    serviceEvidence, zoneDirection, flowEndReason, applicationName, ifNull(tunnelDepth, 1) = 0 AS isTunnelCopy,
    toUInt64OrZero(_headers.value[indexOf(_headers.name, 'batch')]) AS batch, now('UTC') AS received
FROM flow_queue
WHERE _headers.value[indexOf(_headers.name, 'kind')] = 'flows' AND _error = '';

-- Times that records do not cover, each once: of the whole probe, or of the input of an observation point that is not 0.
CREATE TABLE coverage_gaps (
    probe LowCardinality(FixedString(32)), batch UInt64, start DateTime64(9, 'UTC'), end DateTime64(9, 'UTC'), cause UInt8,
    unrecordedPackets UInt64, observationPointId UInt32, observationDomainId UInt32
) ENGINE = ReplacingMergeTree ORDER BY (probe, batch);

CREATE MATERIALIZED VIEW coverage_gaps_in TO coverage_gaps AS
SELECT
    toFixedString(_headers.value[indexOf(_headers.name, 'probe')], 32) AS probe,
    toUInt64OrZero(_headers.value[indexOf(_headers.name, 'batch')]) AS batch,
    assumeNotNull(coverageGapStartMilliseconds) AS start, assumeNotNull(coverageGapEndMilliseconds) AS end,
    coverageGapCause AS cause, coverageGapUnrecordedPackets AS unrecordedPackets,
    observationPointId, observationDomainId
FROM flow_queue
WHERE _headers.value[indexOf(_headers.name, 'kind')] = 'gap' AND _error = '';

-- What is in no table: messages that are no JSON lines.
CREATE TABLE unreadable (received DateTime('UTC'), error String, message String)
ENGINE = MergeTree ORDER BY received TTL received + INTERVAL 7 DAY;

CREATE MATERIALIZED VIEW unreadable_in TO unreadable AS
SELECT now('UTC') AS received, _error AS error, _raw_message AS message FROM flow_queue WHERE _error != '';

-- The five lists by hour. A view that counts what is inserted would count repeats; these count `flows FINAL` again for each
-- hour that got something in the last half hour, and the newest count of an hour takes the place of the older ones. Traffic that
-- was answered is apart from attempts, as in `flowprobe report`; a flow is counted with its first slice.
CREATE TABLE list_protocols (
    hour DateTime('UTC'), protocolIdentifier UInt8, flows UInt64, packets UInt64, octets UInt64, attempts UInt64,
    counted DateTime('UTC')
) ENGINE = ReplacingMergeTree(counted) ORDER BY (hour, protocolIdentifier);

CREATE MATERIALIZED VIEW list_protocols_count REFRESH EVERY 5 MINUTE APPEND TO list_protocols AS
SELECT
    toStartOfHour(toDateTime(flows.end, 'UTC')) AS hour, protocolIdentifier,
    countIf(serviceEvidence = 'answered' AND sliceIndex = 0) AS flows,
    sumIf(packets + reversePackets, serviceEvidence = 'answered') AS packets,
    sumIf(octets + reverseOctets, serviceEvidence = 'answered') AS octets,
    countIf(serviceEvidence != 'answered' AND sliceIndex = 0) AS attempts, now('UTC') AS counted
FROM flows FINAL
WHERE NOT isTunnelCopy AND toStartOfHour(toDateTime(flows.end, 'UTC')) IN (
    SELECT toStartOfHour(toDateTime(end, 'UTC')) FROM flows WHERE received > now('UTC') - INTERVAL 30 MINUTE)
GROUP BY hour, protocolIdentifier;

CREATE TABLE list_sources (
    hour DateTime('UTC'), address IPv6, flows UInt64, packets UInt64, octets UInt64, attempts UInt64, counted DateTime('UTC')
) ENGINE = ReplacingMergeTree(counted) ORDER BY (hour, address);

CREATE MATERIALIZED VIEW list_sources_count REFRESH EVERY 5 MINUTE APPEND TO list_sources AS
SELECT
    toStartOfHour(toDateTime(flows.end, 'UTC')) AS hour, source AS address,
    countIf(serviceEvidence = 'answered' AND sliceIndex = 0) AS flows,
    sumIf(packets + reversePackets, serviceEvidence = 'answered') AS packets,
    sumIf(octets + reverseOctets, serviceEvidence = 'answered') AS octets,
    countIf(serviceEvidence != 'answered' AND sliceIndex = 0) AS attempts, now('UTC') AS counted
FROM flows FINAL
WHERE NOT isTunnelCopy AND toStartOfHour(toDateTime(flows.end, 'UTC')) IN (
    SELECT toStartOfHour(toDateTime(end, 'UTC')) FROM flows WHERE received > now('UTC') - INTERVAL 30 MINUTE)
GROUP BY hour, address;

CREATE TABLE list_destinations (
    hour DateTime('UTC'), address IPv6, flows UInt64, packets UInt64, octets UInt64, attempts UInt64, counted DateTime('UTC')
) ENGINE = ReplacingMergeTree(counted) ORDER BY (hour, address);

CREATE MATERIALIZED VIEW list_destinations_count REFRESH EVERY 5 MINUTE APPEND TO list_destinations AS
SELECT
    toStartOfHour(toDateTime(flows.end, 'UTC')) AS hour, destination AS address,
    countIf(serviceEvidence = 'answered' AND sliceIndex = 0) AS flows,
    sumIf(packets + reversePackets, serviceEvidence = 'answered') AS packets,
    sumIf(octets + reverseOctets, serviceEvidence = 'answered') AS octets,
    countIf(serviceEvidence != 'answered' AND sliceIndex = 0) AS attempts, now('UTC') AS counted
FROM flows FINAL
WHERE NOT isTunnelCopy AND toStartOfHour(toDateTime(flows.end, 'UTC')) IN (
    SELECT toStartOfHour(toDateTime(end, 'UTC')) FROM flows WHERE received > now('UTC') - INTERVAL 30 MINUTE)
GROUP BY hour, address;

CREATE TABLE list_services (
    hour DateTime('UTC'), protocolIdentifier UInt8, port UInt16, flows UInt64, packets UInt64, octets UInt64, attempts UInt64,
    counted DateTime('UTC')
) ENGINE = ReplacingMergeTree(counted) ORDER BY (hour, protocolIdentifier, port);

CREATE MATERIALIZED VIEW list_services_count REFRESH EVERY 5 MINUTE APPEND TO list_services AS
SELECT
    toStartOfHour(toDateTime(flows.end, 'UTC')) AS hour, protocolIdentifier, assumeNotNull(servicePort) AS port,
    countIf(serviceEvidence = 'answered' AND sliceIndex = 0) AS flows,
    sumIf(packets + reversePackets, serviceEvidence = 'answered') AS packets,
    sumIf(octets + reverseOctets, serviceEvidence = 'answered') AS octets,
    countIf(serviceEvidence != 'answered' AND sliceIndex = 0) AS attempts, now('UTC') AS counted
FROM flows FINAL
WHERE NOT isTunnelCopy AND servicePort IS NOT NULL AND toStartOfHour(toDateTime(flows.end, 'UTC')) IN (
    SELECT toStartOfHour(toDateTime(end, 'UTC')) FROM flows WHERE received > now('UTC') - INTERVAL 30 MINUTE)
GROUP BY hour, protocolIdentifier, port;

CREATE TABLE list_directions (
    hour DateTime('UTC'), zoneDirection LowCardinality(String), flows UInt64, packets UInt64, octets UInt64, attempts UInt64,
    counted DateTime('UTC')
) ENGINE = ReplacingMergeTree(counted) ORDER BY (hour, zoneDirection);

CREATE MATERIALIZED VIEW list_directions_count REFRESH EVERY 5 MINUTE APPEND TO list_directions AS
SELECT
    toStartOfHour(toDateTime(flows.end, 'UTC')) AS hour, zoneDirection,
    countIf(serviceEvidence = 'answered' AND sliceIndex = 0) AS flows,
    sumIf(packets + reversePackets, serviceEvidence = 'answered') AS packets,
    sumIf(octets + reverseOctets, serviceEvidence = 'answered') AS octets,
    countIf(serviceEvidence != 'answered' AND sliceIndex = 0) AS attempts, now('UTC') AS counted
FROM flows FINAL
WHERE NOT isTunnelCopy AND toStartOfHour(toDateTime(flows.end, 'UTC')) IN (
    SELECT toStartOfHour(toDateTime(end, 'UTC')) FROM flows WHERE received > now('UTC') - INTERVAL 30 MINUTE)
GROUP BY hour, zoneDirection;
