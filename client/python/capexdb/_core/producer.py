"""An ingest from its first record to its last answer: numbered batches, several on their way at a
time, sent again with the same numbers after a reconnect until they are answered. So nothing is
lost and nothing is stored twice.
"""

from __future__ import annotations

import random
import secrets
from dataclasses import dataclass
from typing import Any, Callable

from google.protobuf.message import Message

from ..errors import (CapexdbError, DeadlineExceeded, InvalidArgument, RowTypeError, Unavailable,
                      may_pass)
from ..ingest import Checkpoint, IngestResult, Verdict
from ..v1.envelope_pb2 import Hello
from ..v1.event_pb2 import Event
from ..v1.ingest_pb2 import BATCH_MODE_ATOMIC, BATCH_MODE_PARTIAL, IngestRequest
from .effects import END, Next, Pause, Shut, Steps
from .endpoint import Settings, seconds
from .frame import field_head
from .link import Link
from .report import Report
from .rows import event_of_row
from .text import check_clean
from .window import BatchWindow, Numbering

MESSAGE_BYTES_MAX = 16 << 20
BATCH_EVENTS_MAX = 100_000
PRODUCER_ID_BYTES_MAX = 128

CHECKPOINT_BYTES_MAX = 4096
ENVELOPE_BYTES = 1024  # what a request needs beside its events and its checkpoint
INPUT_PAUSE = 0.2  # seconds without a record, after which a batch does not wait until it is full


@dataclass(frozen=True, slots=True)
class IngestOptions:
    producer_id: str | None = None
    atomic: bool = False
    dry_run: bool = False
    batch: int = 1000
    window: int = 16
    give_up_after: float = 60.0
    on_verdict: Callable[[Verdict], None] | None = None

    def __post_init__(self) -> None:
        """Error: InvalidArgument."""
        for field, number, most in (("batch", self.batch, BATCH_EVENTS_MAX),
                                    ("window", self.window, 1024)):
            if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= most:
                raise InvalidArgument(f"{field} is {number!r}: give a whole number within "
                                      f"1..{most}", field=field, reason="out_of_range")
        seconds("give_up_after", self.give_up_after)
        if self.producer_id is not None:
            check_producer_id(self.producer_id)


def checkpoint_of(settings: Settings, producer_id: str, deadline: float) -> Steps[str | None]:
    """What is stored for the producer. Errors: as Link.open, InvalidArgument."""
    check_producer_id(producer_id)
    link = Link(settings, Hello(client_name=settings.client_name, token=settings.token,
                                producer_id=producer_id))
    yield from link.open(deadline)
    return link.welcome.checkpoint or None


def check_producer_id(producer_id: str) -> None:
    """Error: InvalidArgument."""
    check_clean("producer_id", producer_id)
    if not 1 <= len(producer_id.encode()) <= PRODUCER_ID_BYTES_MAX:
        raise InvalidArgument(f"producer_id has 1 to {PRODUCER_ID_BYTES_MAX} bytes",
                              field="producer_id", reason="bad_producer_id")


