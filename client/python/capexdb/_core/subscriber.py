"""One subscription from its beginning to its end, over as many connections as it takes: each goes
on where the last one broke, so that every change comes once and none is skipped.
"""

from __future__ import annotations

import math
import random

from ..errors import (CapexdbError, DeadlineExceeded, FailedPrecondition, ProtocolError,
                      Unavailable, may_be_asked_again)
from ..feed import CaughtUp, Change, Gap, Item, Progress
from ..v1.envelope_pb2 import Hello
from ..v1.feed_pb2 import Credit, SubscribeRequest
from .connection import Reply
from .effects import Pause, Shut, Steps
from .endpoint import Settings
from .feed import Feed, item_of
from .link import Link

OPEN_AT_LEAST = 1.0  # seconds for a connection, where the caller has less
LISTEN_AT_LEAST = 0.1  # before silence is believed, where nobody listened for long
LISTEN_AT_MOST = 3600.0  # at a time; longer is too long for some systems
NEVER = math.inf


class Subscriber:
    """`open` and `next` are steps, for one caller at a time. Steps may be left in the middle: the
    next ones go on with the connection, or find it closed and make another."""

    def __init__(self, settings: Settings, feed: Feed, jitter: random.Random | None = None) -> None:
        self._settings = settings
        self._feed = feed
        self._hello = Hello(client_name=settings.client_name, token=settings.token)
        self.position: int | None = None  # everything up to it was handed out; None: not begun
        self.ended = False  # the replay is over
        self.reconnects = 0
        self.replay_at: int | None = None  # the newest sequence of a replay, once it has begun
        self._held: Item | None = None  # what came while it was opened
        self._over: CapexdbError | None = None  # nothing comes any more

        self._link: Link | None = None
        self._request_id = 0
        self._begins_at: int | None = None  # what the first Progress has to say, where it is known
        self._begun = False  # that one has come
        self._granted = 0  # changes that the connection may bring
        self._taken = 0  # changes that were handed out and not credited again

        self._jitter = jitter or random.Random()
        self._attempts = 0  # without anything new
        self._retry_at = 0.0
        self._trying_since: float | None = None
        self._left_at: float | None = None
        self._last_failure: CapexdbError = Unavailable("no connection")

    def close(self) -> None:
        """Steps that are under way, and later ones, end with FailedPrecondition, once they are
        woken."""
        self._over = FailedPrecondition("the subscription is closed", reason="closed")

    def open(self, deadline: float) -> Steps[None]:
        """Until the server has said where it begins. Errors: as of next; DeadlineExceeded, and
        Unavailable where there was no connection in time."""
        clock = self._settings.clock
        self._enter()
        try:
            while self.position is None:
                self._check_over()
                self._held = yield from self._step(deadline)
                if self.position is None and clock() >= deadline:
                    if self._link is None:
                        raise self._last_failure
                    raise DeadlineExceeded(f"no answer from {self._settings.server} in time")
        finally:
            self._left_at = clock()

    def next(self, deadline: float | None) -> Steps[Item | None]:
        """The next item that is wanted; None when the deadline passes first or a replay is over.
        Errors: Unavailable (not reached for give_up_after; to be asked again), ProtocolError and
        whatever the server answers, which end it."""
        clock = self._settings.clock
        self._enter()
        try:
            while True:
                self._check_over()
                item, self._held = self._held, None
                if item is None:
                    if self.ended:
                        return None
                    item = yield from self._step(NEVER if deadline is None else deadline)
                if item is not None and self._feed.wants(item):
                    return item
                if deadline is not None and clock() >= deadline and not self._has_reply:
                    return None
        finally:
            self._left_at = clock()

    def _check_over(self) -> None:
        if self._over is not None:
            raise self._over.with_traceback(None)

    @property
    def _has_reply(self) -> bool:
        return self._link is not None and self._link.has_reply

    def _enter(self) -> None:
        """While nobody asks, no time passes towards giving up."""
        if self._trying_since is not None and self._left_at is not None:
            self._trying_since += self._settings.clock() - self._left_at

    def _step(self, deadline: float) -> Steps[Item | None]:
        """Waits, at most until the deadline, for one thing to happen."""
        if self._link is None:
            yield from self._reconnect(deadline)
            return None
        link = self._link
        clock = self._settings.clock
        self._give_credit(link)
        dead_at = max(link.heard_at + self._feed.silence_limit, clock() + LISTEN_AT_LEAST)
        try:
            reply = yield from link.wait(min(deadline, dead_at, clock() + LISTEN_AT_MOST))
            if reply is None:
                if clock() >= link.heard_at + self._feed.silence_limit:
                    raise Unavailable(f"nothing was heard from {self._settings.server} for "
                                      f"{self._feed.silence_limit:g} s")
                return None
            if link.changes > self._granted:
                raise ProtocolError(f"the server sends {link.changes} changes, with credit for "
                                    f"{self._granted}")
            if reply.error is not None:
                raise reply.error
            return self._take(reply)
        except CapexdbError as error:
            yield from self._disconnect(error)
            return None

    # What comes.

    def _take(self, reply: Reply) -> Item:
        """Error: ProtocolError, and then the reply has not been there."""
        if reply.request_id != self._request_id:
            raise ProtocolError("the server answers a request that was none")
        item = item_of(reply)
        if not self._begun:
            self._begin(item)
            return item
        if self._feed.is_replay:
            self._take_of_replay(item)
        else:
            self._take_of_log(item)
        if isinstance(item, Change):
            self._taken += 1
        self._attempts, self._trying_since = 0, None
        return item

    def _begin(self, item: Item) -> None:
        if not isinstance(item, Progress):
            raise ProtocolError("the server does not say where the subscription begins")
        if self._begins_at is not None and item.sequence != self._begins_at:
            raise ProtocolError(f"the subscription was to begin at {self._begins_at}, the server "
                                f"begins at {item.sequence}")
        if self._feed.is_replay:
            self.replay_at = item.sequence
            if self.position is None:
                self.position = self._feed.request.replay.after_sequence
        else:
            self.position = item.sequence
        self._begun = True

    def _take_of_log(self, item: Item) -> None:
        assert self.position is not None
        at = self.position
        if isinstance(item, Change):
            forward = item.sequence > at
        elif isinstance(item, Gap):
            # Only a filter may have passed over what lies between, which then needs no Progress.
            forward = at < item.first <= item.last
            if forward and item.first != at + 1 and not self._feed.is_filtered:
                raise ProtocolError(f"the feed leaves out what it does not tell of: a gap from "
                                    f"{item.first} to {item.last} behind {at}")
        else:
            forward = item.sequence >= at
        if not forward:
            raise ProtocolError(f"the feed goes back: {_told(item)} behind {at}")
        if isinstance(item, CaughtUp) and item.end:
            raise ProtocolError("the server ends a subscription that has no end")
        self.position = item.sequence

    def _take_of_replay(self, item: Item) -> None:
        assert self.replay_at is not None
        if isinstance(item, Change):
            if not 0 < item.sequence <= self.replay_at or item.sequence == self.position:
                raise ProtocolError(f"a replay up to {self.replay_at} at {self.position} goes on "
                                    f"with {item.sequence}")
            self.position = item.sequence
        elif isinstance(item, CaughtUp) and item.end:
            self.ended = True

    # The connection.

    def _give_credit(self, link: Link) -> None:
        """In portions of half the window."""
        if self._begun and self._taken >= max(1, self._feed.request.credit // 2):
            credit = Credit(subscription=self._request_id, changes=self._taken)
            link.send("credit", credit.SerializeToString())
            self._granted += self._taken
            self._taken = 0

    def _disconnect(self, why: CapexdbError) -> Steps[None]:
        """The connection is of no use any more; a later step makes another."""
        self._link = None
        yield Shut()
        if not may_be_asked_again(why):
            self._over = why
            raise why
        self._last_failure = why
        ceiling = min(self._settings.backoff_max,
                      self._settings.backoff_min * 2.0**self._attempts)
        self._attempts = min(self._attempts + 1, 16)
        self._retry_at = self._settings.clock() + self._jitter.uniform(ceiling / 2, ceiling)

    def _reconnect(self, deadline: float) -> Steps[None]:
        clock = self._settings.clock
        if self._trying_since is None:
            self._trying_since = clock()
        give_up_at = self._trying_since + self._feed.give_up_after
        if self._retry_at > clock():
            yield Pause(min(self._retry_at, give_up_at, deadline))
        if clock() >= give_up_at:
            self._trying_since = None  # whoever asks again wants it to be tried again
            raise Unavailable(f"{self._last_failure}; gave up after "
                              f"{self._feed.give_up_after:g} s")
        if clock() < self._retry_at or self._over is not None:
            return
        link = Link(self._settings, self._hello)
        try:
            yield from link.open(min(give_up_at, max(deadline, clock() + OPEN_AT_LEAST)))
        except CapexdbError as error:
            yield from self._disconnect(error)
            return
        request = self._request()
        self._begins_at = self._expected(request)
        self._request_id = link.send("subscribe", request.SerializeToString())
        self._link = link
        self._begun = False
        self._granted, self._taken = request.credit, 0
        if self.position is not None:
            self.reconnects += 1

    def _request(self) -> SubscribeRequest:
        """As it was asked for, or behind what has come."""
        request = SubscribeRequest()
        request.CopyFrom(self._feed.request)
        if self.position is None:
            return request
        if self._feed.is_replay:
            request.replay.at_sequence = self.replay_at or 0
            request.replay.after_sequence = self.position
            return request
        request.ClearField("from_now")
        request.ClearField("cursor")
        request.after_sequence = self.position
        return request

    def _expected(self, request: SubscribeRequest) -> int | None:
        if self._feed.is_replay:
            return self.replay_at or request.replay.at_sequence or None
        return None if request.from_now or request.cursor else request.after_sequence


def _told(item: Item) -> str:
    return f"{type(item).__name__} {item.sequence}"
