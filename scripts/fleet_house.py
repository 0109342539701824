"""Loads messages of a topic into ClickHouse (chdb) by the statements of docs/examples/clickhouse.sql, and compares the five
lists with a report's (scripts/fleet-tests).

    scripts/fleet_house.py MESSAGES   prints what the tables say, as JSON; MESSAGES is a file of [headers, value] pairs
"""

import collections
import json
import os
import re
import sys

SQL = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "docs/examples/clickhouse.sql")


def load_house(path):
    """In a process of its own: ClickHouse takes a lot of memory. Prints what the tables say."""
    from chdb import session
    house = session.Session()
    house.query("CREATE DATABASE fleet")
    house.query("USE fleet")
    with open(SQL) as file:
        text = "\n".join(line for line in file.read().split("\n") if not line.startswith("--"))
    statements = [statement.strip() for statement in re.split(r";\n", text) if statement.strip()]
    for statement in statements:
        if statement.startswith("CREATE TABLE flow_queue"):
            # chdb has no threads that would read from a broker: rows are put in by hand, with what the engine adds.
            statement, count = re.subn(
                r"\n\) ENGINE = Kafka.*", ",\n`_headers.name` Array(String), `_headers.value` Array(String), _error String, "
                "_raw_message String\n) ENGINE = Null", statement, flags=re.S)
            assert count == 1
        house.query(statement)
    insert = ("INSERT INTO flow_queue SETTINGS date_time_input_format = 'best_effort', input_format_skip_unknown_fields = 1 "
              "FORMAT JSONEachRow\n")
    with open(path) as file:
        messages = json.load(file)
    # Every third message comes once more, later, and a gap and a broken message are among them.
    gap = {"coverageGapStartMilliseconds": "2026-01-01T00:00:00.000000000Z", "coverageGapCause": 2,
           "coverageGapEndMilliseconds": "2026-01-01T00:01:00.000000000Z", "coverageGapUnrecordedPackets": 7}
    messages.append([{"probe": messages[0][0]["probe"], "batch": "9999", "kind": "gap"}, json.dumps(gap)])
    rows, repeats = [json.dumps({"_error": "no JSON", "_raw_message": "x"})], []
    for number, (headers, value) in enumerate(messages):
        extra = {"_headers.name": list(headers), "_headers.value": list(headers.values())}
        part = [json.dumps(json.loads(line) | extra) for line in value.splitlines()]
        rows += part
        repeats += part if number % 3 == 0 else []
    house.query("SYSTEM STOP MERGES flows")
    house.query(insert + "\n".join(rows))
    house.query(insert + "\n".join(repeats))
    number = lambda query: int(str(house.query(query)).strip())
    found = {"flows": number("SELECT count() FROM flows FINAL"), "gaps": number("SELECT count() FROM coverage_gaps FINAL"),
             "unreadable": number("SELECT count() FROM unreadable"), "lists": {}}
    assert number("SELECT count() FROM flows") > found["flows"], "no repeat was put in"
    for name, key in (("protocols", "toString(protocolIdentifier)"), ("sources", "toString(address)"),
                      ("destinations", "toString(address)"), ("services", "concat(toString(port), '/', toString(protocolIdentifier))"),
                      ("directions", "zoneDirection")):
        for _ in range(2):
            house.query(f"SYSTEM REFRESH VIEW list_{name}_count")
            house.query(f"SYSTEM WAIT VIEW list_{name}_count")
        rows = house.query(f"SELECT {key}, sum(flows), sum(packets), sum(octets), sum(attempts) FROM list_{name} FINAL GROUP BY 1",
                           "JSONCompactEachRow")
        found["lists"][name] = {row[0].removeprefix("::ffff:"): [int(value) for value in row[1:]]
                                for row in map(json.loads, str(rows).splitlines())}
    print(json.dumps(found))


TITLES = {"Protocols": "protocols", "Source addresses (initiators)": "sources",
          "Destination addresses (responders)": "destinations", "Service ports": "services",
          "Directions between zones": "directions", "Attempts by source": "sources", "Attempts by destination": "destinations",
          "Attempts by service port": "services"}
ROW = re.compile(r"^\s{1,2}(\S.*?)\s{2,}([\d,]+)\s+([\d,]+)\s+([\d.,]+) ?(B|kB|MB|GB)\s+<?[\d.]+ %(?:\s+([\d,]+))?$")
NUMBERS = {"tcp": "6", "udp": "17", "icmp": "1", "icmp6": "58"}


def compare(report, lists):
    """Every row of the report is in the lists and the other way round: flows, packets and attempts exactly, octets as they
    are printed."""
    seen = collections.defaultdict(lambda: collections.defaultdict(lambda: [0, 0, 0, 0]))
    current = attempts = None
    for line in report.split("\n"):
        title = next((title for title in TITLES if line.startswith(title)), None)
        if title:
            current, attempts = TITLES[title], title.startswith("Attempts")
        elif not line.strip():
            current = None
        elif current and (row := ROW.match(line)):
            name, flows, packets, octets, unit, split = row.groups()
            if current == "protocols":
                name = re.search(r"\((\d+)\)", name).group(1)
            elif current == "services":
                port, word = name.split()[0].split("/")
                name = f"{port}/{NUMBERS.get(word, word)}"
            entry, plain = seen[current][name], lambda text: int((text or "0").replace(",", ""))
            if attempts:
                entry[3] += plain(flows)
            else:
                size = float(octets.replace(",", "")) * {"B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9}[unit]
                entry[0], entry[1], entry[2], entry[3] = plain(flows), plain(packets), size, plain(split)
    for name, rows in lists.items():
        assert rows and rows.keys() == seen[name].keys(), (name, sorted(rows.keys() ^ seen[name].keys())[:5])
        for key, (flows, packets, octets, attempts) in rows.items():
            entry = seen[name][key]
            assert [flows, packets, attempts] == [entry[0], entry[1], entry[3]], (name, key, rows[key], entry)
            assert abs(octets - entry[2]) <= max(0.5, octets * 0.006), (name, key, octets, entry)


if __name__ == "__main__":
    load_house(sys.argv[1])
