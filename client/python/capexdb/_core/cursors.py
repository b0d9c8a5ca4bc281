"""Requests about named cursors, and what a subscription and its question ask together."""

from __future__ import annotations

from typing import Any, Mapping

from ..errors import FailedPrecondition, InvalidArgument, ProtocolError
from ..feed import Cursor, Cursors
from ..v1.envelope_pb2 import ServerMessage
from ..v1.feed_pb2 import Ack, CursorReply, CursorRequest
from .asking import Call
from .calls import one_answer, time_of
from .feed import Feed, FeedOptions, cursor_name, position_of
from .question import Everything, Words, check_options
from .subscriber import Subscriber
from .text import slug

_PATIENCE_MAX = 1e6  # seconds


def ack(cursor: str, sequence: int, rewind: bool = False) -> Call[int]:
    request = Ack(cursor=cursor_name(cursor), sequence=position_of("sequence", sequence),
                  rewind=rewind)
    # Again does no harm, and who follows a feed outlasts the server's restarts.
    return one_answer("ack", request, _acked, patient=True)


def forget(cursor: str) -> Call[int]:
    return one_answer("ack", Ack(cursor=cursor_name(cursor), forget=True), _acked)


def _acked(message: ServerMessage) -> int:
    return message.ack.sequence


def cursors(name: str | None) -> Call[Cursors]:
    request = CursorRequest(name="" if name is None else cursor_name(name))
    return one_answer("cursors", request, lambda m: _cursors(m.cursors))


def _cursors(reply: CursorReply) -> Cursors:
    try:
        return Cursors(tuple(Cursor(c.name, c.sequence, time_of(c.moved_at_us))
                             for c in reply.cursors), reply.sequence)
    except OverflowError:
        raise ProtocolError("a cursor has a time that is none") from None


def first_ack(feed: Feed, subscriber: Subscriber) -> Call[int] | None:
    """Makes a new cursor where its subscription begins, so that who breaks off before the first ack
    begins there again. Where the cursor was there, it stands there already."""
    if not feed.request.cursor or subscriber.position is None:
        return None
    return ack(feed.request.cursor, subscriber.position)


def next_ack(feed: Feed, subscriber: Subscriber, sequence: int | None, rewind: bool) -> Call[int]:
    """Errors: FailedPrecondition, InvalidArgument."""
    name = feed.request.cursor
    if not name:
        raise FailedPrecondition("the subscription has no cursor; subscribe with cursor=NAME",
                                 reason="no_cursor")
    position = subscriber.position
    if position is None:
        raise FailedPrecondition("the subscription has not begun; await it, or its first item",
                                 reason="not_begun")
    if sequence is not None and position_of("sequence", sequence) > position:
        raise InvalidArgument(f"sequence is {sequence}, the subscription has come to {position}",
                              field="sequence", reason="out_of_range")
    return ack(name, position if sequence is None else sequence, rewind)


def patience(feed: Feed) -> float:
    """Seconds for an ack."""
    return min(feed.give_up_after, _PATIENCE_MAX)


def readable_twice(select: Words | None, metric: Words | None,
                   options: Everything) -> tuple[Words | None, Words | None, Everything]:
    """A question's names for its subscription too: an iterator has them once only."""
    if "status" in options:
        options["status"] = _kept(options["status"]) or ()
    return _kept(select), _kept(metric), options


def _kept(words: Words | None) -> Words | None:
    return words if words is None or isinstance(words, str) else tuple(words)


def _is_every_metric(field: str, words: Words) -> bool:
    """A word of questions, which a filter does not have."""
    names = [words] if isinstance(words, str) else list(words)
    return field == "metrics" and [*map(slug, names)] == ["all"]


def behind(answered: Mapping[str, Any], feed: FeedOptions | None) -> dict[str, Any]:
    """The options of the subscription to what a question asked about. Errors: TypeError."""
    options: dict[str, Any] = dict(feed or {})
    check_options("feed", options, FeedOptions)
    for name in ("after", "cursor", "replay"):
        if options.get(name) is not None:
            raise TypeError(f"the subscription begins at the answer's sequence; leave {name} out")
    for field, name in (("companies", "select"), ("metrics", "metric"), ("statuses", "status")):
        words = answered.get(name)
        if field not in options and words not in (None, ()) and not _is_every_metric(field, words):
            options[field] = words
    if "products" not in options and answered.get("product") is not None:
        options["products"] = [answered["product"]]  # one, whatever commas it has
    return options
