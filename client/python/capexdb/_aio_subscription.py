"""The asyncio subscription: subscription.py's, awaited."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, Awaitable, Callable, Generator

from ._asyncio import Transport
from ._core import cursors
from ._core.asking import Call
from ._core.endpoint import Settings, span
from ._core.feed import Feed
from ._core.standing import Standing
from ._core.subscriber import Subscriber
from .errors import FailedPrecondition
from .feed import Item


class Subscription(Standing):
    """Made by Client.subscribe: `async for` over it, or over `await` of it, or over what `async
    with` makes of it. It begins with the first of these; the latter two also end it in time.

    The rest is as of the blocking one. A task that is cancelled while it waits loses nothing, nor
    costs it the connection."""

    def __init__(self, settings: Settings, feed: Feed,
                 ask: Callable[[Call[int], float | None], Awaitable[int]],
                 timeout: float) -> None:
        """Client.subscribe is the way to it."""
        self._settings = settings
        self._feed = feed
        self._ask = ask
        self._timeout = timeout
        self._subscriber = Subscriber(settings, feed)
        self._transport = Transport()
        self._turn = asyncio.Lock()
        self._opened = False
        self._closed = False

    def __await__(self) -> Generator[Any, None, Subscription]:
        return self.__aenter__().__await__()

    async def __aenter__(self) -> Subscription:
        async with self._turn:
            try:
                await self._open()
            except BaseException:
                self.close()
                raise
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None,
                        trace: TracebackType | None) -> None:
        self.close()

    def __aiter__(self) -> Subscription:
        return self

    async def __anext__(self) -> Item:
        try:
            item = await self.next()
        except FailedPrecondition as error:
            if error.reason != "closed":
                raise
            item = None
        if item is None:
            raise StopAsyncIteration
        return item

    async def next(self, timeout: float | None = None) -> Item | None:
        """The next item, waiting for it as long as it takes, or `timeout` seconds; 0 takes what is
        there. None when there was none in time, or a replay is over (`ended`)."""
        clock = self._settings.clock
        deadline = None if timeout is None else clock() + span("timeout", timeout)
        try:
            async with asyncio.timeout(None if deadline is None else max(deadline - clock(), 0)):
                await self._turn.acquire()
        except TimeoutError:
            return None
        try:
            await self._open()
            return await self._run(deadline)
        finally:
            self._turn.release()

    async def ack(self, sequence: int | None = None, *, rewind: bool = False,
                  timeout: float | None = None) -> int:
        """Moves the cursor: all that was handed out, or all up to `sequence`, has been dealt with.
        As the blocking one's."""
        call = cursors.next_ack(self._feed, self._subscriber, sequence, rewind)
        return await self._ask(call, cursors.patience(self._feed) if timeout is None else timeout)

    def close(self) -> None:
        """Ends iteration; also one that another task is in. It does not wait."""
        self._closed = True
        self._subscriber.close()
        self._transport.shut()

    async def aclose(self) -> None:
        """As close, for contextlib.aclosing."""
        self.close()

    async def _open(self) -> None:
        if self._opened:
            return
        deadline = self._settings.clock() + self._timeout
        try:
            await self._transport.run(self._subscriber.open(deadline), resumable=True)
        finally:
            if self._closed:
                self._transport.shut()
        first = cursors.first_ack(self._feed, self._subscriber)
        if first is not None:
            await self._ask(first, max(deadline - self._settings.clock(), 0.001))
        self._opened = True

    async def _run(self, deadline: float | None) -> Item | None:
        try:
            return await self._transport.run(self._subscriber.next(deadline), resumable=True)
        finally:
            if self._closed or self._subscriber.ended:
                self._transport.shut()
