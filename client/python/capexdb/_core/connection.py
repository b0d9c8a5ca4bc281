"""A client's half of the protocol, without sockets or clocks: bytes and ends go in; bytes to send
and replies come out.

    greeting --Welcome--> open --end, Error or a broken rule--> failed
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum

from ..errors import CapexdbError, ProtocolError, error_of
from ..v1.envelope_pb2 import ClientMessage, Error, Hello, ServerMessage, Welcome
from .frame import FrameReader, field_head, varint
from .messages import parse

PROTOCOL_VERSION = 1

# Replies may be larger than requests: a batch of many bad records has a verdict for each.
REPLY_BYTES_MAX = 16 << 20

_LAST_ANSWERS = {
    "hello": "welcome",
    "ingest": "ingest",
    "query": "query_done",
    "show": "show",
    "catalog": "catalog",
    "status": "status",
    "quarantine": "quarantine",
    "ping": "pong",
    "subscribe": "end",  # of a replay; another one ends with an Error only
    "ack": "ack",
    "cursors": "cursors",
}
_UNANSWERED = ("credit",)
_BEFORE_THE_LAST = {
    "query_done": ("query_chunk",),
    "end": ("change", "caught_up", "progress", "gap"),
}
_NUMBERS = {
    name: ClientMessage.DESCRIPTOR.fields_by_name[name].number
    for name in (*_LAST_ANSWERS, *_UNANSWERED)
}
_REQUEST_ID = varint(ClientMessage.REQUEST_ID_FIELD_NUMBER << 3)


class State(Enum):
    GREETING = 1
    OPEN = 2
    FAILED = 3


@dataclass(frozen=True, slots=True)
class Reply:
    """Either a message or the server's Error to this request."""

    request_id: int
    message: ServerMessage | None
    error: CapexdbError | None
    last: bool  # nothing more comes for this request
    body: bytes = b""  # the message as it came


def exception_of(error: Error) -> CapexdbError:
    field = error.violations[0].field if error.violations else ""
    return error_of(error.code, error.message, field, error.reason)


class ConnectionFsm:
    """Hello is queued by the constructor. Each reply is matched with its request; one that fits
    none is a fault of the server."""

    def __init__(self, hello: Hello) -> None:
        greeting = Hello()
        greeting.CopyFrom(hello)
        greeting.protocol_version = PROTOCOL_VERSION
        self.state = State.GREETING
        self.welcome = Welcome()  # once open
        self.error: CapexdbError | None = None  # once failed
        self.changes = 0  # of the feed, that came
        self._reader = FrameReader(REPLY_BYTES_MAX)
        self._output: list[bytes] = []
        self._replies: deque[Reply] = deque()
        self._in_flight: dict[int, str] = {}  # by the answer that ends the request
        self._last_request_id = 0
        self.send("hello", greeting.SerializeToString())

    @property
    def is_failed(self) -> bool:
        return self.state is State.FAILED

    def send(self, kind: str, *request: bytes) -> int:
        """Queues a request, whose bytes may come in parts, under an id of its own."""
        self._last_request_id += 1
        head = (_REQUEST_ID + varint(self._last_request_id) +
                field_head(_NUMBERS[kind], sum(map(len, request))))
        self._output.append(varint(len(head) + sum(map(len, request))) + head)
        self._output.extend(request)
        if kind not in _UNANSWERED:
            self._in_flight[self._last_request_id] = _LAST_ANSWERS[kind]
        return self._last_request_id

    @property
    def has_output(self) -> bool:
        return bool(self._output)

    def take_output(self) -> bytes:
        output = b"".join(self._output)
        self._output.clear()
        return output

    @property
    def has_reply(self) -> bool:
        return bool(self._replies)

    def next_reply(self) -> Reply | None:
        """Replies in the order in which they came, also those before the end."""
        return self._replies.popleft() if self._replies else None

    def on_bytes(self, data: bytes) -> None:
        if self.is_failed:
            return
        self._reader.append(data)
        try:
            while not self.is_failed and (body := self._reader.next()) is not None:
                message = parse(ServerMessage(), body)
                if message is None:
                    raise ProtocolError("a message of the server cannot be parsed")
                self._handle(message, body)
        except ProtocolError as error:
            self.on_disconnected(error)

    def on_disconnected(self, error: CapexdbError) -> None:
        if self.is_failed:
            return
        self.state = State.FAILED
        self.error = error
        self._in_flight.clear()
        self._output.clear()

    def _handle(self, message: ServerMessage, body: bytes) -> None:
        kind = message.WhichOneof("message")
        if self.state is State.GREETING:
            self._handle_greeting(kind, message)
            return
        request_id = message.request_id
        expected = self._in_flight.get(request_id)
        if kind == "error":
            error = exception_of(message.error)
            if expected is None:  # it is about the connection itself
                self.on_disconnected(error)
                return
            del self._in_flight[request_id]
            self._replies.append(Reply(request_id, None, error, True))
            return
        if expected is None:
            raise ProtocolError(f"the server answers request {request_id}, which nobody waits for")
        last = kind == expected or (kind == "caught_up" and message.caught_up.end)
        if kind != expected and kind not in _BEFORE_THE_LAST.get(expected, ()):
            raise ProtocolError(f"the server's answer to request {request_id} is of another kind")
        if kind == "change":
            self.changes += 1
        if last:
            del self._in_flight[request_id]
        self._replies.append(Reply(request_id, message, None, last, body))

    def _handle_greeting(self, kind: str | None, message: ServerMessage) -> None:
        if kind == "error":
            self.on_disconnected(exception_of(message.error))
            return
        if kind != "welcome":
            raise ProtocolError("the server's first message is no Welcome")
        version = message.welcome.protocol_version
        if version != PROTOCOL_VERSION:
            raise ProtocolError(f"the server speaks protocol version {version}, this client "
                                f"version {PROTOCOL_VERSION}; use a client of the server's release")
        self.welcome = message.welcome
        self._in_flight.clear()
        self.state = State.OPEN
