"""What tests of live capture have in common: network namespaces joined by veth pairs, a run of flowprobe in one of them,
packets to send, and the comparison of flows."""

import collections
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# Absolute: some tests run the program in another folder.
PROBE = os.path.abspath(os.environ.get("FLOWPROBE_BIN", os.path.join(ROOT, ".build/debug/flowprobe")))
LONG = ["--idle-timeout", "3600", "--active-timeout", "3600"]


def command(*arguments, check=True, **options):
    return subprocess.run(arguments, check=check, capture_output=True, text=True, timeout=60, **options)


class Link:
    """Namespaces for the probe and for who sends to it, joined by veth pairs a0-b0, a1-b1, … without offloads, on which
    the kernel itself says nothing."""

    def __init__(self, pairs=1, silent=True):
        self.probe, self.sender = f"fp-{os.getpid()}-a", f"fp-{os.getpid()}-b"
        self.pairs, self.silent = pairs, silent

    def __enter__(self):
        for space in (self.probe, self.sender):
            command("ip", "netns", "add", space)
            self.inside(space, "ip", "link", "set", "lo", "up")
            if self.silent:
                for key in ("all", "default"):
                    self.inside(space, "sysctl", "-qw", f"net.ipv6.conf.{key}.disable_ipv6=1")
        for number in range(self.pairs):
            self.add_pair(number)
        return self

    def add_pair(self, number):
        command("ip", "link", "add", f"a{number}", "netns", self.probe, "type", "veth", "peer", "name", f"b{number}",
                "netns", self.sender)
        for space, name in ((self.sender, f"b{number}"), (self.probe, f"a{number}")):
            self.inside(space, "ip", "link", "set", name, "mtu", "65535", "arp", "off")
            self.inside(space, "ethtool", "-K", name, "tx", "off", "tso", "off", "gso", "off", "gro", "off", check=False)
            self.inside(space, "ip", "link", "set", name, "up")

    def __exit__(self, *_):
        for space in (self.probe, self.sender):
            command("ip", "netns", "del", space, check=False)

    def inside(self, space, *arguments, check=True):
        return command("ip", "netns", "exec", space, *arguments, check=check)

    def send(self, capture, number=0, rate="--topspeed"):
        """Sends a capture's packets; how many the program says it sent."""
        out = self.inside(self.sender, "tcpreplay", "-q", "-i", f"b{number}", *rate.split(), capture).stdout
        return int(re.search(r"Successful packets:\s+(\d+)", out)[1])

    def counter(self, space, name, which):
        return int(self.inside(space, "cat", f"/sys/class/net/{name}/statistics/{which}").stdout)


class Run:
    """flowprobe run in the probe's namespace, with its flows as JSON. `through` is told the folder that the run may write
    to, and gives the words of a command that runs the program."""

    def __init__(self, link, *arguments, interfaces=("a0",), configuration=None, through=lambda folder: ()):
        """`configuration` is YAML in place of interfaces and --json; %s in it stands for the JSON file's path. `through`
        gives the command that starts the program, of the folder that it may write to."""
        self.folder = tempfile.mkdtemp()
        self.json, self.errors = os.path.join(self.folder, "flows.json"), os.path.join(self.folder, "errors")
        self.configuration = os.path.join(self.folder, "flowprobe.yaml")
        what = [*interfaces, "--json", self.json]
        if configuration is not None:
            self.configure(configuration)
            what = ["--config", self.configuration]
        with open(self.errors, "w") as errors:
            self.process = subprocess.Popen(
                ["ip", "netns", "exec", link.probe, *through(self.folder), PROBE, "run", *what, "--quiet", *arguments],
                stdout=subprocess.DEVNULL, stderr=errors, stdin=subprocess.DEVNULL)
        self.await_text("exports to")

    def configure(self, text):
        with open(self.configuration, "w") as file:
            file.write(text.replace("%s", self.json))

    def await_text(self, text, seconds=20):
        end = time.monotonic() + seconds
        while text not in self.said():
            if self.process.poll() is not None or time.monotonic() > end:
                self.process.kill()
                raise AssertionError(f"flowprobe never said '{text}': {self.said()}")
            time.sleep(0.01)

    def said(self):
        with open(self.errors) as file:
            return file.read()

    def signal(self, number):
        self.process.send_signal(number)

    def end(self, code=0):
        """Ends the run; its flows."""
        self.signal(signal.SIGTERM)
        try:
            got = self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"flowprobe did not end within 30 s: {self.said()}")
        text = self.said()
        assert got == code, f"exit code {got}, not {code}: {text}"
        assert "every sum holds" in text, text
        with open(self.json) as file:
            flows = [json.loads(line) for line in file]
        shutil.rmtree(self.folder)
        self.text = text
        return flows

    def capture_line(self, name="a0"):
        """Packets that arrived and were lost, summed over an interface's workers."""
        found = re.findall(rf"capture +{name}(?:, worker \d+)?: (\d+) arrived, (\d+) lost", self.text)
        assert found, self.text
        return tuple(sum(int(numbers[place]) for numbers in found) for place in (0, 1))


