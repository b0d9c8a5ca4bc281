#!/usr/bin/python3
"""Connections that nobody closed: the network between the daemon and its subscribers is gone, and
neither side is told. Each has to find that out by itself, and then to go on without a gap.

usage: half_open_test.py BIN

Runs itself in a network namespace of its own, whose loopback it takes down; skips where the system
allows no such thing.
"""

import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from store_process import Daemon

SKIPPED = 77
INSIDE = "CAPEXDB_TEST_INSIDE"
GIVE_UP = 90  # seconds; what is promised is 30


def set_loopback(up: bool) -> None:
    get_flags, set_flags, is_up = 0x8913, 0x8914, 0x1  # SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack("16sH14x", fcntl.ioctl(any_socket, get_flags, request))[1]
        flags = flags | is_up if up else flags & ~is_up
        fcntl.ioctl(any_socket, set_flags, struct.pack("16sH14x", b"lo", flags))


class Watcher:
    """`capex watch`, and the lines that it prints."""

    def __init__(self, binaries: Path, server: str):
        self.process = subprocess.Popen(
            [str(binaries / "capex"), "watch", "--after", "0", "-o", "jsonl", "--server", server],
            stdout=subprocess.PIPE, text=True)
        self.sequences: list[int] = []
        self._came = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stdout:
            item = json.loads(line)
            with self._came:
                self.sequences.append(item["sequence"])
                self._came.notify()

    def wait_for(self, sequence: int) -> bool:
        with self._came:
            return self._came.wait_for(lambda: sequence in self.sequences, GIVE_UP)


def wait_for_subscriptions(binaries: Path, server: str, count: int) -> None:
    give_up = time.monotonic() + GIVE_UP
    while time.monotonic() < give_up:
        if status(binaries, server).get("subscriptions", 0) == count:
            return
        time.sleep(0.05)
    sys.exit(f"there are not {count} subscriptions")


def status(binaries: Path, server: str) -> dict:
    done = subprocess.run([str(binaries / "capex"), "status", "-o", "json", "--server", server],
                          capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def wait_for_log(log: Path, words: str, count: int) -> float:
    begun = time.monotonic()
    while time.monotonic() < begun + GIVE_UP:
        if log.read_text(encoding="utf-8").count(words) >= count:
            return time.monotonic() - begun
        time.sleep(0.05)
    sys.exit(f"the daemon's log has not {count} lines with '{words}'")


def say(binaries: Path, server: str, value: int) -> None:
    rows = ("company,metric,period,value,currency,source,published_at\n"
            f"Alibaba,capex,2024,{value},CNY,Times,2025-03-01\n")
    subprocess.run([str(binaries / "capex"), "ingest", "-", "--format", "csv", "--server", server],
                   input=rows, text=True, check=True, stdout=subprocess.DEVNULL)


def main() -> int:
    binaries = Path(sys.argv[1])
    if INSIDE not in os.environ:
        probe = subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False)
        if probe.returncode != 0:
            print("skipped: no network namespace can be made here")
            return SKIPPED
        os.environ[INSIDE] = "1"
        os.execvp("unshare", ["unshare", "-rn", sys.executable, *sys.argv])
    set_loopback(True)
    with tempfile.TemporaryDirectory() as directory:
        log = Path(directory) / "log"
        daemon = Daemon(binaries, directory + "/data", log=log)
        say(binaries, daemon.server, 1)
        watchers = [Watcher(binaries, daemon.server) for _ in range(3)]
        first = status(binaries, daemon.server)["sequence"]
        assert all(watcher.wait_for(first) for watcher in watchers)
        wait_for_subscriptions(binaries, daemon.server, len(watchers))
        closed = log.read_text(encoding="utf-8").count("connection closed")

        set_loopback(False)
        took = wait_for_log(log, "connection closed", closed + len(watchers))
        print(f"the daemon found {len(watchers)} dead connections after {took:.1f} s")
        set_loopback(True)

        say(binaries, daemon.server, 2)
        last = status(binaries, daemon.server)["sequence"]
        for watcher in watchers:
            assert watcher.wait_for(last), f"nothing behind {watcher.sequences[-1]}"
            assert watcher.sequences == list(range(1, last + 1)), watcher.sequences
            watcher.process.terminate()
            watcher.process.wait(timeout=60)
        daemon.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
