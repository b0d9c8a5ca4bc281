"""Where a server listens, and how it is spoken to."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import Callable

from ..errors import InvalidArgument
from .text import check_clean

DEFAULT_SERVER = "127.0.0.1:7411"


@dataclass(frozen=True, slots=True)
class Endpoint:
    host: str  # a name or an address, without brackets
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def parse_endpoint(text: str) -> Endpoint:
    """"localhost:7411", "127.0.0.1:7411", "[::1]:7411". Error: InvalidArgument."""
    host, colon, port = text.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    if bracketed:
        host = host[1:-1]
    good = (colon and host and (bracketed or ":" not in host) and port.isascii() and
            port.isdigit() and len(port) <= 5 and 0 < int(port) <= 65535)
    if not good:
        raise InvalidArgument(f'"{text}" is no server address; write HOST:PORT, as in '
                              "127.0.0.1:7411 or [::1]:7411", field="server", reason="bad_server")
    return Endpoint(host, int(port))


def seconds(field: str, value: float) -> float:
    """A span of time that a caller gives. Error: InvalidArgument."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1e7:
        raise InvalidArgument(f"{field} is {value!r}: give a number of seconds above 0",
                              field=field, reason="out_of_range")
    return float(value)


def span(field: str, value: float) -> float:
    """As seconds; 0 is one too."""
    return 0.0 if value == 0 and not isinstance(value, bool) else seconds(field, value)


@dataclass(frozen=True, slots=True)
class Settings:
    """Of a client. Times are seconds; `clock` is monotonic."""

    server: str  # as it was given, for messages
    endpoint: Endpoint
    timeout: float  # of a call
    connect_timeout: float  # of one attempt, with its handshake
    backoff_min: float  # between attempts, doubled each time,
    backoff_max: float  # with jitter
    client_name: str
    token: str
    clock: Callable[[], float]


def settings(server: str | None, *, timeout: float, connect_timeout: float, backoff_min: float,
             backoff_max: float, client_name: str, token: str,
             clock: Callable[[], float] = time.monotonic) -> Settings:
    """`server` is None for $CAPEXDB_SERVER, else 127.0.0.1:7411. Error: InvalidArgument."""
    address = server or os.environ.get("CAPEXDB_SERVER") or DEFAULT_SERVER
    return Settings(server=address, endpoint=parse_endpoint(address),
                    timeout=seconds("timeout", timeout),
                    connect_timeout=seconds("connect_timeout", connect_timeout),
                    backoff_min=seconds("backoff_min", backoff_min),
                    backoff_max=seconds("backoff_max", backoff_max),
                    client_name=check_clean("client_name", client_name),
                    token=check_clean("token", token), clock=clock)