CLOCK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
static long ahead(void) {
    struct stat file;
    return stat(getenv("CLOCK_AHEAD"), &file) == 0 ? (long)file.st_size : 0;
}
int clock_gettime(clockid_t clock, struct timespec *time) {
    int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
    int status = real(clock, time);
    if (clock == CLOCK_REALTIME) time->tv_sec += ahead();
    return status;
}
int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    int (*real)(struct timeval *, void *) = dlsym(RTLD_NEXT, "gettimeofday");
    int status = real(time, zone);
    time->tv_sec += ahead();
    return status;
}
"""


class Clock:
    """A host's clock that a test sets, for programs that run with `environment`. Needs clang."""

    def __init__(self, folder):
        library, self.ahead = os.path.join(folder, "clock.so"), os.path.join(folder, "ahead")
        subprocess.run(["clang", "-shared", "-fPIC", "-x", "c", "-", "-o", library, "-ldl"], input=CLOCK, text=True,
                       check=True)
        self.environment = {"LD_PRELOAD": library, "CLOCK_AHEAD": self.ahead}
        self.set(0)

    def set(self, seconds):
        """So many seconds ahead of the real one, from now on."""
        # The file's size is the number.
        with open(self.ahead, "a") as file:
            file.truncate(seconds)


def fetch(link, page):
    """A status page of a run with --metrics 127.0.0.1:9573: code and text."""
    out = link.inside(link.probe, "curl", "-s", "-w", "\n%{http_code}", f"http://127.0.0.1:9573{page}").stdout
    text, code = out.rsplit("\n", 1)
    return int(code), text


# Packets


def ethernet(payload, kind=0x0800, tags=(), source=1, destination=2):
    head = struct.pack("!6s6s", bytes([2, 0, 0, 0, 0, destination]), bytes([2, 0, 0, 0, 0, source]))
    for tag in tags:
        head += struct.pack("!HH", 0x8100, tag)
    return head + struct.pack("!H", kind) + payload


def ipv4(protocol, source, destination, payload, ttl=64, identification=0, service=0):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, service, 20 + len(payload), identification, 0, ttl, protocol, 0,
                       socket.inet_aton(source), socket.inet_aton(destination))
    total = sum(struct.unpack("!10H", head))
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)
    return head[:10] + struct.pack("!H", 0xFFFF - total) + head[12:] + payload


def udp(source, destination, payload=b"payload!"):
    return struct.pack("!HHHH", source, destination, 8 + len(payload), 0) + payload


def tcp(source, destination, flags, sequence=1, acknowledgement=0, payload=b""):
    return struct.pack("!HHIIBBHHH", source, destination, sequence, acknowledgement, 0x50, flags, 1000, 0, 0) + payload


