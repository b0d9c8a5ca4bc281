"""Rows and answers out of messages."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation

from ..answer import Answer, Coverage, Range, Row
from ..errors import ProtocolError
from ..terms import BOUND_KINDS, FINDINGS, MEASURES, STATUSES, BoundKind, QueryKind
from ..v1.envelope_pb2 import ServerMessage
from ..v1.query_pb2 import QueryDone, QueryRow
from ..v1.query_pb2 import Range as RangeMessage


class AnswerCollector:
    """Rows as they come, until the answer is whole. Errors: ProtocolError."""

    def __init__(self, kind: QueryKind) -> None:
        self._kind = kind
        self._rows: list[Row] = []
        self._done = QueryDone()

    def take(self, message: ServerMessage) -> None:
        self._rows.extend(map(row_of, message.query_chunk.rows))
        if message.HasField("query_done"):
            self._done = message.query_done

    def result(self) -> Answer:
        done = self._done
        coverage = None
        if done.HasField("coverage"):
            coverage = Coverage(done.coverage.reported, done.coverage.of,
                                tuple(done.coverage.missing))
        return Answer(kind=self._kind, rows=tuple(self._rows), sequence=done.sequence,
                      as_of=day_of(done.as_of), policy=done.policy or "default", token=done.token,
                      coverage=coverage, notes=tuple(done.notes), truncated=done.truncated)


def row_of(m: QueryRow) -> Row:
    return Row(
        company=m.company,
        metric=m.metric,
        product=m.product,
        counterparty=m.counterparty,
        period=m.period,
        start=day_of(m.start),
        end=day_of(m.end),
        value=decimal_of(m.value),
        low=decimal_of(m.low),
        high=decimal_of(m.high),
        low_kind=_bound_kind(m.low, m.low_kind),
        high_kind=_bound_kind(m.high, m.high_kind),
        approx=m.approx,
        unit=m.unit,
        currency=m.currency,
        status=STATUSES.of(m.status),
        measure=MEASURES.of(m.measure),
        source=m.source,
        published_at=m.published_at,
        sequence=m.sequence or None,
        derivation=m.derivation,
        documents=m.documents,
        roots=m.roots,
        reason=m.reason,
        definition=m.definition,
        document=m.document,
        root=m.root,
        attributed_to=m.attributed_to,
        withdrawn=m.withdrawn,
        growth_only=m.growth_only,
        retraction=m.retraction,
        seller=m.seller,
        buyer=m.buyer,
        finding=FINDINGS.of(m.finding),
        share=_range(m.share) if m.HasField("share") else None,
        parts=tuple(map(row_of, m.parts)),
    )


def _range(m: RangeMessage) -> Range:
    return Range(decimal_of(m.value), decimal_of(m.low), decimal_of(m.high),
                 _bound_kind(m.low, m.low_kind), _bound_kind(m.high, m.high_kind), m.approx)


def decimal_of(text: str) -> Decimal | None:
    """None for an empty text. Error: ProtocolError."""
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ProtocolError(f"a row of the answer: '{text[:60]}' is no decimal number") from None
    if not number.is_finite():
        raise ProtocolError(f"a row of the answer: '{text[:60]}' is no decimal number")
    return number


def _bound_kind(text: str, kind: int) -> BoundKind | None:
    if not text:
        return None
    return BOUND_KINDS.of(kind) or BoundKind.CLOSED


def day_of(text: str) -> date | None:
    """None for an empty text. Error: ProtocolError."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ProtocolError(f"in the answer '{text[:60]}' is no day") from None
