"""Questions to the quarantine and decisions about it, in as many requests as they take."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, Iterable, Union

from ..errors import InvalidArgument, ProtocolError
from ..quarantine import Decision, HeldRecord
from ..terms import QUARANTINE_STATES
from ..v1.event_pb2 import Event
from ..v1.ingest_pb2 import (QUARANTINE_ACTION_APPROVE, QUARANTINE_ACTION_LIST,
                             QUARANTINE_ACTION_REJECT, QUARANTINE_ACTION_SHOW, QuarantineEntry,
                             QuarantineReply, QuarantineRequest)
from ..v1.ingest_pb2 import QuarantineDecision as DecisionMessage
from .asking import Call
from .calls import one_answer
from .messages import parse
from .text import check_clean

IDS_MAX = 10_000  # of one request
_ROWS_MAX = 1000
_ID_MAX = 2**64 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass(slots=True)
class Review:
    """`call` is the next request, None at the end; `take` its answer."""

    requests: list[QuarantineRequest]
    most: int | None = None  # entries
    entries: list[HeldRecord] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)

    @property
    def call(self) -> Call[QuarantineReply] | None:
        if not self.requests:
            return None
        return one_answer("quarantine", self.requests[0], lambda message: message.quarantine)

    def take(self, reply: QuarantineReply) -> None:
        """Error: ProtocolError."""
        request = self.requests[0]
        self.entries.extend(map(_entry, reply.entries))
        self.decisions.extend(map(_decision, reply.decisions))
        enough = self.most is not None and len(self.entries) >= self.most
        if enough:
            del self.entries[self.most:]
        if reply.more and not enough:
            if reply.last_id <= request.after_id:
                raise ProtocolError("the server's list does not go on")
            request.after_id = reply.last_id
        else:
            del self.requests[0]


def listed(state: str, producer: str | None, code: str | None, company: str | None,
           limit: int | None) -> Review:
    request = _filtered(producer, code, company)
    request.action = QUARANTINE_ACTION_LIST
    request.state = QUARANTINE_STATES.number(state, "state")  # type: ignore[assignment]
    if limit is not None:
        if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
            raise InvalidArgument(f"limit is {limit!r}: give a whole number from 1", field="limit",
                                  reason="out_of_range")
        request.limit = min(limit, _ROWS_MAX)
    return Review([request], most=limit)


def shown(record_id: int) -> Call[HeldRecord]:
    request = QuarantineRequest(action=QUARANTINE_ACTION_SHOW, ids=[_check_id(record_id)])

    def entry(message: Any) -> HeldRecord:
        entries = message.quarantine.entries
        if len(entries) != 1:
            raise ProtocolError(f"the server shows {len(entries)} records where one was asked for")
        return _entry(entries[0])

    return one_answer("quarantine", request, entry)


def approved(ids: Union[int, Iterable[int]], all_: bool, producer: str | None, code: str | None,
             company: str | None, note: str) -> Review:
    return _decided(QUARANTINE_ACTION_APPROVE, ids, all_, producer, code, company, note)


def rejected(ids: Union[int, Iterable[int]], all_: bool, producer: str | None, code: str | None,
             company: str | None, note: str) -> Review:
    if not note.strip():
        raise InvalidArgument("a rejection needs a note that says why", field="note",
                              reason="missing_note")
    return _decided(QUARANTINE_ACTION_REJECT, ids, all_, producer, code, company, note)


def _decided(action: Any, ids: Union[int, Iterable[int]], all_: bool, producer: str | None,
             code: str | None, company: str | None, note: str) -> Review:
    chosen = [ids] if isinstance(ids, int) else list(ids)
    if all_ == bool(chosen):
        raise InvalidArgument("which records? give their ids, or all=True with filters",
                              field="ids", reason="bad_selection")
    if not all_ and (producer or code or company):
        raise InvalidArgument("filters go with all=True", field="ids", reason="bad_selection")
    requests = []
    for begin in range(0, max(len(chosen), 1), IDS_MAX):
        request = _filtered(producer, code, company)
        request.action = action
        request.all = all_
        request.note = check_clean("note", note)
        request.ids.extend(map(_check_id, chosen[begin:begin + IDS_MAX]))
        requests.append(request)
    return Review(requests)


def _filtered(producer: str | None, code: str | None, company: str | None) -> QuarantineRequest:
    return QuarantineRequest(producer_id=check_clean("producer", producer or ""),
                             code=check_clean("code", code or ""),
                             company=check_clean("company", company or ""))


def _check_id(record_id: int) -> int:
    if isinstance(record_id, bool) or not isinstance(record_id, int):
        raise TypeError(f"a record's id is a whole number, not {type(record_id).__name__}")
    if not 1 <= record_id <= _ID_MAX:
        raise InvalidArgument(f"{record_id} is no record's id: they are whole numbers from 1",
                              field="ids", reason="out_of_range")
    return record_id


def _time(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


def _entry(e: QuarantineEntry) -> HeldRecord:
    event = None
    if e.HasField("event"):
        event = e.event
    elif e.event_bytes:
        event = parse(Event(), e.event_bytes)
    return HeldRecord(id=e.id, state=QUARANTINE_STATES.known(e.state), held_at=_time(e.held_at_us),
                      producer_id=e.producer_id, batch_number=e.batch_number, code=e.code,
                      field=e.field, message=e.message, company=e.company, metric=e.metric,
                      period=e.period, value=e.value, unit=e.unit, source=e.source,
                      published_at=e.published_at, event_id=e.event_id,
                      decided_at=_time(e.decided_at_us) if e.decided_at_us else None, note=e.note,
                      sequence=e.sequence or None, event=event, event_bytes=e.event_bytes)


def _decision(d: DecisionMessage) -> Decision:
    return Decision(id=d.id, state=QUARANTINE_STATES.of(d.state), changed=d.changed,
                    sequence=d.sequence or None, code=d.code, message=d.message)
