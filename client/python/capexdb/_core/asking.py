"""Questions over one connection; one whose connection broke is asked once more over a new one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Generic, Protocol, TypeVar

from ..errors import CapexdbError, Code, DeadlineExceeded, may_be_asked_again
from ..v1.envelope_pb2 import Hello, ServerMessage
from .effects import Pause, Shut, Steps
from .endpoint import Settings
from .link import Link

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Collector(Protocol[T_co]):
    """Makes an answer of its messages."""

    def take(self, message: ServerMessage) -> None:
        ...

    def result(self) -> T_co:
        ...


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    kind: str  # the field of ClientMessage
    request: Callable[[float], bytes]  # for a number of seconds
    collector: Callable[[], Collector[T]]  # a new one for each attempt
    patient: bool = False  # asked until the deadline, also where nobody can be reached


class Asker:
    """One call at a time. When steps are left in the middle, the connection is of no use any more:
    whoever carries them out closes it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._link: Link | None = None

    def connect(self, deadline: float) -> Steps[None]:
        """Errors: as Link.open."""
        if self._link is not None and not self._link.is_broken:
            return
        self._link = None
        link = Link(self._settings, Hello(client_name=self._settings.client_name,
                                          token=self._settings.token))
        try:
            yield from link.open(deadline)
        except CapexdbError:
            yield Shut()
            raise
        self._link = link

    def ask(self, call: Call[T], deadline: float) -> Steps[T]:
        """Errors: Unavailable (no connection in time, or broken twice), DeadlineExceeded,
        ProtocolError, and whatever the server answers."""
        pause = self._settings.backoff_min
        while True:
            try:
                answer = yield from self._ask(call, deadline)
                return answer
            except CapexdbError as error:
                again_at = self._settings.clock() + pause
                if not call.patient or not may_be_asked_again(error) or again_at >= deadline:
                    raise
            yield Pause(again_at)
            pause = min(2 * pause, self._settings.backoff_max)

    def _ask(self, call: Call[T], deadline: float) -> Steps[T]:
        while True:
            fresh = self._link is None  # the connection is made for this call
            yield from self.connect(deadline)
            link, self._link = self._link, None  # of use again once it has answered
            assert link is not None
            try:
                answer = yield from self._ask_once(link, call, deadline)
            except CapexdbError as error:
                # After an answer that nobody waits for any more it is of no use either.
                if not link.is_broken and not isinstance(error, DeadlineExceeded):
                    self._link = link
                    raise
                yield Shut()
                if not link.is_broken or fresh or error.code is not Code.UNAVAILABLE:
                    raise
                continue
            self._link = link
            return answer

    def _ask_once(self, link: Link, call: Call[T], deadline: float) -> Steps[T]:
        clock = self._settings.clock
        request_id = link.send(call.kind, call.request(deadline - clock()))
        collector = call.collector()
        late = False
        while True:
            reply = yield from link.wait(deadline)
            # An answer that comes in pieces without end is none.
            if reply is None or late:
                raise DeadlineExceeded(f"no answer from {self._settings.server} in time")
            if reply.request_id != request_id:
                continue
            if reply.error is not None:
                raise reply.error
            assert reply.message is not None
            collector.take(reply.message)
            if reply.last:
                return collector.result()
            late = clock() >= deadline
