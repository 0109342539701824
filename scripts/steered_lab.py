"""What tests of steered traffic have in common: a router with a host on either side, rules on the router, the probe beside
them, and packets through it whose number is known at both ends."""

import json
import os
import re
import signal
import subprocess
import tempfile
import threading
import time

from live_capture import PROBE, Link, Run, command, ethernet, ipv4, udp

# The address that `ethernet` gives its frames.
HARDWARE = "02:00:00:00:00:02"


class Router(Link):
    """A Link whose probe end forwards what comes by a0 to a third namespace, by r0-s0, where it is counted. Nobody asks
    for hardware addresses, and nobody says anything by himself."""

    def __init__(self):
        super().__init__()
        self.server = f"fp-{os.getpid()}-c"

    def __enter__(self):
        command("ip", "netns", "add", self.server)
        super().__enter__()
        self.inside(self.server, "sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1")
        command("ip", "link", "add", "r0", "netns", self.probe, "type", "veth", "peer", "name", "s0", "netns", self.server)
        for space, name in ((self.server, "s0"), (self.probe, "r0")):
            self.inside(space, "ip", "link", "set", name, "arp", "off")
            self.inside(space, "ethtool", "-K", name, "tx", "off", "tso", "off", "gso", "off", "gro", "off", check=False)
            self.inside(space, "ip", "link", "set", name, "up")
        self.inside(self.probe, "ip", "link", "set", "a0", "address", HARDWARE)
        self.inside(self.probe, "ip", "address", "add", "192.0.2.254/24", "dev", "a0")
        self.inside(self.probe, "ip", "address", "add", "198.51.100.254/24", "dev", "r0")
        self.inside(self.probe, "sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv4.conf.all.rp_filter=0",
                    "net.ipv4.conf.a0.rp_filter=0")
        self.delivered_before = self.counter(self.server, "s0", "rx_packets")
        return self

    def __exit__(self, *details):
        command("ip", "netns", "del", self.server, check=False)
        super().__exit__(*details)

    def delivered(self):
        """Packets that have come through."""
        return self.counter(self.server, "s0", "rx_packets") - self.delivered_before

    def awaited(self, count, seconds=5):
        """What has come through when `count` packets have, or so many seconds have passed."""
        end = time.monotonic() + seconds
        while self.delivered() < count and time.monotonic() < end:
            time.sleep(0.02)
        return self.delivered()

    def rules(self, text):
        subprocess.run(["ip", "netns", "exec", self.probe, "nft", "-f", "-"], input=text, text=True, check=True,
                       capture_output=True, timeout=60)

    def logged(self):
        """What the counters of the nft rules say together."""
        listing = json.loads(self.inside(self.probe, "nft", "-j", "list", "ruleset").stdout)
        return sum(part["counter"]["packets"] for item in listing["nftables"] for part in item.get("rule", {}).get("expr", [])
                   if "counter" in part)


def packets(count, first=0, size=8):
    """Packets that the router forwards, each a flow of its own."""
    for number in range(first, first + count):
        yield ethernet(ipv4(17, f"192.0.2.{1 + number % 250}", "198.51.100.1",
                            udp(1024 + number // 250 % 60000, 53, b"x" * size)))


class Steered(Run):
    """A run of the probe on groups or queues."""

    def capture_line(self, name):
        found = re.search(rf"capture +{name}: (\d+) arrived, (\d+) lost", self.text)
        assert found, self.text
        return int(found[1]), int(found[2])

    def ways(self):
        """Lines of the accounting that say which way packets came."""
        return re.findall(r"steered +(.*)", self.text)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=30)


POLICY = """rules:
  - name: chosen
    authorisation: GOV-2026-0815
    owner: Security office
    validUntil: 2037-12-31T18:00:00+08:00
    from: [192.0.2.0/24]
    protocols: [udp]
    action: {%s}
"""


class Policy:
    """A policy that is applied to a router, with `flowprobe steer guard` over it if asked."""

    def __init__(self, router, action):
        self.router, self.folder = router, tempfile.TemporaryDirectory()
        self.state = ["--state", self.folder.name, "--audit", os.path.join(self.folder.name, "audit.jsonl")]
        self.path = os.path.join(self.folder.name, "policy.yaml")
        with open(self.path, "w") as file:
            file.write(POLICY % action)
        self.guard = None
        self.steer("apply", self.path, *self.state)

    def steer(self, *arguments, check=True):
        return self.router.inside(self.router.probe, PROBE, "steer", *arguments, check=check)

    def status(self, *arguments):
        """The rule's row, and whether all is well."""
        out = self.steer("status", "--json", "--state", self.folder.name, *arguments, check=False)
        assert out.returncode in (0, 1), out
        return json.loads(out.stdout)["rules"][0], out.returncode == 0

    def counted(self):
        return self.status()[0]["packets"]

    def start_guard(self):
        self.log = open(os.path.join(self.folder.name, "guard.log"), "w+")
        self.guard = subprocess.Popen(
            ["ip", "netns", "exec", self.router.probe, PROBE, "steer", "guard", *self.state], stdout=self.log,
            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        self.await_guard("watches")

    def guard_said(self):
        with open(self.log.name) as file:
            return file.read()

    def await_guard(self, text, seconds=20):
        end = time.monotonic() + seconds
        while text not in self.guard_said():
            assert self.guard.poll() is None and time.monotonic() < end, f"no '{text}': {self.guard_said()}"
            time.sleep(0.01)

    def close(self):
        if self.guard:
            self.guard.kill()
            self.guard.wait()
            self.log.close()
        self.folder.cleanup()


class Stream:
    """Packets at a steady rate through a router, on a thread of its own, until it is ended."""

    def __init__(self, router, capture, rate):
        self.router, self.capture, self.rate = router, capture, rate
        self.before = router.counter(router.sender, "b0", "tx_packets")
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", router.sender, "tcpreplay", "-q", "-i", "b0", "--loop", "1000000", "--preload-pcap",
             "--pps", str(rate), capture], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # Whatever becomes of the test, the stream ends.
        self.limit = threading.Timer(120, self.process.kill)
        self.limit.daemon = True
        self.limit.start()

    def sent(self):
        return self.router.counter(self.router.sender, "b0", "tx_packets") - self.before

    def end(self):
        self.limit.cancel()
        self.process.kill()
        self.process.wait()
        return self.sent()
