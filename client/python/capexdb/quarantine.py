"""Records that are held for review, and what becomes of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .terms import QuarantineState
from .v1.event_pb2 import Event


@dataclass(frozen=True, slots=True)
class HeldRecord:
    """One that was ever held. What its event says is there as `capex get` writes it; of one that
    states several numbers, joined by "; "."""

    id: int
    state: QuarantineState
    held_at: datetime  # UTC
    producer_id: str
    batch_number: int
    code: str  # what it is suspected of: "suspect_unit_slip"
    field: str
    message: str
    company: str
    metric: str
    period: str
    value: str
    unit: str
    source: str
    published_at: str
    event_id: str
    decided_at: datetime | None  # UTC; None while it is held
    note: str
    sequence: int | None  # of an approved one
    event: Event | None  # only of quarantine_show, as the following
    event_bytes: bytes  # as they came, unknown fields included


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of one record of an approve or reject."""

    id: int
    state: QuarantineState | None  # that it has now; None: there is no such record
    changed: bool  # by this call
    sequence: int | None  # of an approved one
    # Why it was not changed, where that is: "already_approved", "already_rejected", "unknown_id",
    # or why its event cannot be stored.
    code: str
    message: str
