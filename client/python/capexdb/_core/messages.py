"""Messages out of bytes."""

from __future__ import annotations

import warnings
from typing import TypeVar

from google.protobuf.message import DecodeError, Message

M = TypeVar("M", bound=Message)

# protobuf's C++ code only warns of an end of a group where none has begun, and stops there; or,
# where warnings are errors, raises SystemError. Here it is told by the bytes that were taken.
warnings.filterwarnings("ignore", "Unexpected end-group tag", RuntimeWarning)


def parse(message: M, data: bytes) -> M | None:
    """`message` with what the bytes say; None when they are no such message."""
    try:
        taken = message.MergeFromString(data)
    except (DecodeError, RuntimeWarning, SystemError):
        return None
    return message if taken == len(data) else None