def write_capture(path, packets):
    """A classic pcap of Ethernet frames, a microsecond apart, all captured whole."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for number, packet in enumerate(packets):
            file.write(struct.pack("<IIII", 1_700_000_000 + number // 1_000_000, number % 1_000_000, len(packet),
                                   len(packet)) + packet)


class Folder:
    """A folder for captures that the test makes."""

    def __enter__(self):
        self.path = tempfile.mkdtemp()
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path)

    def capture(self, packets, name="sent.pcap"):
        path = os.path.join(self.path, name)
        write_capture(path, packets)
        return path


def replayed(path, *arguments):
    """The flows of a replay."""
    with tempfile.NamedTemporaryFile("r") as out:
        command(PROBE, "replay", path, "--quiet", "--json", out.name, *LONG, *arguments, check=False)
        return [json.loads(line) for line in out]


FIELDS = ["packetDeltaCount", "octetDeltaCount", "layer2OctetDeltaCount"]
KEPT = ["tcpControlBits", "dot1qVlanId", "icmpTypeCodeIPv4", "icmpTypeCodeIPv6", "minimumTTL", "maximumTTL", "ipClassOfService"]
EXTREMES = {"minimumTTL": min, "maximumTTL": max}


def reverse(name):
    return "reverse" + name[0].upper() + name[1:]


def sums(flows, ordered=True):
    """What was counted per pair of endpoints, summed over time and free of who is said to have begun.

    With one worker everything but times and frame numbers must agree. With several, packets of one flow may be counted in
    another order: what is kept of the first packet each way (VLAN, ICMP type, class of service) may differ then.
    """
    found = collections.defaultdict(lambda: [0] * 6 + [set(), set()])
    for flow in flows:
        ends = []
        for side in ("source", "destination"):
            address = flow.get(side + "IPv4Address") or flow.get(side + "IPv6Address")
            ends.append((address, flow.get(side + "TransportPort", -1)))
        key = (flow["protocolIdentifier"], flow.get("dot1qVlanId", 0), *sorted(ends))
        way = 0 if ends[0] <= ends[1] else 1
        entry = found[key]
        for place, name in enumerate(FIELDS):
            entry[place * 2 + way] += flow.get(name, 0)
            entry[place * 2 + 1 - way] += flow.get(reverse(name), 0)
        for name in KEPT if ordered else KEPT[:1] + KEPT[4:6]:
            for place, field in ((6 + way, name), (7 - way, reverse(name))):
                value = flow.get(field)
                if value is None:
                    continue
                if name == "tcpControlBits":
                    entry[place] |= {("bits", bit) for bit in range(16) if value >> bit & 1}
                elif name in EXTREMES:
                    # A flow that is slow on the way may be in two records live, where it is in one of the replay.
                    known = [other for key, other in entry[place] if key == name]
                    entry[place] -= {(name, other) for other in known}
                    entry[place].add((name, EXTREMES[name](known + [value])))
                else:
                    entry[place].add((name, value))
    return dict(found)


def differences(live, replay):
    lines = []
    for key in sorted(set(live) | set(replay), key=str):
        if live.get(key) != replay.get(key):
            lines.append(f"{key}: live {live.get(key)}, replayed {replay.get(key)}")
    return lines


def expect_same(live, replay, ordered=True):
    found = differences(sums(live, ordered), sums(replay, ordered))
    assert not found, f"{len(found)} differences, first: {found[0]}"


def sendable(path, workspace):
    """A capture's Ethernet frames as they can be sent: what was captured of each. None with the reason when there are
    none."""
    out = os.path.join(workspace, "ethernet.pcap")
    made = command("editcap", "-F", "pcap", path, out, check=False)
    try:
        with open(out, "rb") as file:
            data = file.read()
    except OSError:
        return None, f"editcap: {made.stderr.strip()[:80]}"
    if len(data) < 24 or data[:4] not in (b"\xd4\xc3\xb2\xa1", b"M<\xb2\xa1"):
        return None, "not one classic pcap"
    if struct.unpack("<I", data[20:24])[0] & 0xFFFFFF != 1:
        return None, "not Ethernet"
    frames, place = [], 24
    while place + 16 <= len(data):
        kept = struct.unpack("<I", data[place + 8:place + 12])[0]
        frame = data[place + 16:place + 16 + kept]
        place += 16 + kept
        # veth takes no frame shorter than a header, nor one beyond its MTU.
        if 15 <= len(frame) <= 65000:
            frames.append(frame)
    return (frames, None) if frames else (None, "no frame that can be sent")


def live_flows(link, capture, count, *arguments):
    run = Run(link, *LONG, *arguments)
    sent = link.send(capture)
    flows = run.end()
    arrived, lost = run.capture_line()
    assert sent == count, f"tcpreplay sent {sent} of {count}"
    assert (arrived, lost) == (sent, 0), f"sent {sent}, arrived {arrived}, lost {lost}"
    return flows
