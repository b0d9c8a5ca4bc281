"""What steps ask of the outside, and what they are sent in return.

An effect that fails raises its error inside the steps: Open a CapexdbError, Next whatever the
input raised. Deadlines are points of Settings.clock; one in the past means not to wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Generator, TypeAlias, TypeVar, Union

from .endpoint import Endpoint


@dataclass(frozen=True, slots=True)
class Open:
    """Connects, in place of an earlier connection. Error: Unavailable."""

    endpoint: Endpoint
    deadline: float


@dataclass(frozen=True, slots=True)
class Move:
    """Sends `data` behind what is still to be sent, and waits until something was sent or received,
    the connection ended or the deadline passed. Sent in return: Moved."""

    data: bytes
    deadline: float


@dataclass(frozen=True, slots=True)
class Pause:
    until: float


@dataclass(frozen=True, slots=True)
class Shut:
    """Closes the connection, if there is one."""


@dataclass(frozen=True, slots=True)
class Next:
    """Sent in return: the next record of the input, or END."""


@dataclass(frozen=True, slots=True)
class Moved:
    data: bytes
    ended: str = ""  # how the connection ended; empty while it stands


class _End:
    pass


END: Final = _End()

Effect: TypeAlias = Union[Open, Move, Pause, Shut, Next]
T = TypeVar("T")
Steps: TypeAlias = Generator[Effect, Any, T]
