"""What became of an ingest."""

from __future__ import annotations

from dataclasses import dataclass

from .terms import Outcome


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one record that was not simply accepted."""

    index: int  # of the record in the input, from 0
    outcome: Outcome
    sequence: int | None  # of the event that is stored, where there is one
    code: str  # a stable word: "duplicate", "new_company", "missing_source"
    field: str  # the path inside the Event, or the key of the row, where one field is at fault
    message: str  # for people; says what to do
    quarantine_id: int | None = None  # of a record that is held, or was rejected in review

    def __str__(self) -> str:
        where = f"{self.field}: " if self.field else ""
        return f"record {self.index}: {self.outcome}: {self.code}: {where}{self.message}"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Among the records of an ingest: where the scraper stands behind those before, in its own
    words, at most 4096 bytes of them. It is stored together with these records, under the
    producer_id, and Client.checkpoint gives it back; "" forgets it."""

    text: str


@dataclass(frozen=True, slots=True)
class IngestResult:
    records: int  # taken from the input
    accepted: int
    duplicates: int
    rejected: int  # conflicts, and rows that this client refused, included
    quarantined: int
    unanswered: int  # 0 but in the `result` of an error
    first_sequence: int | None  # of the accepted events; None when there is none
    last_sequence: int | None
    store_sequence: int  # the store's last one, as far as its answers say
    # One for each record that was not simply accepted, by index; none where `on_verdict` took them.
    verdicts: tuple[Verdict, ...]
    producer_id: str
    dry_run: bool
    reconnects: int  # connections made after the first

    @property
    def refused(self) -> tuple[Verdict, ...]:
        """The verdicts of records that are not stored: rejected, in conflict, quarantined."""
        kept = (Outcome.ACCEPTED, Outcome.DUPLICATE)
        return tuple(verdict for verdict in self.verdicts if verdict.outcome not in kept)

    def __str__(self) -> str:
        text = "dry run: " if self.dry_run else ""
        text += f"accepted {self.accepted}, duplicate {self.duplicates}, rejected {self.rejected}"
        if self.quarantined:
            text += f", quarantined {self.quarantined}"
        if self.unanswered:
            text += f", unanswered {self.unanswered}"
        return f"{text}, sequence {self.store_sequence}"
