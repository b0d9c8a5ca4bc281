"""An ingest in steps, against a server that is a few lines here and a clock that the test turns."""

import random
import unittest
from typing import Any, Callable, Iterable, Iterator

from capexdb._core.effects import END, Move, Moved, Next, Open, Pause, Shut
from capexdb._core.endpoint import Settings, settings
from capexdb._core.frame import FrameReader
from capexdb._core.producer import IngestOptions, Producer
from capexdb.errors import (Aborted, CapexdbError, DeadlineExceeded, InvalidArgument, ProtocolError,
                            RowTypeError, Unavailable)
from capexdb.ingest import Checkpoint, IngestResult, Verdict
from capexdb.terms import Outcome
from capexdb.v1.envelope_pb2 import ClientMessage, ServerMessage
from capexdb.v1.ingest_pb2 import BATCH_MODE_ATOMIC, OUTCOME_REJECTED

from .support import events, frame, row


class Server:
    """Stores every event once, under the numbers of its batches. `answers` says of a batch whether
    its answer arrives; a connection ends where it does not."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.stored: list[str] = []  # notes of events
        self.batches: list[int] = []  # the size of each numbered batch, in order
        self.received: list[tuple[int, int]] = []  # (connection, batch number)
        self.bytes: list[int] = []  # of their messages
        self.hellos: list[ClientMessage] = []
        self.opened_at: list[float] = []
        self.on_the_way_max = 0
        self.connections = 0
        self.limits = {"requests_in_flight_max": 64}
        self.reachable: Callable[[], bool] = lambda: True
        self.answers: Callable[[int], Any] = lambda number: True
        self._reader = FrameReader(64 << 20)
        self._to_send = b""
        self._ended = ""

    def settings(self) -> Settings:
        return settings("server:1", timeout=30, connect_timeout=5, backoff_min=0.05, backoff_max=2,
                        client_name="test", token="", clock=lambda: self.now)

    def run(self, records: Iterable[Any], **options: Any) -> IngestResult:
        producer = Producer(self.settings(), IngestOptions(**options), random.Random(1))
        steps, source = producer.run(), iter(records)
        result: Any = None
        failure: Exception | None = None
        while True:
            try:
                effect = steps.send(result) if failure is None else steps.throw(failure)
            except StopIteration as end:
                assert isinstance(end.value, IngestResult)
                return end.value
            result, failure = None, None
            try:
                result = self._perform(effect, source)
            except Exception as error:
                failure = error

    def _perform(self, effect: Any, source: Iterator[Any]) -> Any:
        if isinstance(effect, Next):
            return next(source, END)
        if isinstance(effect, Pause):
            self.now = max(self.now, effect.until)
        elif isinstance(effect, Open):
            self.opened_at.append(self.now)
            self._reader, self._to_send, self._ended = FrameReader(64 << 20), b"", ""
            self.connections += 1
            if not self.reachable():
                raise Unavailable("cannot reach server:1: refused")
        elif isinstance(effect, Move):
            return self._move(effect)
        else:
            assert isinstance(effect, Shut)
        return None

    def _move(self, effect: Move) -> Moved:
        self._reader.append(effect.data)
        in_batch = 0
        while (body := self._reader.next()) is not None and not self._ended:
            message = ClientMessage.FromString(body)
            if message.HasField("hello"):
                self.hellos.append(message)
                self._say(message, welcome={
                    "protocol_version": 1, "limits": self.limits,
                    "last_batch_number": len(self.batches), "last_sequence": len(self.stored)
                })  # yapf: disable
            else:
                in_batch += 1
                self._ingest(message)
        self.on_the_way_max = max(self.on_the_way_max, in_batch)
        if not self._to_send and not self._ended:
            self.now = max(self.now, effect.deadline)  # nothing happens until then
        data, self._to_send = self._to_send, b""
        return Moved(data, self._ended)

    def _ingest(self, message: ClientMessage) -> None:
        number = message.ingest.batch_number
        self.received.append((self.connections, number))
        self.bytes.append(message.ByteSize())
        if number > len(self.batches):
            assert number == len(self.batches) + 1, "a gap in the numbers"
            self.batches.append(len(message.ingest.events))
            self.stored += [event.note for event in message.ingest.events]
        answer = self.answers(number)
        if answer is True:
            last = sum(self.batches[:number])
            self._say(message, ingest={
                "batch_number": number, "accepted": len(message.ingest.events),
                "first_sequence": last - len(message.ingest.events) + 1, "last_sequence": last,
                "store_sequence": len(self.stored)
            })  # yapf: disable
        elif answer is False:
            self._ended = "the connection broke"
        elif answer is not None:
            self._say(message, **answer)

    def _say(self, to: ClientMessage, **message: Any) -> None:
        self._to_send += frame(ServerMessage(request_id=to.request_id, **message))


def noted(count: int) -> list[Any]:
    return [event for i in range(count) for event in events("a", 1, note=str(i))]


class ProducerTest(unittest.TestCase):

    def setUp(self) -> None:
        self.server = Server()

    def test_batches_and_window(self) -> None:
        result = self.server.run(noted(95), batch=10, window=4)
        self.assertEqual(self.server.batches, [10] * 9 + [5])
        self.assertEqual(self.server.stored, [str(i) for i in range(95)])
        self.assertLessEqual(self.server.on_the_way_max, 4)
        self.assertEqual((result.records, result.accepted, result.first_sequence,
                          result.last_sequence, result.reconnects), (95, 95, 1, 95, 0))
        self.assertEqual(result.verdicts, ())

    def test_an_empty_input(self) -> None:
        result = self.server.run([])
        self.assertEqual((result.records, result.first_sequence), (0, None))
        self.assertEqual(self.server.received, [])

    def test_the_servers_limits_hold(self) -> None:
        self.server.limits = {"batch_events_max": 7, "requests_in_flight_max": 2}
        self.server.run(noted(30), batch=10, window=16)
        self.assertEqual(self.server.batches, [7, 7, 7, 7, 2])
        self.assertLessEqual(self.server.on_the_way_max, 2)

        self.server = Server()
        self.server.limits = {"message_bytes_max": 4096}
        long = [event for i in range(20) for event in events("a", 1, note="x" * 900)]
        self.server.run(long)
        self.assertEqual(sum(self.server.batches), 20)
        self.assertLessEqual(max(self.server.batches), 3)

    def test_a_checkpoint_counts_for_the_limit(self) -> None:
        self.server.limits = {"message_bytes_max": 4096}
        records: list[Any] = []
        for event in events("a", 12, note="x" * 900):
            records += [event, Checkpoint("y" * 1000)]
        self.server.run(records, producer_id="p")
        self.assertEqual(sum(self.server.batches), 12)
        self.assertLessEqual(max(self.server.bytes), 4096)

    def test_an_event_over_the_limit_is_a_verdict(self) -> None:
        self.server.limits = {"message_bytes_max": 4096}
        records = [*noted(1), *events("a", 1, note="x" * 5000), *noted(1)]
        result = self.server.run(records)
        self.assertEqual((result.accepted, result.rejected), (2, 1))
        self.assertEqual((result.verdicts[0].index, result.verdicts[0].code), (1, "too_large"))

    def test_what_was_not_answered_is_sent_again_under_its_number(self) -> None:
        lost = iter([True, True, False, True, False, False])
        self.server.answers = lambda number: next(lost, True)
        result = self.server.run(noted(80), batch=10)
        self.assertEqual(self.server.stored, [str(i) for i in range(80)])
        self.assertEqual(result.accepted, 80)
        self.assertEqual(result.reconnects, 3)
        self.assertEqual(self.server.received[:4], [(1, 1), (1, 2), (1, 3), (2, 3)])

    def test_attempts_back_off_with_jitter_and_start_anew_after_an_answer(self) -> None:
        tries = iter([True] + [False] * 12)
        self.server.reachable = lambda: next(tries, True)
        lost = iter([False, True, True, True, False])
        self.server.answers = lambda number: next(lost, True)
        self.server.run(noted(80), batch=10)
        pauses = [b - a for a, b in zip(self.server.opened_at, self.server.opened_at[1:])]
        ceiling = 0.05
        for pause in pauses[:13]:
            self.assertGreaterEqual(pause, ceiling / 2 - 1e-9)
            self.assertLessEqual(pause, ceiling + 1e-9)
            ceiling = min(2.0, 2 * ceiling)
        self.assertEqual(len(set(pauses)), len(pauses))
        self.assertLessEqual(pauses[-1], 0.05 + 1e-9)

    def test_gives_up_when_the_server_stays_away(self) -> None:
        self.server.reachable = lambda: False
        begun = self.server.now
        with self.assertRaisesRegex(Unavailable, "refused; gave up after 60 s") as caught:
            self.server.run(noted(5))
        self.assertAlmostEqual(self.server.now - begun, 60, delta=5)
        assert caught.exception.result is not None
        self.assertEqual(caught.exception.result.records, 0)

    def test_gives_up_when_the_server_is_silent(self) -> None:
        self.server.answers = lambda number: True if number < 3 else None
        begun = self.server.now
        silent = "for 7 s; 3 batches are unanswered"
        with self.assertRaisesRegex(DeadlineExceeded, silent) as caught:
            self.server.run(noted(50), batch=10, give_up_after=7)
        self.assertEqual(self.server.now - begun, 7)
        assert caught.exception.result is not None
        self.assertEqual((caught.exception.result.accepted, caught.exception.result.unanswered),
                         (20, 30))

    def test_a_slow_input_is_no_silent_server(self) -> None:

        def slow() -> Iterator[Any]:
            for event in noted(5):
                self.server.now += 100
                yield event

        lost = iter([True, True, False])
        self.server.answers = lambda number: next(lost, True)
        self.assertEqual(self.server.run(slow()).accepted, 5)
        # What came after a pause does not wait for more.
        self.assertEqual(self.server.batches, [1] * 5)

    def test_errors_that_may_pass_and_those_that_do_not(self) -> None:
        busy = iter([{"error": {"code": 8, "message": "busy"}},
                     {"error": {"code": 14, "message": "stops"}},
                     {"error": {"code": 4, "message": "late"}}])  # yapf: disable
        self.server.answers = lambda number: next(busy, True)
        self.assertEqual(self.server.run(noted(20), batch=10).accepted, 20)
        self.assertEqual(self.server.stored, [str(i) for i in range(20)])
        for code, kind in ((10, Aborted), (3, InvalidArgument), (6, CapexdbError)):
            self.server = Server()
            self.server.answers = lambda number: {"error": {"code": code, "message": "no"}}
            with self.assertRaises(kind):
                self.server.run(noted(20), batch=10)
            self.assertEqual(self.server.connections, 1)

    def test_another_producer_with_the_id_ends_it(self) -> None:

        def steal(number: int) -> bool:
            if number == 2:
                self.server.batches += [1, 1]  # by another one
                return False
            return True

        self.server.answers = steal
        with self.assertRaisesRegex(Aborted, "another producer uses this producer id"):
            self.server.run(noted(20), batch=10, producer_id="p")

    def test_a_verdict_that_fits_no_record_is_a_fault(self) -> None:
        wrong = {"index": 10, "outcome": OUTCOME_REJECTED}
        self.server.answers = lambda number: {
            "ingest": {"batch_number": number, "verdicts": [wrong]}
        }  # yapf: disable
        with self.assertRaises(ProtocolError):
            self.server.run(noted(10))

    def test_verdicts_have_the_place_in_the_input(self) -> None:
        bad = [1, 3]  # of each batch
        self.server.answers = lambda number: {
            "ingest": {
                "batch_number": number, "accepted": 3, "rejected": 2,
                "verdicts": [{"index": i, "outcome": OUTCOME_REJECTED, "code": "c", "field": "f",
                              "message": "m"} for i in bad]
            }
        }  # yapf: disable
        records: list[Any] = noted(9)
        records.insert(2, row("a", "23bn"))  # refused before it is sent
        result = self.server.run(records, batch=5)
        self.assertEqual([(v.index, v.code) for v in result.verdicts],
                         [(1, "c"), (2, "bad_number"), (4, "c"), (7, "c"), (9, "c")])
        self.assertEqual(result.rejected, 5)
        self.assertEqual(result.refused, result.verdicts)

        taken: list[Verdict] = []
        self.setUp()
        result = self.server.run([row("a", "23bn"), *noted(1)], on_verdict=taken.append)
        self.assertEqual((result.verdicts, result.rejected), ((), 1))
        self.assertEqual([(v.index, v.outcome) for v in taken], [(0, Outcome.REJECTED)])

    def test_an_input_that_fails_loses_nothing_of_what_it_gave(self) -> None:

        def broken() -> Iterator[Any]:
            yield from noted(25)
            raise RuntimeError("the page is gone")

        with self.assertRaisesRegex(RuntimeError, "the page is gone") as caught:
            self.server.run(broken(), batch=10)
        self.assertEqual(len(self.server.stored), 25)
        self.assertIn("of the 25 records before: accepted 25", caught.exception.__notes__[0])
        self.setUp()
        with self.assertRaises(RuntimeError):
            self.server.run(broken(), atomic=True)
        self.assertEqual(self.server.received, [])

    def test_a_float_ends_it_and_loses_nothing_before(self) -> None:
        for wrong, pattern in ((row("a", 0.1), "record 3: value is 0.1, a float: .*not exact"),
                               (row("a", True), "value is True, a bool"), (b"", "not a bytes"),
                               (row("a", "1", currency=float("nan")), "currency is nan, a float")):
            self.setUp()
            with self.assertRaisesRegex(RowTypeError, pattern) as caught:
                self.server.run([*noted(3), wrong, *noted(3)])
            self.assertIsInstance(caught.exception, TypeError)
            self.assertEqual(caught.exception.index, 3)
            self.assertEqual(len(self.server.stored), 3)
            assert caught.exception.result is not None
            self.assertEqual((caught.exception.result.records, caught.exception.result.accepted),
                             (3, 3))

    def test_atomic_is_one_batch_or_nothing(self) -> None:
        self.server.run(noted(2500), batch=10, atomic=True)
        self.assertEqual(self.server.batches, [2500])
        self.setUp()
        result = self.server.run([*noted(5), row("a", "x"), *noted(5)], atomic=True)
        self.assertEqual((result.accepted, result.rejected, result.records), (0, 1, 11))
        self.assertEqual(self.server.received, [])
        self.setUp()
        self.server.limits = {"batch_events_max": 10}
        with self.assertRaisesRegex(InvalidArgument, "at most 10 events .*divide the input"):
            self.server.run(noted(11), atomic=True)
        self.assertEqual(self.server.received, [])

    def test_of_a_refused_atomic_batch_nothing_is_accepted(self) -> None:
        self.server.answers = lambda number: {
            "ingest": {
                "batch_number": number, "rejected": 1,
                "verdicts": [{"index": 0, "outcome": 1, "sequence": 3, "code": "new_company"},
                             {"index": 1, "outcome": 3, "code": "missing_source"}]
            }
        }  # yapf: disable
        result = self.server.run(noted(2), atomic=True)
        self.assertEqual([v.outcome for v in result.verdicts], [Outcome.REJECTED])

    def test_who_sends(self) -> None:
        self.server.run(noted(1), producer_id="scraper")
        hello = self.server.hellos[-1].hello
        self.assertEqual((hello.producer_id, hello.ephemeral_producer), ("scraper", False))
        result = self.server.run(noted(1))
        hello = self.server.hellos[-1].hello
        self.assertTrue(hello.ephemeral_producer)
        self.assertRegex(hello.producer_id, "^[0-9a-f]{32}$")
        self.assertEqual(result.producer_id, hello.producer_id)

    def test_the_mode_is_said(self) -> None:
        received: list[ClientMessage] = []
        ingest = self.server._ingest
        self.server._ingest = lambda m: (received.append(m), ingest(m))[1]  # type: ignore
        self.server.run(noted(1), atomic=True)
        self.assertEqual(received[0].ingest.mode, BATCH_MODE_ATOMIC)

    def test_options_out_of_range(self) -> None:
        for options in ({"batch": 0}, {"batch": 100_001}, {"window": 0}, {"batch": True},
                        {"give_up_after": 0}, {"producer_id": ""}, {"producer_id": "x" * 129},
                        {"producer_id": "a\x00"}):  # yapf: disable
            with self.assertRaises(InvalidArgument, msg=str(options)):
                IngestOptions(**options)  # type: ignore[arg-type]


if __name__ == "__main__":
    unittest.main()
