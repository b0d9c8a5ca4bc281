"""A connection that is opened and used, in steps."""

from __future__ import annotations

from ..errors import CapexdbError, Internal, Unavailable
from ..v1.envelope_pb2 import Hello, Welcome
from .connection import ConnectionFsm, Reply, State
from .effects import Move, Open, Steps
from .endpoint import Settings


class Link:
    """One for each connection; a broken one stays broken."""

    def __init__(self, settings: Settings, hello: Hello) -> None:
        self._settings = settings
        self._fsm = ConnectionFsm(hello)
        self.heard_at = settings.clock()  # when bytes came last

    @property
    def welcome(self) -> Welcome:
        return self._fsm.welcome

    @property
    def is_broken(self) -> bool:
        return self._fsm.is_failed

    @property
    def has_reply(self) -> bool:
        """One is here already."""
        return self._fsm.has_reply

    @property
    def changes(self) -> int:
        """Of the feed, that came."""
        return self._fsm.changes

    def send(self, kind: str, *request: bytes) -> int:
        return self._fsm.send(kind, *request)

    def open(self, deadline: float) -> Steps[None]:
        """Connects and shakes hands, within connect_timeout and the deadline. Errors: Unavailable
        (also when that takes too long), the server's refusal, or a broken protocol."""
        clock = self._settings.clock
        deadline = min(deadline, clock() + self._settings.connect_timeout)
        yield Open(self._settings.endpoint, deadline)
        while self._fsm.state is State.GREETING:
            yield from self._step(deadline)
            if self._fsm.state is State.GREETING and clock() >= deadline:
                raise Unavailable(f"{self._settings.server} takes connections but sends no Welcome "
                                  "in time; is it a capexd?")
        if self.is_broken:
            raise self._failure()

    def wait(self, deadline: float) -> Steps[Reply | None]:
        """The next reply. None when the deadline passes first, however many bytes come; one in the
        past still moves what can move without waiting. Error: the connection is broken."""
        if self._fsm.has_output:  # goes out even where a reply is here already
            yield from self._step(self._settings.clock())
        late = False
        while True:
            reply = self._fsm.next_reply()
            if reply is not None:
                return reply
            if self.is_broken:
                raise self._failure()
            if late:
                return None
            yield from self._step(deadline)
            late = self._settings.clock() >= deadline

    def _step(self, deadline: float) -> Steps[None]:
        moved = yield Move(self._fsm.take_output(), deadline)
        if moved.data:
            self.heard_at = self._settings.clock()
            self._fsm.on_bytes(moved.data)
        if moved.ended:
            self._fsm.on_disconnected(Unavailable(moved.ended))

    def _failure(self) -> CapexdbError:
        return self._fsm.error or Internal("the connection failed without a reason")
