"""capexd as a process, servers that misbehave, and rows to send."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, Iterator

from capexdb._core.frame import varint
from capexdb.v1.envelope_pb2 import ClientMessage, ServerMessage
from capexdb.v1.event_pb2 import Event

ROOT = Path(__file__).resolve().parents[1]
SECONDS_MAX = 60  # for anything that is waited for


def program(variable: str) -> str:
    path = os.environ.get(variable)
    if not path:
        raise unittest.SkipTest(f"{variable} does not name the program")
    return path


def free_port() -> int:
    """Outside of the range from which outgoing connections have theirs, so that it is still free
    when a daemon that was killed starts again."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class Daemon:
    """capexd on a directory and a port of its own, which it keeps over restarts."""

    def __init__(self, *options: str) -> None:
        self._program = program("CAPEXD")
        self._options = options
        self._directory = Path(tempfile.mkdtemp(prefix="capexdb-python-"))
        self._process: subprocess.Popen[bytes] | None = None
        self.server = f"127.0.0.1:{free_port()}"
        self.start()

    def start(self) -> None:
        endpoint = self._directory / "data" / "endpoint"
        endpoint.unlink(missing_ok=True)  # a daemon that was killed leaves it behind
        log = (self._directory / "log").open("ab")
        with log:
            self._process = subprocess.Popen([
                self._program, "--data-dir", str(self._directory / "data"), "--listen", self.server,
                *self._options
            ], stderr=log)
        give_up_at = time.monotonic() + SECONDS_MAX
        while not endpoint.exists():  # polls for the file that the daemon writes when it serves
            if self._process.poll() is not None or time.monotonic() > give_up_at:
                raise AssertionError(f"capexd does not serve:\n{self.log()}")
            time.sleep(0.005)

    def kill(self) -> None:
        """SIGKILL."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(SECONDS_MAX)

    def restart(self) -> None:
        self.kill()
        self.start()

    def stop(self) -> None:
        """SIGSTOP: it neither answers nor ends."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def log(self) -> str:
        return (self._directory / "log").read_text(encoding="utf-8")

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill()
        shutil.rmtree(self._directory)


class DaemonTest(unittest.TestCase):
    """Tests that share one daemon, each with companies of its own."""

    daemon: Daemon

    @classmethod
    def setUpClass(cls) -> None:
        cls.daemon = Daemon()

    @classmethod
    def tearDownClass(cls) -> None:
        cls.daemon.close()

    def own_daemon(self) -> Daemon:
        daemon = Daemon()
        self.addCleanup(daemon.close)
        return daemon


def row(company: str, value: Any = "1", **more: Any) -> dict[str, Any]:
    return {
        "company": company,
        "metric": "capex",
        "period": "2024-H1",
        "value": value,
        "currency": "USD",
        "source": "Test",
        "published_at": "2024-08-26",
        **more
    }


def events(company: str, count: int, note: str = "") -> Iterator[Event]:
    """The i-th one has the value i."""
    for i in range(count):
        event = Event(published_at="2024-08-26", note=note)
        event.source.publisher = "Test"
        event.capex.subject.name = company
        event.capex.period.start = "2024-01-01"
        event.capex.period.end = "2024-06-30"
        event.capex.amount.value = str(i)
        event.capex.amount.currency = "USD"
        yield event


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def frame(message: ServerMessage) -> bytes:
    data = message.SerializeToString()
    return varint(len(data)) + data


WELCOME = ServerMessage(request_id=1)
WELCOME.welcome.protocol_version = 1
WELCOME.welcome.limits.requests_in_flight_max = 64


class Peer:
    """The server's side of one connection."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._stream = connection.makefile("rb")

    def receive(self) -> ClientMessage | None:
        length = shift = 0
        while byte := self._stream.read(1):
            length |= (byte[0] & 0x7F) << shift
            shift += 7
            if byte[0] < 0x80:
                return ClientMessage.FromString(self._stream.read(length))
        return None

    def send(self, data: bytes | ServerMessage) -> None:
        self.connection.sendall(data if isinstance(data, bytes) else frame(data))

    def greet(self) -> None:
        self.receive()
        self.send(WELCOME)

    def drain(self) -> None:
        """Until the client has gone."""
        while self.receive() is not None:
            pass

    def close(self) -> None:
        self._stream.close()
        self.connection.close()


@contextmanager
def fake_server(*scripts: Callable[[Peer], None]) -> Iterator[str]:
    """Plays the scripts with one connection each, then takes no more. Yields HOST:PORT; faults of
    a script are raised at the end."""
    listener = socket.create_server(("127.0.0.1", 0))
    faults: list[BaseException] = []

    def play() -> None:
        try:
            for script in scripts:
                connection, _ = listener.accept()
                connection.settimeout(SECONDS_MAX)
                peer = Peer(connection)
                try:
                    script(peer)
                except (BrokenPipeError, ConnectionResetError):
                    pass  # a client may leave in the middle
                finally:
                    peer.close()
        except OSError:
            pass  # the test is over
        except BaseException as fault:
            faults.append(fault)
        finally:
            listener.close()

    thread = threading.Thread(target=play)
    thread.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        try:
            listener.shutdown(socket.SHUT_RDWR)  # wakes accept
        except OSError:
            pass
        thread.join(SECONDS_MAX)
        if faults:
            raise faults[0]
