"""Adds up the answers of an ingest."""

from __future__ import annotations

from typing import Callable

from ..errors import InvalidArgument, ProtocolError
from ..ingest import IngestResult, Verdict
from ..terms import OUTCOMES, Outcome
from ..v1.ingest_pb2 import Verdict as VerdictMessage
from .window import Batch


class Report:

    def __init__(self, atomic: bool, hand_over: Callable[[Verdict], None] | None) -> None:
        self._atomic = atomic
        self._hand_over = hand_over
        self._verdicts: list[Verdict] = []
        self.accepted = 0
        self.duplicates = 0
        self.rejected = 0
        self.quarantined = 0
        self.first_sequence = 0
        self.last_sequence = 0
        self.store_sequence = 0

    def on_verdict(self, verdict: Verdict) -> None:
        if self._hand_over is not None:
            self._hand_over(verdict)
        else:
            self._verdicts.append(verdict)

    def refuse(self, index: int, error: InvalidArgument) -> None:
        """A record that is not sent at all."""
        self.rejected += 1
        self.on_verdict(Verdict(index, Outcome.REJECTED, None, error.reason, error.field,
                                error.message))

    def on_batch(self, batch: Batch) -> None:
        """Error: ProtocolError."""
        reply = batch.reply
        assert reply is not None
        self.accepted += reply.accepted
        self.duplicates += reply.duplicates
        self.rejected += reply.rejected
        self.quarantined += reply.quarantined
        self.store_sequence = max(self.store_sequence, reply.store_sequence)
        self.last_sequence = max(self.last_sequence, reply.last_sequence)
        if reply.first_sequence:
            self.first_sequence = min(self.first_sequence or reply.first_sequence,
                                      reply.first_sequence)
        # Of an atomic batch that was refused, warnings about what would have been stored.
        stored = not self._atomic or reply.rejected == 0
        for message in reply.verdicts:
            verdict = _verdict(message, batch)
            if stored or verdict.outcome is not Outcome.ACCEPTED:
                self.on_verdict(verdict)

    def result(self, *, records: int, unanswered: int, producer_id: str, dry_run: bool,
               reconnects: int) -> IngestResult:
        return IngestResult(records=records, accepted=self.accepted, duplicates=self.duplicates,
                            rejected=self.rejected, quarantined=self.quarantined,
                            unanswered=unanswered, first_sequence=self.first_sequence or None,
                            last_sequence=self.last_sequence or None,
                            store_sequence=self.store_sequence,
                            verdicts=tuple(sorted(self._verdicts, key=lambda v: v.index)),
                            producer_id=producer_id, dry_run=dry_run, reconnects=reconnects)


def _verdict(message: VerdictMessage, batch: Batch) -> Verdict:
    if message.index >= len(batch.indexes):
        raise ProtocolError(f"the server has a verdict for record {message.index} of a batch of "
                            f"{len(batch.indexes)}")
    return Verdict(batch.indexes[message.index], OUTCOMES.known(message.outcome),
                   message.sequence or None, message.code, message.field, message.message,
                   message.quarantine_id or None)