class Producer:
    """Of one ingest. `run` is its steps; they end with the connection open."""

    def __init__(self, settings: Settings, options: IngestOptions,
                 jitter: random.Random | None = None) -> None:
        self._settings = settings
        self._options = options
        ephemeral = options.producer_id is None
        self._producer_id = options.producer_id or secrets.token_hex(16)
        numbering = (Numbering.TRIAL if options.dry_run else
                     Numbering.EPHEMERAL if ephemeral else Numbering.KEPT)
        self._hello = Hello(client_name=settings.client_name, token=settings.token,
                            producer_id=self._producer_id, ephemeral_producer=ephemeral)
        self._window = BatchWindow(numbering)
        self._report = Report(options.atomic, options.on_verdict)
        self._link: Link | None = None
        self._records = 0  # taken from the input

        self._open_events = bytearray()
        self._open_indexes: list[int] = []
        self._open_checkpoint: str | None = None
        self._spoilt = False  # a record of the atomic batch was refused here

        self._request_bytes_max = MESSAGE_BYTES_MAX
        self._batch_events_max = options.batch
        self._on_their_way_max = 1

        self._jitter = jitter or random.Random()
        self._attempts = 0  # without progress
        self._retry_at = 0.0  # the next attempt, while there is no connection
        self._progress_at = 0.0  # the last answer, or when there was nothing to answer
        self._last_failure: CapexdbError = Unavailable("no connection")
        self._connections = 0

    def run(self) -> Steps[IngestResult]:
        """Errors, each with the `result` so far: Unavailable (not reached for give_up_after),
        DeadlineExceeded (not answered for as long), Aborted (another producer uses the id),
        InvalidArgument (an atomic batch over the limits), RowTypeError, ProtocolError, whatever the
        server answers; and whatever the input raises."""
        try:
            yield from self._run()
        except CapexdbError as error:
            if error.result is None:
                error.result = self._result()
            raise
        return self._result()

    def _run(self) -> Steps[None]:
        clock = self._settings.clock
        self._progress_at = self._retry_at = clock()
        while self._link is None:
            yield from self._reconnect()
        while True:
            asked_at = clock()
            try:
                record = yield Next()
            except Exception as error:  # the input's own
                yield from self._break_off(error)
                raise
            pause = clock() - asked_at
            self._progress_at += pause  # nobody listened meanwhile
            if record is END:
                break
            is_mark = isinstance(record, Checkpoint)
            try:
                if is_mark:
                    self._mark(record.text)
                else:
                    self._add(record)
            except (InvalidArgument, RowTypeError) as error:
                if is_mark or isinstance(error, RowTypeError):
                    yield from self._break_off(error)
                raise
            if pause >= INPUT_PAUSE and not self._options.atomic:
                self._seal()
            yield from self._make_room()
        if self._options.atomic and self._spoilt:
            self._discard()
        self._seal()
        yield from self._settle()

    def _break_off(self, error: Exception) -> Steps[None]:
        """The input ends in the middle. What was read before is sent and answered, so that nothing
        of it is lost; of an atomic batch nothing is sent."""
        if self._options.atomic:
            self._discard()
        try:
            self._seal()
            yield from self._settle()
        except CapexdbError as lost:
            error.add_note(f"capexdb: and then: {lost}")
        result = self._result()
        error.add_note(f"capexdb: of the {self._records} records before: {result}")

    # The input.

    def _add(self, record: Any) -> None:
        index = self._records
        self._records += 1
        try:
            event = record if _is_event(record) else event_of_row(record)
            data: bytes = event.SerializeToString()
            head = field_head(IngestRequest.EVENTS_FIELD_NUMBER, len(data))
            bytes_max = self._request_bytes_max - ENVELOPE_BYTES
            if len(head) + len(data) > bytes_max:
                raise InvalidArgument(f"an event of {len(data)} bytes is over the server's limit "
                                      f"of {bytes_max}", reason="too_large")
        except RowTypeError as error:
            self._records -= 1
            error.index = index
            error.message = f"record {index}: {error.message}"
            raise
        except InvalidArgument as error:
            self._spoilt = True
            self._report.refuse(index, error)
            return
        full = (len(self._open_indexes) >= self._batch_events_max or
                self._open_bytes() + len(head) + len(data) > bytes_max)
        if full and self._options.atomic:
            self._discard()
            raise InvalidArgument(f"an atomic batch has at most {self._batch_events_max} events "
                                  f"and {bytes_max} bytes; divide the input",
                                  reason="batch_too_large")
        if full:
            self._seal()
        self._open_events += head
        self._open_events += data
        self._open_indexes.append(index)
        if not self._options.atomic and len(self._open_indexes) >= self._batch_events_max:
            self._seal()

    def _mark(self, text: str) -> None:
        """The next batch that goes out stores it. Error: InvalidArgument."""
        if self._options.producer_id is None:
            raise InvalidArgument("a checkpoint is kept for a producer_id; give the ingest one",
                                  field="producer_id", reason="missing_producer_id")
        check_clean("checkpoint", text)
        if len(text.encode()) > CHECKPOINT_BYTES_MAX:
            raise InvalidArgument(f"a checkpoint has at most {CHECKPOINT_BYTES_MAX} bytes",
                                  field="checkpoint", reason="too_large")
        if self._options.dry_run:
            return
        if (self._open_indexes and not self._options.atomic and len(self._open_events) +
                len(text.encode()) > self._request_bytes_max - ENVELOPE_BYTES):
            self._seal()
        self._open_checkpoint = text

    def _open_bytes(self) -> int:
        return len(self._open_events) + len((self._open_checkpoint or "").encode())

    def _seal(self) -> None:
        """Hands the open batch over, if there is anything in it."""
        if not self._open_indexes and self._open_checkpoint is None:
            return
        if self._window.unanswered == 0:
            self._progress_at = self._settings.clock()
        self._window.push(bytes(self._open_events), self._open_indexes, self._open_checkpoint)
        self._discard()

    def _discard(self) -> None:
        self._open_events = bytearray()
        self._open_indexes = []
        self._open_checkpoint = None

    # The connection.

    def _make_room(self) -> Steps[None]:
        """Gets what was sealed under way, and waits while the window is full."""
        if self._link is not None and self._window.next_to_send(self._on_their_way_max):
            yield from self._step(self._settings.clock())
        while self._window.unanswered >= self._on_their_way_max:
            yield from self._step(None)

    def _settle(self) -> Steps[None]:
        while self._window.unanswered:
            yield from self._step(None)

    def _step(self, deadline: float | None) -> Steps[None]:
        """Waits, at most until the deadline, for one thing to happen."""
        if self._link is None:
            yield from self._reconnect()
            return
        self._send_what_fits(self._link)
        clock = self._settings.clock
        silence = self._progress_at + self._options.give_up_after
        try:
            reply = yield from self._link.wait(silence if deadline is None else
                                               min(deadline, silence))
            if reply is not None and reply.error is not None:
                raise reply.error
        except CapexdbError as error:
            yield from self._disconnect(error)
            return
        if reply is None:
            if clock() >= silence:
                raise DeadlineExceeded(
                    f"no answer from {self._settings.server} for {self._options.give_up_after:g} "
                    f"s; {self._window.unanswered} batches are unanswered, send them again later")
            return
        assert reply.message is not None
        self._window.on_reply(reply.request_id, reply.message.ingest)
        self._progress_at = clock()
        self._attempts = 0
        while (batch := self._window.next_answered()) is not None:
            self._report.on_batch(batch)

    def _send_what_fits(self, link: Link) -> None:
        mode = BATCH_MODE_ATOMIC if self._options.atomic else BATCH_MODE_PARTIAL
        while (batch := self._window.next_to_send(self._on_their_way_max)) is not None:
            head = IngestRequest(producer_id=self._producer_id, batch_number=batch.number,
                                 mode=mode, dry_run=self._options.dry_run,
                                 checkpoint=batch.checkpoint)
            self._window.on_sent(link.send("ingest", head.SerializeToString(), batch.events))

    def _disconnect(self, why: CapexdbError) -> Steps[None]:
        """The connection is of no use any more; a later step makes another."""
        self._link = None
        yield Shut()
        if not may_pass(why):
            raise why
        self._window.on_disconnected()
        self._last_failure = why
        ceiling = min(self._settings.backoff_max,
                      self._settings.backoff_min * 2.0**self._attempts)
        self._attempts = min(self._attempts + 1, 16)
        self._retry_at = self._settings.clock() + self._jitter.uniform(ceiling / 2, ceiling)

    def _reconnect(self) -> Steps[None]:
        give_up_at = self._progress_at + self._options.give_up_after
        yield Pause(min(self._retry_at, give_up_at))
        if self._settings.clock() >= give_up_at:
            raise Unavailable(f"{self._last_failure}; gave up after "
                              f"{self._options.give_up_after:g} s without an answer")
        link = Link(self._settings, self._hello)
        try:
            yield from link.open(give_up_at)
        except CapexdbError as error:
            yield from self._disconnect(error)
            return
        self._link = link
        self._connections += 1
        self._welcome(link)

    def _welcome(self, link: Link) -> None:
        limits = link.welcome.limits
        options = self._options
        self._request_bytes_max = _bounded(MESSAGE_BYTES_MAX, limits.message_bytes_max)
        self._batch_events_max = _bounded(BATCH_EVENTS_MAX if options.atomic else options.batch,
                                          limits.batch_events_max)
        self._on_their_way_max = _bounded(options.window, limits.requests_in_flight_max)
        if self._connections == 1:
            self._report.store_sequence = link.welcome.last_sequence
        self._window.on_welcome(link.welcome.last_batch_number)

    def _result(self) -> IngestResult:
        unanswered = self._window.unanswered_events + len(self._open_indexes)
        return self._report.result(records=self._records, unanswered=unanswered,
                                   producer_id=self._producer_id, dry_run=self._options.dry_run,
                                   reconnects=max(self._connections - 1, 0))


def _bounded(ours: int, theirs: int) -> int:
    """A limit of the server; 0 is none."""
    return ours if theirs == 0 else min(ours, theirs)


def _is_event(record: Any) -> bool:
    """Also of a module that somebody else has generated."""
    return isinstance(record, Event) or (isinstance(record, Message) and
                                         record.DESCRIPTOR.full_name == Event.DESCRIPTOR.full_name)
