"""The batches that a producer has handed over and that are not answered yet: their numbers, which
of them are on their way over the present connection, and the answers, in order.

A batch keeps its number until it is answered, so that after a reconnect the server either stores
it or repeats the answer that was lost.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import Enum

from ..errors import Aborted, DataLoss, ProtocolError
from ..v1.ingest_pb2 import IngestReply


class Numbering(Enum):
    KEPT = 1  # a named producer: its numbers are for ever
    EPHEMERAL = 2  # the server may have forgotten them; then they start again
    TRIAL = 3  # of a dry run: from 1, and lost with the connection


@dataclass(slots=True)
class Batch:
    events: bytes  # the field `events` of an IngestRequest
    indexes: list[int]  # of its events in the input
    checkpoint: str | None = None  # stored with it
    number: int = 0
    request_id: int = 0
    reply: IngestReply | None = field(default=None)  # waits for those of earlier batches


class BatchWindow:

    def __init__(self, numbering: Numbering) -> None:
        self._numbering = numbering
        self._batches: deque[Batch] = deque()  # the first _sent of them are on their way
        self._sent = 0  # over this connection
        self._answered_early = 0  # of _sent
        self._answered: deque[Batch] = deque()
        self._last_number = 0  # given out
        self._last_sent = 0  # the highest number ever sent
        self._welcomed = False
        self._answered_count = 0  # batches

    @property
    def unanswered(self) -> int:
        return len(self._batches)

    @property
    def unanswered_events(self) -> int:
        return sum(len(batch.indexes) for batch in self._batches)

    @property
    def on_their_way(self) -> int:
        """Of the unanswered, those sent over this connection."""
        return self._sent - self._answered_early

    def on_welcome(self, last_batch_number: int) -> None:
        """A connection is made; `last_batch_number` is what its Welcome says. Errors: Aborted when
        another producer has used the id since, or a dry run has lost the connection that knew its
        first batches, DataLoss when the server no longer knows batches that it has answered."""
        self.on_disconnected()
        if self._numbering is Numbering.TRIAL:
            if self._answered_count:
                raise Aborted("the connection was lost in the middle of the dry run, and with it "
                              "what was tried before; begin again")
            self._renumber(1)
            return
        if not self._welcomed:
            self._welcomed = True
            self._renumber(last_batch_number + 1)
            return
        answered = self._batches[0].number - 1 if self._batches else self._last_number
        if last_batch_number > max(self._last_sent, answered):
            raise Aborted("another producer uses this producer id: the server has batch "
                          f"{last_batch_number}, this one sent up to {self._last_sent}")
        if last_batch_number >= answered:
            return
        if self._numbering is Numbering.EPHEMERAL and last_batch_number == 0:
            # Forgotten while nothing came. What was stored is recognised by its content.
            self._renumber(1)
            return
        raise DataLoss(f"the server answered batch {answered} of this producer but now knows only "
                       f"{last_batch_number}; was it restored from a backup?")

    def on_disconnected(self) -> None:
        """Every batch without an answer is to be sent again."""
        # An answer that waits for an earlier one is asked for again, with the others.
        self._sent = 0
        self._answered_early = 0
        for batch in self._batches:
            batch.reply = None

    def push(self, events: bytes, indexes: list[int], checkpoint: str | None = None) -> None:
        self._last_number += 1
        batch = Batch(events, indexes, checkpoint, self._last_number)
        self._batches.append(batch)

    def next_to_send(self, on_their_way_max: int) -> Batch | None:
        """The next batch to send, if fewer than that are on their way; then call on_sent."""
        if self._sent == len(self._batches) or self.on_their_way >= on_their_way_max:
            return None
        return self._batches[self._sent]

    def on_sent(self, request_id: int) -> None:
        batch = self._batches[self._sent]
        self._sent += 1
        batch.request_id = request_id
        self._last_sent = max(self._last_sent, batch.number)

    def on_reply(self, request_id: int, reply: IngestReply) -> None:
        """Error: ProtocolError when the reply is not that request's."""
        for i in range(self._sent):
            batch = self._batches[i]
            if batch.request_id == request_id and batch.reply is None:
                break
        else:
            batch = None
        if batch is None or reply.batch_number != batch.number:
            raise ProtocolError(f"the server answers batch {reply.batch_number}, which this "
                                "request was not")
        batch.reply = reply
        self._answered_early += 1
        while self._batches and self._batches[0].reply is not None:
            self._answered.append(self._batches.popleft())
            self._answered_count += 1
            self._sent -= 1
            self._answered_early -= 1

    def next_answered(self) -> Batch | None:
        """Batches with their replies, in their order."""
        return self._answered.popleft() if self._answered else None

    def _renumber(self, first: int) -> None:
        self._last_number = self._last_sent = first - 1
        for batch in self._batches:
            self._last_number += 1
            batch.number = self._last_number
