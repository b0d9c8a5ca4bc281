"""Carries out the steps of _core on the running event loop."""

from __future__ import annotations

import asyncio
import socket
import time
from typing import Any, AsyncIterator, Iterator, TypeVar, Union

from ._blocking import tune
from ._core.effects import END, Effect, Move, Moved, Next, Open, Pause, Shut, Steps
from ._core.endpoint import Endpoint
from ._core.lookup import Address, Found, look_up, numeric, reason, too_late, unreachable
from .errors import CapexdbError, Unavailable

T = TypeVar("T")

READ_AHEAD_BYTES = 1 << 20  # then the peer waits until the steps have taken them


class _Peer(asyncio.Protocol):
    """What came over a connection and was not taken yet."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._ended = ""
        self._news = asyncio.Event()
        self._paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        self._news.set()
        if len(self._received) >= READ_AHEAD_BYTES and self.transport is not None:
            self._paused = True
            self.transport.pause_reading()

    def eof_received(self) -> bool:
        self._end("the server closed the connection")
        return False

    def connection_lost(self, error: Exception | None) -> None:
        why = "the server closed the connection"
        if error is not None:
            why = f"the connection broke: {reason(error)}"
        self._end(why)

    def _end(self, why: str) -> None:
        self._ended = self._ended or why
        self._news.set()

    async def move(self, data: bytes, deadline: float) -> Moved:
        if data and not self._ended and self.transport is not None:
            self.transport.write(data)
        left = deadline - time.monotonic()
        if self._news.is_set() or self._ended or left <= 0:
            await asyncio.sleep(0)  # the loop's turn, and its news
        else:
            try:
                async with asyncio.timeout(left):
                    await self._news.wait()
            except TimeoutError:
                pass
        received = bytes(self._received)
        self._received.clear()
        self._news.clear()
        if self._paused and self.transport is not None and not self._ended:
            self._paused = False
            self.transport.resume_reading()
        return Moved(received, self._ended)


class Transport:
    """One connection at a time, one task at a time, on one event loop."""

    def __init__(self) -> None:
        self._peer: _Peer | None = None

    async def run(self, steps: Steps[T],
                  records: Union[AsyncIterator[Any], Iterator[Any]] = iter(()), *,
                  resumable: bool = False) -> T:
        """Whatever ends the steps in the middle, such as the task's cancellation, closes the
        connection: an answer may be on its way that nobody waits for any more. Not so of
        `resumable` steps: a cancelled Move has sent its data and taken none, so that others can
        go on with the connection."""
        result: Any = None
        failure: Exception | None = None
        effect: Effect | None = None
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
                        if isinstance(records, AsyncIterator):
                            result = await anext(records, END)
                        else:
                            result = next(records, END)
                    except Exception as error:
                        failure = error
                else:
                    try:
                        result = await self._perform(effect)
                    except CapexdbError as error:
                        failure = error
        except CapexdbError:
            raise
        except asyncio.CancelledError:
            if not (resumable and isinstance(effect, Move)):
                self.shut()
            raise
        except BaseException:
            self.shut()
            raise
        finally:
            steps.close()

    def shut(self) -> None:
        if self._peer is not None and self._peer.transport is not None:
            self._peer.transport.abort()
        self._peer = None

    async def _perform(self, effect: Effect) -> Moved | None:
        if isinstance(effect, Move):
            if self._peer is None:
                return Moved(b"", "the connection is closed")
            return await self._peer.move(effect.data, effect.deadline)
        if isinstance(effect, Open):
            await self._open(effect.endpoint, effect.deadline)
        elif isinstance(effect, Pause):
            await asyncio.sleep(_left(effect.until))
        elif isinstance(effect, Shut):
            self.shut()
        return None

    async def _open(self, endpoint: Endpoint, deadline: float) -> None:
        self.shut()
        addresses = await _addresses(endpoint, deadline)
        failure: Unavailable = too_late(endpoint)
        for index, address in enumerate(addresses):
            try:
                async with asyncio.timeout(_left(deadline) / (len(addresses) - index)):
                    self._peer = await _connected(address)
                return
            except TimeoutError:
                failure = too_late(endpoint)
            except OSError as error:
                failure = unreachable(endpoint, error)
        raise failure


def _left(deadline: float) -> float:
    return max(0.0, deadline - time.monotonic())


async def _addresses(endpoint: Endpoint, deadline: float) -> list[Address]:
    addresses = numeric(endpoint)
    if addresses:
        return addresses
    loop = asyncio.get_running_loop()
    known: asyncio.Future[Found] = loop.create_future()

    def settle(found: Found) -> None:
        if not known.done():
            known.set_result(found)

    def done(found: Found) -> None:
        try:
            loop.call_soon_threadsafe(settle, found)
        except RuntimeError:
            pass  # the loop has ended meanwhile

    look_up(endpoint, done)
    try:
        async with asyncio.timeout(_left(deadline)):
            found = await known
    except TimeoutError:
        raise too_late(endpoint) from None
    if isinstance(found, Unavailable):
        raise found
    return found


async def _connected(address: Address) -> _Peer:
    """Error: OSError."""
    made = socket.socket(address.family, socket.SOCK_STREAM)
    try:
        made.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(made, address.sockaddr)
        tune(made)
        _, peer = await loop.create_connection(_Peer, sock=made)
    except BaseException:
        made.close()
        raise
    return peer
