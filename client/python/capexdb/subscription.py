"""The blocking subscription: an iterator of what happens in the store."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Callable, TypeVar

from ._blocking import Transport
from ._core import cursors
from ._core.asking import Call
from ._core.endpoint import Settings, span
from ._core.feed import Feed
from ._core.standing import Standing
from ._core.subscriber import Subscriber
from .errors import FailedPrecondition
from .feed import Item

T = TypeVar("T")


class Subscription(Standing):
    """Made by Client.subscribe. Iteration waits for changes without end: it ends with a replay, or
    when `close` is called, also by another thread. It has a connection of its own; when that breaks
    or is silent, another one goes on behind the last item that was handed out, so that each change
    comes once. Calls of several threads take turns.

    Errors of iteration and next: Unavailable (not reached for `give_up_after`; asked again, it
    tries again), ProtocolError, and whatever the server answers, such as OutOfRange where it has
    another store now; these end it."""

    def __init__(self, settings: Settings, feed: Feed,
                 ask: Callable[[Call[int], float | None], int]) -> None:
        """Client.subscribe is the way to it."""
        self._settings = settings
        self._feed = feed
        self._ask = ask
        self._subscriber = Subscriber(settings, feed)
        self._transport = Transport()
        self._turn = threading.Lock()
        self._closed = False

    def _open(self, deadline: float) -> None:
        try:
            self._transport.run(self._subscriber.open(deadline))
            first = cursors.first_ack(self._feed, self._subscriber)
            if first is not None:
                self._ask(first, max(deadline - self._settings.clock(), 0.001))
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Subscription:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def __iter__(self) -> Subscription:
        return self

    def __next__(self) -> Item:
        try:
            item = self.next()
        except FailedPrecondition as error:
            if error.reason != "closed":
                raise
            item = None
        if item is None:
            raise StopIteration
        return item

    def next(self, timeout: float | None = None) -> Item | None:
        """The next item, waiting for it as long as it takes, or `timeout` seconds; 0 takes what is
        there. None when there was none in time, or a replay is over (`ended`). While a broken
        connection is made anew it may take a second longer."""
        clock = self._settings.clock
        deadline = None if timeout is None else clock() + span("timeout", timeout)
        if not self._turn.acquire(timeout=-1 if deadline is None else max(deadline - clock(), 0)):
            return None
        try:
            return self._transport.run(self._subscriber.next(deadline))
        finally:
            self._turn.release()
            if self._closed or self._subscriber.ended:
                self._shut()

    def ack(self, sequence: int | None = None, *, rewind: bool = False,
            timeout: float | None = None) -> int:
        """Moves the cursor: all that was handed out, or all up to `sequence`, has been dealt with.
        It is on disk when this returns where the cursor stands, which is never further back than
        before but with `rewind`. Goes over the client's connection, and is tried again for
        `give_up_after`, or the timeout. Errors: as of a call; FailedPrecondition without a
        cursor."""
        call = cursors.next_ack(self._feed, self._subscriber, sequence, rewind)
        return self._ask(call, cursors.patience(self._feed) if timeout is None else timeout)

    def close(self) -> None:
        """Ends iteration; also one that another thread is in."""
        self._closed = True
        self._subscriber.close()
        self._transport.interrupt()
        self._shut()

    def _shut(self) -> None:
        """Unless a thread is in the transport, which does it when it comes out."""
        if self._turn.acquire(blocking=False):
            try:
                self._transport.shut()
            finally:
                self._turn.release()
