"""The feed: the log as it grows. What comes out of a subscription."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Iterator, TypeAlias, Union

from ._core.question import Day
from .answer import Row
from .terms import Meaning
from .v1.event_pb2 import Event


@dataclass(frozen=True, slots=True)
class CellChange:
    """What an event did to one of its cells."""

    # REVISION without `after`: the answer was withdrawn; without `before`: there is one again.
    meanings: tuple[Meaning, ...]
    statement: Row  # what the event says of it
    before: Row | None  # the statement that answered until then; None: there was none
    after: Row | None  # the one that answers now; None: there is none left
    change_percent: Decimal | None  # from before to after; None: no two points


@dataclass(frozen=True, slots=True)
class Change:
    """An event of the log. `sequence` is a position: all up to it has been dealt with."""

    sequence: int
    recorded_at: datetime  # UTC
    producer_id: str
    batch_number: int
    event: Event
    event_bytes: bytes  # as they came, unknown fields included
    cells: tuple[CellChange, ...]  # where `cells` or a meaning is asked for
    conflicts_opened: tuple[Row, ...]  # where that meaning is asked for
    conflicts_closed: tuple[Row, ...]
    conflicts_left_out: int = 0  # of both, where all would have made a message too long


@dataclass(frozen=True, slots=True)
class Gap:
    """The feed no longer has these sequences; `Client.show` and questions still see them."""

    first: int
    last: int

    @property
    def sequence(self) -> int:
        """The position: behind the gap."""
        return self.last


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """All that was in the log has come; what follows is new. Comes again after a reconnect."""

    sequence: int
    end: bool  # a replay is over


@dataclass(frozen=True, slots=True)
class Progress:
    """The position moves on though nothing passes the filter; also a sign of life."""

    sequence: int


Item: TypeAlias = Union[Change, Gap, CaughtUp, Progress]


@dataclass(frozen=True, slots=True)
class Replay:
    """Statements in the order in which the world came to know them, by published_at, up to what
    the store has when it begins."""

    first: Day | None = None  # published from that day on
    last: Day | None = None  # inclusive
    speed: float = 0  # 1000 plays 1,000 seconds in one; 0 does not wait
    # To go on with one that broke off, the same `first` and `last`, and of its subscription:
    at_sequence: int | None = None  # its at_sequence: the newest one that is played
    after_sequence: int | None = None  # its position: behind that change; None, 0: all


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position that the server keeps under a name."""

    name: str
    sequence: int  # all up to it has been dealt with
    moved_at: datetime  # UTC


@dataclass(frozen=True, slots=True)
class Cursors:
    """By name. A cursor is `sequence - cursor.sequence` events behind the store."""

    cursors: tuple[Cursor, ...]
    sequence: int  # the store's last one

    def __len__(self) -> int:
        return len(self.cursors)

    def __iter__(self) -> Iterator[Cursor]:
        return iter(self.cursors)

    def __getitem__(self, index: int) -> Cursor:
        return self.cursors[index]
