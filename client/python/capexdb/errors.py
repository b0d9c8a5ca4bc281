"""What can go wrong, as exceptions; the codes are google.rpc's, as the protocol has them.

`code` says what class of error it is, `message` is for a person and says what to do, `field` is
the field at fault and `reason` a stable word for programs, each empty where there is none.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .ingest import IngestResult


class Code(IntEnum):
    CANCELLED = 1
    UNKNOWN = 2
    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    OUT_OF_RANGE = 11
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    DATA_LOSS = 15
    UNAUTHENTICATED = 16


class CapexdbError(Exception):
    """The base of all; itself only for a code that has no class below."""

    code: Code = Code.UNKNOWN

    def __init__(self, message: str, *, field: str = "", reason: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.reason = reason
        # Of ingest: what was answered before it failed. Records without an answer may or may not
        # be stored; sending them again is harmless.
        self.result: IngestResult | None = None

    def __str__(self) -> str:
        return self.message


class Cancelled(CapexdbError):
    code = Code.CANCELLED


class InvalidArgument(CapexdbError):
    """A question that makes no sense, or a malformed request."""

    code = Code.INVALID_ARGUMENT


class DeadlineExceeded(CapexdbError):
    """No answer in time."""

    code = Code.DEADLINE_EXCEEDED


class NotFound(CapexdbError):
    """An unknown name, with the nearest known one; no such sequence."""

    code = Code.NOT_FOUND


class AlreadyExists(CapexdbError):
    code = Code.ALREADY_EXISTS


class PermissionDenied(CapexdbError):
    code = Code.PERMISSION_DENIED


class ResourceExhausted(CapexdbError):
    """Over a limit, or the server has too much to do; then later again."""

    code = Code.RESOURCE_EXHAUSTED


class FailedPrecondition(CapexdbError):
    code = Code.FAILED_PRECONDITION


class Aborted(CapexdbError):
    """Another connection uses the producer id."""

    code = Code.ABORTED


class OutOfRange(CapexdbError):
    code = Code.OUT_OF_RANGE


class Unimplemented(CapexdbError):
    code = Code.UNIMPLEMENTED


class Internal(CapexdbError):
    code = Code.INTERNAL


class ProtocolError(Internal):
    """The other side does not keep to the protocol; is it a capexd?"""

    def __init__(self, message: str) -> None:
        super().__init__(message, reason="protocol")


class Unavailable(CapexdbError):
    """No connection in time, or it broke; or the server stops."""

    code = Code.UNAVAILABLE


class DataLoss(CapexdbError):
    code = Code.DATA_LOSS


class Unauthenticated(CapexdbError):
    code = Code.UNAUTHENTICATED


class RowTypeError(InvalidArgument, TypeError):
    """A value of a row has a type that cannot be exact, such as float. A fault of the program:
    ingest ends with it, once all records before it are answered."""

    index = 0  # of the record in the input, from 0


_BY_CODE: dict[int, type[CapexdbError]] = {
    int(cls.code): cls
    for cls in CapexdbError.__subclasses__()
}


def error_of(code: int, message: str, field: str = "", reason: str = "") -> CapexdbError:
    """The exception for a code of the server."""
    return _BY_CODE.get(code, CapexdbError)(message, field=field, reason=reason)


# After these the same batches may be sent again over a new connection.
_PASSING = frozenset({Code.UNAVAILABLE, Code.RESOURCE_EXHAUSTED, Code.DEADLINE_EXCEEDED})


# The reason of a RESOURCE_EXHAUSTED that asking again does not help.
TOO_LARGE = "question_too_large"


def may_pass(error: CapexdbError) -> bool:
    return error.code in _PASSING and error.reason != TOO_LARGE


def may_be_asked_again(error: CapexdbError) -> bool:
    """For a subscription and its acks, which fence off nobody: the C++ client's rule too."""
    return may_pass(error) or error.code is Code.ABORTED
