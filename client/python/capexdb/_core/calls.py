"""Requests, and what their answers become."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, Generic, TypeVar

from ..answer import Answer
from ..errors import InvalidArgument, ProtocolError
from ..store import (Catalog, Identifier, Membership, Metric, Party, Product, ServerStatus, Source,
                     StoredEvent)
from ..terms import (AGGREGATIONS, CATALOG_KINDS, IDENTIFIER_SCHEMES, MEASURES, PARTY_KINDS,
                     UNIT_CLASSES, CatalogKind, IdentifierScheme, Measure, UnitClass)
from ..v1.envelope_pb2 import Ping, ServerMessage
from ..v1.event_pb2 import CatalogMetric, CatalogParty, Event
from ..v1.event_pb2 import Identifier as IdentifierMessage
from ..v1.query_pb2 import (CatalogReply, CatalogRequest, QueryRequest, ShowReply, ShowRequest,
                            StatusRequest)
from .answers import AnswerCollector, day_of
from .asking import Call
from .messages import parse
from .question import SEQUENCE_MAX, kind_of
from .text import check_clean

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_DEFAULT_RANK = 1000
_NONCE = 1


class _One(Generic[T]):
    """The answer is one message."""

    def __init__(self, make: Callable[[ServerMessage], T]) -> None:
        self._make = make
        self._message: ServerMessage | None = None

    def take(self, message: ServerMessage) -> None:
        self._message = message

    def result(self) -> T:
        assert self._message is not None
        return self._make(self._message)


def one_answer(kind: str, request: Any, make: Callable[[ServerMessage], T],
               patient: bool = False) -> Call[T]:
    data: bytes = request.SerializeToString()
    return Call(kind, lambda _: data, lambda: _One(make), patient)


def query(question: QueryRequest) -> Call[Answer]:
    kind = kind_of(question)

    def request(seconds: float) -> bytes:
        question.deadline_ms = min(max(math.ceil(seconds * 1000), 1), 2**32 - 1)
        return question.SerializeToString()

    return Call("query", request, lambda: AnswerCollector(kind))


def show(sequence: int) -> Call[StoredEvent]:
    check_sequence("sequence", sequence)
    return one_answer("show", ShowRequest(sequence=sequence), lambda m: _stored_event(m.show))


def catalog(kind: str, name: str | None, at: int | None) -> Call[Catalog[Any]]:
    if at is not None:
        check_sequence("at", at)
    word = CATALOG_KINDS.term(kind, "kind")
    request = CatalogRequest(kind=CATALOG_KINDS.number(kind),  # type: ignore[arg-type]
                             name=check_clean("name", name or ""), at_sequence=at or 0)
    return one_answer("catalog", request, lambda m: _catalog(word, m.catalog))


def status() -> Call[ServerStatus]:
    return one_answer("status", StatusRequest(), _status)


def ping() -> Call[None]:

    def check(message: ServerMessage) -> None:
        if message.pong.nonce != _NONCE:
            raise ProtocolError("the server's Pong has another nonce")

    return one_answer("ping", Ping(nonce=_NONCE), check)


def check_sequence(field: str, sequence: int) -> None:
    if isinstance(sequence, bool) or not isinstance(sequence, int):
        raise TypeError(f"{field} is a whole number, not {type(sequence).__name__}")
    if not 1 <= sequence <= SEQUENCE_MAX:
        raise InvalidArgument(f"{field} is {sequence}: sequences are whole numbers from 1",
                              field=field, reason="out_of_range")


def time_of(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


def _stored_event(reply: ShowReply) -> StoredEvent:
    event = reply.event if reply.HasField("event") else parse(Event(), reply.event_bytes)
    if event is None:
        raise ProtocolError("the event of the answer cannot be parsed")
    return StoredEvent(sequence=reply.sequence, recorded_at=time_of(reply.recorded_at_us),
                       producer_id=reply.producer_id, batch_number=reply.batch_number,
                       supersedes=tuple(reply.supersedes), event=event,
                       event_bytes=reply.event_bytes)


def _catalog(kind: CatalogKind, reply: CatalogReply) -> Catalog[Any]:
    entries: Any
    if kind in (CatalogKind.COMPANIES, CatalogKind.GROUPS):
        entries = map(_party, reply.parties)
    elif kind is CatalogKind.METRICS:
        entries = map(_metric, reply.metrics)
    elif kind is CatalogKind.SOURCES:
        entries = (Source(s.name, s.rank or _DEFAULT_RANK, tuple(s.aliases)) for s in reply.sources)
    else:
        entries = (Product(p.id, tuple(p.aliases)) for p in reply.products)
    return Catalog(tuple(entries), reply.sequence)


def _party(p: CatalogParty) -> Party:
    return Party(id=p.id, name=p.name, kind=PARTY_KINDS.of(p.kind), tickers=tuple(p.tickers),
                 cik=p.cik, country=p.country, fiscal_year_end=p.fiscal_year_end,
                 aliases=tuple(p.aliases), members=tuple(p.members),
                 identifiers=tuple(map(_identifier, p.identifiers)),
                 memberships=tuple(Membership(m.party, day_of(m.valid_from), day_of(m.valid_to))
                                   for m in p.memberships), merged=tuple(p.merged))


def _identifier(i: IdentifierMessage) -> Identifier:
    return Identifier(IDENTIFIER_SCHEMES.of(i.scheme) or IdentifierScheme.ALIAS, i.value,
                      day_of(i.valid_from), day_of(i.valid_to))


def _metric(m: CatalogMetric) -> Metric:
    unit_class = UNIT_CLASSES.of(m.unit_class)
    measure = MEASURES.of(m.default_measure)
    if measure is None:
        measure = {UnitClass.PRICE: Measure.PRICE, UnitClass.RATE: Measure.RATE}.get(
            unit_class or UnitClass.MONEY, Measure.LEVEL)
    return Metric(id=m.id, name=m.name, unit_class=unit_class,
                  aggregation=AGGREGATIONS.of(m.aggregation), default_measure=measure,
                  tags=tuple(m.tags), aliases=tuple(m.aliases))


def _status(message: ServerMessage) -> ServerStatus:
    s = message.status
    return ServerStatus(sequence=s.sequence, server_version=s.server_version,
                        format_version=s.format_version, started_at=time_of(s.started_at_us),
                        data_dir=s.data_dir, parties=s.parties, metrics=s.metrics,
                        sources=s.sources, connections=s.connections, disk_bytes=s.disk_bytes,
                        memory_bytes=s.memory_bytes, events_accepted=s.events_accepted,
                        events_duplicate=s.events_duplicate, events_rejected=s.events_rejected,
                        queries=s.queries, queries_running=s.queries_running)
