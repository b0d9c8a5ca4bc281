"""Carries out the steps of _core over a socket, blocking the calling thread."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from typing import Any, Iterator, TypeVar

from ._core.effects import END, Effect, Move, Moved, Next, Open, Pause, Shut, Steps
from ._core.endpoint import Endpoint
from ._core.lookup import Address, Found, look_up, numeric, reason, too_late, unreachable
from .errors import CapexdbError, Unavailable

T = TypeVar("T")

READ_BYTES = 256 << 10
WAIT_SECONDS_MAX = 1e6  # more than that some systems do not wait


class Transport:
    """One connection at a time. One thread."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._selector: selectors.BaseSelector | None = None
        self._wanted = 0  # events
        self._output = bytearray()
        self._write_failed = False
        self._ended = ""

    def run(self, steps: Steps[T], records: Iterator[Any] = iter(())) -> T:
        """Whatever ends the steps in the middle closes the connection: an answer may be on its
        way that nobody waits for any more."""
        result: Any = None
        failure: Exception | None = None
        try:
            while True:
                try:
                    effect = steps.send(result) if failure is None else steps.throw(failure)
                except StopIteration as end:
                    answer: T = end.value
                    return answer
                result, failure = None, None
                if isinstance(effect, Next):
                    try:
                        result = next(records, END)
                    except Exception as error:
                        failure = error
                else:
                    try:
                        result = self._perform(effect)
                    except CapexdbError as error:
                        failure = error
        except CapexdbError:
            raise
        except BaseException:
            self.shut()
            raise
        finally:
            steps.close()

    def shut(self) -> None:
        if self._selector is not None:
            self._selector.close()
        if self._socket is not None:
            self._socket.close()
        self._selector = self._socket = None
        self._output.clear()

    def interrupt(self) -> None:
        """Ends the connection under whichever thread is in `run`, which then hears of it."""
        connected = self._socket
        if connected is not None:
            try:
                connected.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it has ended already

    def _perform(self, effect: Effect) -> Moved | None:
        if isinstance(effect, Move):
            return self._move(effect.data, effect.deadline)
        if isinstance(effect, Open):
            self._open(effect.endpoint, effect.deadline)
        elif isinstance(effect, Pause):
            time.sleep(_left(effect.until))
        elif isinstance(effect, Shut):
            self.shut()
        return None

    def _open(self, endpoint: Endpoint, deadline: float) -> None:
        self.shut()
        addresses = _addresses(endpoint, deadline)
        failure: Unavailable = too_late(endpoint)
        for index, address in enumerate(addresses):
            try:
                self._use(_connected(address, _left(deadline) / (len(addresses) - index)))
                return
            except TimeoutError:
                failure = too_late(endpoint)
            except OSError as error:
                failure = unreachable(endpoint, error)
        raise failure

    def _use(self, connected: socket.socket) -> None:
        self._socket = connected
        self._selector = selectors.DefaultSelector()
        self._wanted = selectors.EVENT_READ
        self._selector.register(connected, self._wanted)
        self._write_failed = False
        self._ended = ""

    def _move(self, data: bytes, deadline: float) -> Moved:
        if self._socket is None or self._selector is None:
            return Moved(b"", self._ended or "the connection is closed")
        if not self._write_failed:
            self._output += data
        self._send(self._socket)
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._output else 0)
        if wanted != self._wanted:
            self._selector.modify(self._socket, wanted)
            self._wanted = wanted
        received = b""
        for _, ready in self._selector.select(min(_left(deadline), WAIT_SECONDS_MAX)):
            if ready & selectors.EVENT_READ:
                received = self._receive(self._socket)
            if ready & selectors.EVENT_WRITE:
                self._send(self._socket)
        return Moved(received, self._ended)

    def _send(self, to: socket.socket) -> None:
        try:
            while self._output:
                del self._output[:to.send(self._output[:READ_BYTES])]
        except (BlockingIOError, InterruptedError):
            pass
        except OSError:
            # What the server said before it went is still to be read; reading ends the connection.
            self._write_failed = True
            self._output.clear()

    def _receive(self, of: socket.socket) -> bytes:
        try:
            received = of.recv(READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return b""
        except OSError as error:
            self._ended = f"the connection broke: {reason(error)}"
            return b""
        if not received:
            self._ended = "the server closed the connection"
        return received


def _left(deadline: float) -> float:
    return max(0.0, deadline - time.monotonic())


def _addresses(endpoint: Endpoint, deadline: float) -> list[Address]:
    addresses = numeric(endpoint)
    if addresses:
        return addresses
    known = threading.Event()
    result: list[Found] = []

    def done(found: Found) -> None:
        result.append(found)
        known.set()

    look_up(endpoint, done)
    if not known.wait(_left(deadline)):
        raise too_late(endpoint)
    if isinstance(result[0], Unavailable):
        raise result[0]
    return result[0]


def _connected(address: Address, seconds: float) -> socket.socket:
    """Error: OSError."""
    made = socket.socket(address.family, socket.SOCK_STREAM)
    try:
        made.settimeout(max(seconds, 0.001))
        made.connect(address.sockaddr)
        made.setblocking(False)
        tune(made)
    except BaseException:
        made.close()
        raise
    return made


def tune(connected: socket.socket) -> None:
    """Only a matter of speed, and of noticing a peer that has vanished."""
    try:
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    except OSError:
        pass
