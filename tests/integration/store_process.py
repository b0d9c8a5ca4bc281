"""A capexd of a test's own, and the command line that talks to it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from shown_commands import free_port


class Checks:
    """What does not agree is printed and counted."""

    def __init__(self) -> None:
        self.faults = 0

    def same(self, what: str, wanted, got) -> None:
        if wanted != got:
            self.faults += 1
            print(f"{what}: wanted {str(wanted)[:400]}, got {str(got)[:400]}")


class Store:
    def __init__(self, binaries: Path, directory: str, *flags: str):
        self.binaries = binaries
        self.directory = directory
        self.process = subprocess.Popen(
            [str(binaries / "capexd"), "--data-dir", directory, "--listen", "127.0.0.1:0",
             *flags], stderr=subprocess.DEVNULL)
        endpoint = Path(directory) / "endpoint"
        give_up = time.monotonic() + 60
        while time.monotonic() < give_up and self.process.poll() is None:
            if endpoint.exists():
                for line in endpoint.read_text(encoding="utf-8").splitlines():
                    kind, self.server = line.split()
                    if kind == "tcp":
                        return
            time.sleep(0.01)
        sys.exit("capexd does not serve")

    def run(self, *words: str, **more) -> subprocess.CompletedProcess:
        command = [str(self.binaries / "capex"), *words, "--server", self.server, "-o", "json"]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False,
                              **more)

    def ask(self, *words: str) -> dict:
        done = self.run(*words)
        assert done.returncode == 0, (words, done.returncode, done.stderr)
        return json.loads(done.stdout)

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(timeout=60)

    def dump(self) -> str:
        """What a store that was stopped holds, in an order of its own."""
        command = [str(self.binaries / "capexd"), "dump", "--canonical", "--data-dir",
                   self.directory]
        return subprocess.run(command, capture_output=True, text=True, timeout=120,
                              check=True).stdout


class Daemon:
    """A capexd that comes back at the same address."""

    def __init__(self, binaries: Path, directory: str, log: Path | None = None):
        """`log` gets all that it says."""
        self.binaries = binaries
        self.directory = directory
        self.log = log
        self.server = f"127.0.0.1:{free_port()}"
        self.start()

    def start(self) -> None:
        with open(self.log or os.devnull, "ab") as log:
            self.process = subprocess.Popen(
                [str(self.binaries / "capexd"), "--data-dir", self.directory, "--listen",
                 self.server, "--log-level", "debug" if self.log else "info"], stderr=log)
        host, port = self.server.split(":")
        give_up = time.monotonic() + 60
        while time.monotonic() < give_up and self.process.poll() is None:
            try:
                socket.create_connection((host, int(port))).close()
                return
            except OSError:
                time.sleep(0.02)
        sys.exit("capexd does not serve")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=60)

    def stop(self) -> str:
        """What it holds, in one form."""
        self.process.terminate()
        assert self.process.wait(timeout=60) == 0
        subprocess.run([str(self.binaries / "capexd"), "check", "--data-dir", self.directory],
                       check=True, capture_output=True)
        return subprocess.run([str(self.binaries / "capexd"), "dump", "--canonical", "--data-dir",
                               self.directory], check=True, capture_output=True, text=True).stdout
