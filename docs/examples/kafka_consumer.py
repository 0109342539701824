#!/usr/bin/env python3
"""kafka_consumer.py BROKER:PORT TOPIC FILE: takes flowprobe's JSON lines from a topic (docs/export-contract.md) into SQLite, each
record once. Needs PyPI's confluent-kafka."""
import json, sqlite3, sys
from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

def main(brokers, topic, path):
    database = sqlite3.connect(path)
    database.executescript("""
        PRAGMA journal_mode = WAL;
        CREATE TABLE IF NOT EXISTS flow (probe, flowId, sliceIndex, record, PRIMARY KEY (probe, flowId, sliceIndex));
        CREATE TABLE IF NOT EXISTS gap (probe, batch, record, PRIMARY KEY (probe, batch));
        CREATE TABLE IF NOT EXISTS place (partition PRIMARY KEY, next);""")
    # Where it was is kept with the records, in one transaction: what was half done when it ended is done once more.
    places = dict(database.execute("SELECT partition, next FROM place"))
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": "example", "enable.auto.commit": False})
    partitions = consumer.list_topics(topic, 30).topics[topic].partitions
    consumer.assign([TopicPartition(topic, number, places.get(number, OFFSET_BEGINNING)) for number in partitions])
    while True:
        with database:
            for message in consumer.consume(100, 0.5):
                if message.error():
                    continue
                headers = {name: value.decode() for name, value in message.headers() or ()}
                for line in message.value().decode().splitlines():
                    record = json.loads(line)
                    if headers["kind"] == "gap":
                        row = headers["probe"], int(headers["batch"]), line
                        database.execute("INSERT OR IGNORE INTO gap VALUES (?, ?, ?)", row)
                    else:
                        row = headers["probe"], int(record["flowId"]), record["sliceIndex"], line
                        database.execute("INSERT OR IGNORE INTO flow VALUES (?, ?, ?, ?)", row)
                database.execute("INSERT OR REPLACE INTO place VALUES (?, ?)", (message.partition(), message.offset() + 1))

main(*sys.argv[1:4])
