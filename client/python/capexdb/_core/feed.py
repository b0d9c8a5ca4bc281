"""Subscriptions: keyword arguments into a SubscribeRequest, and the feed's messages into items."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, Mapping, TypeAlias, TypedDict, Union

from ..errors import InvalidArgument, ProtocolError, RowTypeError
from ..feed import CaughtUp, CellChange, Change, Gap, Item, Progress, Replay
from ..terms import MEANINGS, STATUSES, Meaning
from ..v1 import feed_pb2 as pb
from ..v1.envelope_pb2 import ServerMessage
from .answers import decimal_of, row_of
from .calls import time_of
from .connection import Reply
from .endpoint import seconds
from .frame import fields_of
from .question import SEQUENCE_MAX, Words, check_options, day_text, flag, words_of
from .quantities import decimal_text
from .text import BLANKS, check_clean

WINDOW = 1000
CREDIT_MAX = 1_000_000
CURSOR_NAME_BYTES_MAX = 128
SILENCE_LIMIT = 25.0  # the server is never silent for more than 8 seconds
GIVE_UP_AFTER = 60.0

Start: TypeAlias = Union[int, Literal["now", "begin"]]


class FeedOptions(TypedDict, total=False):
    """Options of a subscription; docs/protocol.md has its rules."""

    # Where it begins: with what comes from now on (the default), with the first event, or behind a
    # sequence. With a cursor where that stands: `after` counts for a new one only, and the first
    # event is the default for that.
    after: Start | None
    cursor: str | None
    # Only changes with an observation that passes each of these. One of several names is enough; a
    # text may be a comma list. In a list each text is one name, but for those that the server
    # splits, as it does a question's: companies, metrics and counterparties. None takes everything,
    # as if it was left out; what is empty ("", ",", []) names nothing and is InvalidArgument.
    companies: Words | None  # groups mean their members too; "all" is everybody
    metrics: Words | None
    products: Words | None
    counterparties: Words | None  # as of companies
    statuses: Words | None
    sources: Words | None
    # Only changes that mean one of these.
    revisions: bool
    first_print: bool
    became_actual: bool
    conflict_opened: bool
    conflict_closed: bool
    change_above: Decimal | int | str | None  # only of more percent of the answered value
    cells: bool  # changes come with their cells; so they do where a meaning is asked for
    replay: Replay | None  # by published_at instead of the log's order
    # What is handed out beside changes and gaps.
    caught_up: bool
    progress: bool
    window: int  # changes that may be on their way
    silence_limit: float  # seconds without a byte after which a connection counts as dead
    give_up_after: float | None  # seconds without reaching the server; None: never


_MEANINGS = {
    "revisions": Meaning.REVISION,
    "first_print": Meaning.FIRST_PRINT,
    "became_actual": Meaning.BECAME_ACTUAL,
    "conflict_opened": Meaning.CONFLICT_OPENED,
    "conflict_closed": Meaning.CONFLICT_CLOSED,
}
_NAMES = ("companies", "metrics", "products", "counterparties", "sources")
_SPLIT_BY_SERVER = ("companies", "metrics", "counterparties")


@dataclass(frozen=True, slots=True)
class Feed:
    """One subscription, as it was asked for."""

    request: pb.SubscribeRequest
    caught_up: bool
    progress: bool
    silence_limit: float
    give_up_after: float

    @property
    def is_replay(self) -> bool:
        return self.request.HasField("replay")

    @property
    def is_filtered(self) -> bool:
        return bool(self.request.filter.ListFields())

    def wants(self, item: Item) -> bool:
        """A change is always wanted, and a gap must never be silent."""
        if isinstance(item, CaughtUp):
            return self.caught_up
        return self.progress if isinstance(item, Progress) else True


def feed_of(verb: str, options: Mapping[str, Any]) -> Feed:
    """Errors: InvalidArgument, `field` being the option; TypeError for a wrong type or name."""
    check_options(verb, options, FeedOptions)
    limit = options.get("give_up_after", GIVE_UP_AFTER)
    return Feed(request=_request(options), caught_up=flag("caught_up", options.get("caught_up",
                                                                                   False)),
                progress=flag("progress", options.get("progress", False)),
                silence_limit=seconds("silence_limit", options.get("silence_limit", SILENCE_LIMIT)),
                give_up_after=math.inf if limit is None else seconds("give_up_after", limit))


def _request(options: Mapping[str, Any]) -> pb.SubscribeRequest:
    request = pb.SubscribeRequest(cells=flag("cells", options.get("cells", False)),
                                  credit=_window(options.get("window", WINDOW)))
    replay, after, cursor = (options.get(name) for name in ("replay", "after", "cursor"))
    if replay is not None:
        if after is not None or cursor is not None:
            raise InvalidArgument("a replay has a beginning of its own; leave out after and cursor",
                                  field="replay", reason="bad_replay")
        request.replay.CopyFrom(_replay(replay))
    else:
        if cursor is not None:
            request.cursor = cursor_name(cursor)
            after = "begin" if after is None else after  # a new one misses nothing
        request.after_sequence, request.from_now = _start(after)
    _fill(request.filter, options)
    return request


def _fill(to: pb.FeedFilter, options: Mapping[str, Any]) -> None:
    for field in _NAMES:
        getattr(to, field).extend(_names(field, options.get(field)))
    to.statuses.extend(STATUSES.number(word, "statuses")  # type: ignore[misc]
                       for word in _names("statuses", options.get("statuses")))
    to.meanings.extend(MEANINGS.number(meaning)  # type: ignore[misc]
                       for name, meaning in _MEANINGS.items()
                       if flag(name, options.get(name, False)))
    if options.get("change_above") is not None:
        to.change_above_percent = _percent(options["change_above"])


def _names(field: str, words: Words | None) -> list[str]:
    """None that is empty: a list of them that is computed must not mean everything by chance."""
    if words is None:
        return []
    is_whole = isinstance(words, str) and field in _SPLIT_BY_SERVER
    names = words_of(field, [words] if is_whole else words)  # type: ignore[list-item]
    if not names or not all(name.strip(BLANKS + ",") for name in names):
        raise InvalidArgument(f"{field} has an empty name or none; leave it out to take everything",
                              field=field, reason="empty")
    return names


def _start(after: Any) -> tuple[int, bool]:
    if after is None or after == "now":
        return 0, True
    if after == "begin":
        return 0, False
    if isinstance(after, bool) or not isinstance(after, int):
        if isinstance(after, str):
            raise InvalidArgument(f'after is "{after[:60]}": give a sequence, "now" or "begin"',
                                  field="after", reason="unknown_word")
        raise TypeError(f"after is a sequence, \"now\" or \"begin\", not {type(after).__name__}")
    return position_of("after", after), False


def position_of(field: str, position: int) -> int:
    """0 is before the first event."""
    if isinstance(position, bool) or not isinstance(position, int):
        raise TypeError(f"{field} is a whole number, not {type(position).__name__}")
    if not 0 <= position <= SEQUENCE_MAX:
        raise InvalidArgument(f"{field} is {position}: positions are whole numbers from 0",
                              field=field, reason="out_of_range")
    return position


def cursor_name(name: str) -> str:
    if not isinstance(name, str):
        raise TypeError(f"cursor is text, not {type(name).__name__}")
    check_clean("cursor", name)
    one_line = not any(c in name for c in "\n\r\t")
    if not name.strip() or not one_line or len(name.encode()) > CURSOR_NAME_BYTES_MAX:
        raise InvalidArgument("a cursor's name is one line of 1 to "
                              f"{CURSOR_NAME_BYTES_MAX} bytes", field="cursor", reason="bad_cursor")
    return name


def _percent(percent: Any) -> str:
    field = "change_above"
    if isinstance(percent, float):
        raise RowTypeError(f"{field} is a float, which is not exact; give a Decimal, an int or "
                           'text, as in "2.5"', field=field, reason="float")
    if isinstance(percent, bool) or not isinstance(percent, (Decimal, int, str)):
        raise TypeError(f"{field} is a Decimal, an int or text, not {type(percent).__name__}")
    try:
        number = Decimal(percent)
        text = decimal_text(number)
    except (ArithmeticError, InvalidArgument):
        number, text = Decimal(-1), ""
    if number.is_nan() or number < 0:
        raise InvalidArgument(f"{field} is {str(percent)[:60]}: give a percentage of zero or more, "
                              "as in 5 or \"2.5\"", field=field, reason="bad_number")
    return text


def _window(window: int) -> int:
    if isinstance(window, bool) or not isinstance(window, int) or not 1 <= window <= CREDIT_MAX:
        raise InvalidArgument(f"window is {window!r}: give a whole number within 1..{CREDIT_MAX}",
                              field="window", reason="out_of_range")
    return window


def _replay(replay: Any) -> pb.Replay:
    if not isinstance(replay, Replay):
        raise TypeError(f"replay is a capexdb.Replay, not {type(replay).__name__}")
    speed = replay.speed
    if isinstance(speed, bool) or not isinstance(speed, (int, float)):
        raise TypeError(f"the speed of a replay is a number, not {type(speed).__name__}")
    if not 0 <= speed < math.inf:
        raise InvalidArgument(f"the speed of a replay is {speed}: give a number of zero or more",
                              field="replay", reason="bad_replay")
    message = pb.Replay(to=day_text("last", replay.last), speed=speed,
                        at_sequence=position_of("at_sequence", replay.at_sequence or 0),
                        after_sequence=position_of("after_sequence", replay.after_sequence or 0))
    setattr(message, "from", day_text("first", replay.first))
    return message


# What comes.


def item_of(reply: Reply) -> Item:
    """Error: ProtocolError."""
    message = reply.message
    assert message is not None
    kind = message.WhichOneof("message")
    if kind == "change":
        try:
            return _change(message.change, reply.body)
        except OverflowError:
            raise ProtocolError(f"the change of sequence {message.change.sequence} has a time that "
                                "is none") from None
    if kind == "gap":
        return Gap(message.gap.first, message.gap.last)
    if kind == "caught_up":
        return CaughtUp(message.caught_up.sequence, message.caught_up.end)
    return Progress(message.progress.sequence)


def _change(m: pb.Change, body: bytes) -> Change:
    if not m.HasField("event"):
        raise ProtocolError(f"the change of sequence {m.sequence} has no event")
    # As they came: what protobuf makes of them again may be in another order.
    change = fields_of(body, ServerMessage.CHANGE_FIELD_NUMBER)
    event_bytes = fields_of(change, pb.Change.EVENT_FIELD_NUMBER)
    return Change(sequence=m.sequence, recorded_at=time_of(m.recorded_at_us),
                  producer_id=m.producer_id, batch_number=m.batch_number, event=m.event,
                  event_bytes=event_bytes, cells=tuple(map(_cell, m.cells)),
                  conflicts_opened=tuple(map(row_of, m.conflicts_opened)),
                  conflicts_closed=tuple(map(row_of, m.conflicts_closed)),
                  conflicts_left_out=m.conflicts_left_out)


def _cell(m: pb.CellChange) -> CellChange:
    return CellChange(meanings=tuple(map(MEANINGS.known, m.meanings)),
                      statement=row_of(m.statement),
                      before=row_of(m.before) if m.HasField("before") else None,
                      after=row_of(m.after) if m.HasField("after") else None,
                      change_percent=decimal_of(m.change_percent))
