"""A server's side of the feed without sockets or clocks, for the steps of a Subscriber."""

from __future__ import annotations

from typing import Any, Iterable

from capexdb._core.effects import Effect, Move, Moved, Open, Pause, Shut, Steps
from capexdb._core.endpoint import Settings, settings
from capexdb._core.feed import feed_of
from capexdb._core.frame import FrameReader
from capexdb._core.subscriber import Subscriber
from capexdb.errors import Unavailable
from capexdb.feed import Change, Item
from capexdb.v1.envelope_pb2 import ClientMessage, ServerMessage
from capexdb.v1.feed_pb2 import SubscribeRequest

from .support import WELCOME, frame


def change(sequence: int, **more: Any) -> dict[str, Any]:
    return {"change": {"sequence": sequence, "event": {"note": f"event {sequence}"}, **more}}


def progress(sequence: int) -> dict[str, Any]:
    return {"progress": {"sequence": sequence}}


def caught_up(sequence: int, end: bool = False) -> dict[str, Any]:
    return {"caught_up": {"sequence": sequence, "end": end}}


def gap(first: int, last: int) -> dict[str, Any]:
    return {"gap": {"first": first, "last": last}}


def error(code: int, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


class World:
    """Carries out steps. Time passes only while they wait. `break_after` bytes of the server, each
    connection breaks off; the next one has that many again, plus one."""

    def __init__(self, log: int = 0, break_after: int | None = None) -> None:
        self.now = 100.0
        self.log = log  # the store's last sequence
        self.break_after = break_after
        self.reachable = True
        self.scripts: list[list[dict[str, Any]]] = []  # instead of the log, one a subscription
        self.requests: list[SubscribeRequest] = []
        self.credits: list[int] = []
        self.opened: list[float] = []
        self._reader = FrameReader(1 << 20)
        self._output = b""
        self._left: int | None = None
        self._standing = False
        self._credit = 0
        self._at: int | None = None
        self._caught_up = False
        self._scripted = False

    def subscriber(self, **options: Any) -> Subscriber:
        return Subscriber(self.settings(), feed_of("subscribe", options))

    def settings(self) -> Settings:
        return settings("h:1", timeout=1, connect_timeout=1, backoff_min=1, backoff_max=8,
                        client_name="c", token="", clock=lambda: self.now)

    def run(self, steps: Steps[Any]) -> Any:
        result: Any = None
        failure: Exception | None = None
        while True:
            try:
                effect = steps.send(result) if failure is None else steps.throw(failure)
            except StopIteration as end:
                return end.value
            result, failure = None, None
            try:
                result = self._perform(effect)
            except Unavailable as unreachable:
                failure = unreachable

    def take(self, subscriber: Subscriber, count: int) -> list[Item]:
        return [self.run(subscriber.next(None)) for _ in range(count)]

    def send(self, *messages: dict[str, Any], request_id: int = 2) -> None:
        for message in messages:
            self._output += frame(ServerMessage(request_id=request_id, **message))

    def cut(self) -> None:
        self._standing = False

    def _perform(self, effect: Effect) -> Moved | None:
        if isinstance(effect, Open):
            self.opened.append(self.now)
            if not self.reachable:
                raise Unavailable("cannot reach h:1")
            self._reader, self._output, self._standing = FrameReader(1 << 20), b"", True
            self._at, self._credit, self._caught_up, self._scripted = None, 0, False, False
            self._left = self.break_after
            if self.break_after is not None:
                self.break_after += 1
        elif isinstance(effect, Pause):
            self.now = max(self.now, effect.until)
        elif isinstance(effect, Shut):
            self._standing = False
        elif isinstance(effect, Move):
            return self._move(effect)
        return None

    def _move(self, effect: Move) -> Moved:
        if not self._standing:
            return Moved(b"", "the connection is closed")
        self._reader.append(effect.data)
        while (body := self._reader.next()) is not None:
            self._hear(ClientMessage.FromString(body))
        self._play()
        output, self._output = self._output, b""
        if self._left is not None and len(output) >= self._left:
            self._standing = False
            return Moved(output[:self._left], "the connection broke")
        if self._left is not None:
            self._left -= len(output)
        if not output:
            self.now = max(self.now, effect.deadline)
        return Moved(output)

    def _hear(self, message: ClientMessage) -> None:
        kind = message.WhichOneof("message")
        if kind == "hello":
            self._output += frame(WELCOME)
        elif kind == "credit":
            assert message.credit.subscription == 2
            self.credits.append(message.credit.changes)
            self._credit += message.credit.changes
        elif kind == "subscribe":
            self.requests.append(message.subscribe)
            self._credit = message.subscribe.credit
            if self.scripts:
                self._scripted = True
                self.send(*self.scripts.pop(0))
                return
            self._at = self.log if message.subscribe.from_now else message.subscribe.after_sequence
            self.send(progress(self._at))

    def _play(self) -> None:
        """Every third event passes no filter."""
        if self._at is None or self._scripted:
            return
        while self._at < self.log:
            if (self._at + 1) % 3:
                if self._credit == 0:
                    return
                self._credit -= 1
                self.send(change(self._at + 1))
            self._at += 1
        if not self._caught_up:
            self._caught_up = True
            self.send(caught_up(self._at))


def sequences(items: Iterable[Item]) -> list[int]:
    return [item.sequence for item in items if isinstance(item, Change)]
