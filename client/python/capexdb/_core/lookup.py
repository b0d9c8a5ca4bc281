"""The addresses of a host. A resolver cannot be interrupted, so one that is asked for more than a
numeric address runs on a thread that nobody waits for.
"""

from __future__ import annotations

import os
import socket
import threading
from typing import Any, Callable, NamedTuple, Union

from ..errors import Unavailable
from .endpoint import Endpoint


class Address(NamedTuple):
    family: int
    sockaddr: Any


Found = Union[list[Address], Unavailable]


def numeric(endpoint: Endpoint) -> list[Address]:
    """Empty when the host is a name."""
    try:
        return _resolve(endpoint, socket.AI_NUMERICHOST)
    except OSError:
        return []


def look_up(endpoint: Endpoint, done: Callable[[Found], None]) -> None:
    """Calls `done` from another thread, some time."""

    def ask() -> None:
        try:
            found: Found = _resolve(endpoint, 0)
        except (OSError, UnicodeError) as error:
            found = unreachable(endpoint, error)
        done(found)

    threading.Thread(target=ask, name="capexdb-lookup", daemon=True).start()


def unreachable(endpoint: Endpoint, why: Exception) -> Unavailable:
    return Unavailable(f"cannot reach {endpoint}: {reason(why)}; is capexd running there?")


def reason(why: Exception) -> str:
    """What the system calls it, whoever has worded the error."""
    if isinstance(why, OSError) and why.errno and why.errno > 0:
        return os.strerror(why.errno)
    return getattr(why, "strerror", None) or str(why) or type(why).__name__


def too_late(endpoint: Endpoint) -> Unavailable:
    return Unavailable(f"no connection to {endpoint} in time")


def _resolve(endpoint: Endpoint, flags: int) -> list[Address]:
    entries = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM, flags=flags)
    return [Address(family, sockaddr) for family, _, _, _, sockaddr in entries]
