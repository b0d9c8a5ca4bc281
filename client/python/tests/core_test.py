"""Framing, one connection, the window of batches: no sockets, no clocks."""

import unittest
from typing import Any

from capexdb._core import verbs
from capexdb._core.asking import Asker
from capexdb._core.connection import REPLY_BYTES_MAX, ConnectionFsm, State
from capexdb._core.effects import Move, Moved, Open, Shut
from capexdb._core.endpoint import Endpoint, parse_endpoint, settings
from capexdb._core.frame import FrameReader, varint
from capexdb._core.window import BatchWindow, Numbering
from capexdb.errors import (TOO_LARGE, Aborted, CapexdbError, Code, DataLoss, DeadlineExceeded,
                            InvalidArgument, NotFound, ProtocolError, ResourceExhausted,
                            Unavailable, error_of, may_be_asked_again, may_pass)
from capexdb.v1.envelope_pb2 import ClientMessage, Hello, ServerMessage
from capexdb.v1.ingest_pb2 import IngestReply

from .support import WELCOME, frame


class FrameTest(unittest.TestCase):

    def test_messages_come_out_however_they_are_cut(self) -> None:
        messages = [b"", b"a", b"b" * 127, b"c" * 128, b"d" * 20000]
        stream = b"".join(varint(len(m)) + m for m in messages)
        for step in (1, 2, 3, 7, 1000, len(stream)):
            reader, got = FrameReader(20000), []
            for at in range(0, len(stream), step):
                reader.append(stream[at:at + step])
                while (message := reader.next()) is not None:
                    got.append(message)
            self.assertEqual(got, messages, step)
            self.assertEqual(reader.pending, 0)

    def test_a_length_over_the_limit_is_refused_before_its_bytes_come(self) -> None:
        reader = FrameReader(1000)
        reader.append(varint(1001))
        with self.assertRaisesRegex(ProtocolError, "1001 bytes is over the limit of 1000"):
            reader.next()

    def test_a_length_that_never_ends_is_refused(self) -> None:
        reader = FrameReader(1000)
        reader.append(b"\xff" * 4)
        self.assertIsNone(reader.next())
        reader.append(b"\xff")
        with self.assertRaisesRegex(ProtocolError, "no varint"):
            reader.next()

    def test_memory_follows_what_came_and_not_what_was_announced(self) -> None:
        reader = FrameReader(16 << 20)
        reader.append(varint(16 << 20) + b"x")
        self.assertIsNone(reader.next())
        self.assertLess(reader.pending, 10)


class EndpointTest(unittest.TestCase):

    def test_addresses(self) -> None:
        self.assertEqual(parse_endpoint("localhost:7411"), Endpoint("localhost", 7411))
        self.assertEqual(parse_endpoint("[::1]:1"), Endpoint("::1", 1))
        for wrong in ("", "host", "host:", ":7411", "host:0", "host:65536", "::1:7411", "a:b",
                      "host:-1", "host: 7", "host:７"):
            with self.assertRaises(InvalidArgument, msg=wrong) as caught:
                parse_endpoint(wrong)
            self.assertIn("HOST:PORT", caught.exception.message)

    def test_settings_refuse_what_is_no_time(self) -> None:
        wrongs: list[Any] = [0, -1, float("nan"), float("inf"), "5", True]
        for wrong in wrongs:
            with self.assertRaises(InvalidArgument, msg=repr(wrong)) as caught:
                settings("h:1", timeout=wrong, connect_timeout=1, backoff_min=1, backoff_max=1,
                         client_name="c", token="")
            self.assertEqual(caught.exception.field, "timeout")


class ErrorTest(unittest.TestCase):

    def test_every_code_has_its_class(self) -> None:
        for code in Code:
            error = error_of(int(code), "why", "metric", "word")
            self.assertEqual((error.code, error.message, error.field, error.reason),
                             (code, "why", "metric", "word"))
            self.assertEqual(type(error) is CapexdbError, code is Code.UNKNOWN)
        self.assertIs(type(error_of(5, "")), NotFound)
        self.assertIs(type(error_of(13, "")).__mro__[1], CapexdbError)
        self.assertIs(type(error_of(99, "")), CapexdbError)

    def test_which_ones_may_pass(self) -> None:
        passing = {Code.UNAVAILABLE, Code.DEADLINE_EXCEEDED, Code.RESOURCE_EXHAUSTED}
        for code in Code:
            error = error_of(code, "")
            self.assertEqual(may_pass(error), code in passing, code)
            self.assertEqual(may_be_asked_again(error), code in {*passing, Code.ABORTED}, code)
        too_large = ResourceExhausted("", reason=TOO_LARGE)
        self.assertFalse(may_pass(too_large) or may_be_asked_again(too_large))
        self.assertTrue(may_be_asked_again(ResourceExhausted("", reason="other")))


class ConnectionTest(unittest.TestCase):

    def setUp(self) -> None:
        self.fsm = ConnectionFsm(Hello(client_name="c", producer_id="p"))

    def sent(self) -> list[ClientMessage]:
        reader = FrameReader(16 << 20)
        reader.append(self.fsm.take_output())
        messages = []
        while (body := reader.next()) is not None:
            messages.append(ClientMessage.FromString(body))
        return messages

    def open(self) -> None:
        self.fsm.on_bytes(frame(WELCOME))
        self.assertIs(self.fsm.state, State.OPEN)
        self.sent()

    def assert_broken(self, pattern: str) -> None:
        self.assertIs(self.fsm.state, State.FAILED)
        self.assertIsInstance(self.fsm.error, ProtocolError)
        self.assertRegex(str(self.fsm.error), pattern)
        assert self.fsm.error is not None
        self.assertEqual(self.fsm.error.reason, "protocol")

    def test_hello_comes_first(self) -> None:
        hello, = self.sent()
        self.assertEqual(hello.request_id, 1)
        self.assertEqual(hello.hello, Hello(protocol_version=1, client_name="c", producer_id="p"))

    def test_a_request_in_parts_is_one_message(self) -> None:
        self.open()
        whole = ClientMessage(request_id=2, ingest={
            "producer_id": "p", "batch_number": 7, "events": [{"note": "x"}, {"note": "y" * 300}]
        })  # yapf: disable
        data = whole.ingest.SerializeToString()
        self.assertEqual(self.fsm.send("ingest", data[:9], data[9:]), 2)
        self.assertEqual(self.sent(), [whole])

    def test_replies_are_matched_with_their_requests(self) -> None:
        self.open()
        first, second = self.fsm.send("ping", b""), self.fsm.send("query", b"")
        chunk = ServerMessage(request_id=second, query_chunk={"rows": [{"company": "a"}]})
        error = ServerMessage(request_id=second, error={
            "code": 5, "message": "no", "violations": [{"field": "metric", "message": "m"}],
            "reason": "word"
        })  # yapf: disable
        pong = ServerMessage(request_id=first, pong={})
        self.fsm.on_bytes(frame(chunk) + frame(pong) + frame(error))
        replies = [self.fsm.next_reply() for _ in range(3)]
        self.assertEqual([(r.request_id, r.last) for r in replies if r],
                         [(second, False), (first, True), (second, True)])
        assert replies[2] is not None
        self.assertIsInstance(replies[2].error, NotFound)
        assert replies[2].error is not None
        self.assertEqual((replies[2].error.field, replies[2].error.reason), ("metric", "word"))
        self.assertIsNone(self.fsm.next_reply())
        self.assertIs(self.fsm.state, State.OPEN)

    def test_replies_before_the_end_are_kept(self) -> None:
        self.open()
        ping = self.fsm.send("ping", b"")
        self.fsm.on_bytes(frame(ServerMessage(request_id=ping, pong={})))
        self.fsm.on_disconnected(Unavailable("gone"))
        self.fsm.on_disconnected(Unavailable("again"))
        self.assertIsNotNone(self.fsm.next_reply())
        self.assertEqual(str(self.fsm.error), "gone")
        self.assertEqual(self.fsm.take_output(), b"")

    def test_an_error_without_a_request_is_about_the_connection(self) -> None:
        self.open()
        self.fsm.on_bytes(frame(ServerMessage(error={"code": 8, "message": "too many"})))
        self.assertIs(self.fsm.state, State.FAILED)
        assert self.fsm.error is not None
        self.assertEqual(self.fsm.error.code, Code.RESOURCE_EXHAUSTED)

    def test_broken_rules(self) -> None:
        ping_answer = ServerMessage(request_id=2, status={})
        cases = [
            (frame(ServerMessage(request_id=9, pong={})), "which nobody waits for"),
            (frame(ping_answer), "of another kind"),
            (varint(3) + b"\xff\xff\xff", "cannot be parsed"),
            (varint(4) + b"\x08\x02\x04\x00", "cannot be parsed"),  # the end of no group
            (varint(REPLY_BYTES_MAX + 1), "over the limit"),
            (b"\xff" * 9, "no varint"),
        ]
        for data, pattern in cases:
            self.setUp()
            self.open()
            self.fsm.send("ping", b"")
            self.fsm.on_bytes(data)
            self.assert_broken(pattern)
            self.fsm.on_bytes(frame(ping_answer))  # is of no interest any more
            self.assert_broken(pattern)

    def test_a_greeting_that_is_none(self) -> None:
        other = ServerMessage(request_id=1, welcome={"protocol_version": 2})
        for message, pattern in ((ServerMessage(request_id=1, pong={}), "no Welcome"),
                                 (other, "protocol version 2")):
            self.setUp()
            self.fsm.on_bytes(frame(message))
            self.assert_broken(pattern)
        self.setUp()
        self.fsm.on_bytes(frame(ServerMessage(error={"code": 16, "message": "who?"})))
        assert self.fsm.error is not None
        self.assertEqual(self.fsm.error.code, Code.UNAUTHENTICATED)


class AskerTest(unittest.TestCase):

    def test_an_answer_that_comes_in_pieces_without_end_is_none(self) -> None:
        now = 0.0
        chunk = frame(ServerMessage(request_id=2, query_chunk={}))
        asker = Asker(settings("h:1", timeout=1, connect_timeout=1, backoff_min=1, backoff_max=1,
                               client_name="c", token="", clock=lambda: now))
        steps = asker.ask(verbs.get("a", "capex", None, {}), 10.0)
        self.assertIsInstance(steps.send(None), Open)
        self.assertIsInstance(steps.send(None), Move)
        effect = steps.send(Moved(frame(WELCOME)))
        for now in range(1, 10):
            self.assertIsInstance(effect, Move)
            effect = steps.send(Moved(chunk))
        now = 10.0
        # The last piece is taken, with the deadline behind it no other one is.
        self.assertIsInstance(steps.send(Moved(chunk + chunk)), Shut)
        with self.assertRaisesRegex(DeadlineExceeded, "no answer from h:1 in time"):
            steps.send(None)


class WindowTest(unittest.TestCase):

    def window(self, numbering: Numbering = Numbering.KEPT, last: int = 0,
               batches: int = 0) -> BatchWindow:
        window = BatchWindow(numbering)
        window.on_welcome(last)
        for _ in range(batches):
            window.push(b"", [0])
        return window

    def send(self, window: BatchWindow, on_their_way_max: int = 99) -> list[tuple[int, int]]:
        """(request, batch number) of what may be sent; requests are numbered by batch."""
        sent = []
        while (batch := window.next_to_send(on_their_way_max)) is not None:
            window.on_sent(100 + batch.number)
            sent.append((100 + batch.number, batch.number))
        return sent

    def answered(self, window: BatchWindow) -> list[int]:
        numbers = []
        while (batch := window.next_answered()) is not None:
            numbers.append(batch.number)
        return numbers

    def test_numbers_follow_the_servers(self) -> None:
        window = self.window(last=41, batches=3)
        self.assertEqual(self.send(window, 2), [(142, 42), (143, 43)])
        window.on_reply(142, IngestReply(batch_number=42))
        self.assertEqual(self.send(window, 2), [(144, 44)])
        self.assertEqual((window.unanswered, window.on_their_way), (2, 2))

    def test_answers_come_in_the_order_of_batches(self) -> None:
        window = self.window(batches=3)
        self.send(window)
        window.on_reply(103, IngestReply(batch_number=3))
        window.on_reply(102, IngestReply(batch_number=2))
        self.assertEqual(self.answered(window), [])
        self.assertEqual((window.unanswered, window.on_their_way), (3, 1))
        with self.assertRaises(ProtocolError):
            window.on_reply(103, IngestReply(batch_number=3))
        window.on_reply(101, IngestReply(batch_number=1))
        self.assertEqual(self.answered(window), [1, 2, 3])

    def test_the_unanswered_are_sent_again_under_their_numbers(self) -> None:
        window = self.window(batches=4)
        self.send(window, 3)
        window.on_reply(101, IngestReply(batch_number=1))
        window.on_reply(103, IngestReply(batch_number=3))
        window.on_welcome(3)
        self.assertEqual([n for _, n in self.send(window)], [2, 3, 4])

    def test_a_reply_to_another_request_is_a_fault(self) -> None:
        window = self.window(batches=2)
        self.send(window, 1)
        for request, number in ((101, 2), (102, 2), (7, 1)):
            with self.assertRaises(ProtocolError):
                window.on_reply(request, IngestReply(batch_number=number))
        window.on_reply(101, IngestReply(batch_number=1))
        with self.assertRaises(ProtocolError):
            window.on_reply(101, IngestReply(batch_number=1))

    def test_another_producer_is_noticed(self) -> None:
        window = self.window(batches=2)
        self.send(window)
        window.on_welcome(2)  # both arrived, the answers did not
        with self.assertRaisesRegex(Aborted, "another producer"):
            window.on_welcome(3)

    def test_a_store_that_went_back_is_noticed(self) -> None:
        window = self.window(last=5, batches=1)
        self.send(window)
        window.on_reply(106, IngestReply(batch_number=6))
        with self.assertRaisesRegex(DataLoss, "knows only 5"):
            window.on_welcome(5)

    def test_an_ephemeral_producer_may_be_forgotten(self) -> None:
        window = self.window(Numbering.EPHEMERAL, batches=2)
        self.send(window)
        window.on_reply(101, IngestReply(batch_number=1))
        window.on_welcome(0)
        self.assertEqual([n for _, n in self.send(window)], [1])
        with self.assertRaises(DataLoss):
            named = self.window(batches=1)
            self.send(named)
            named.on_reply(101, IngestReply(batch_number=1))
            named.on_welcome(0)

    def test_dry_runs_count_from_one(self) -> None:
        window = self.window(Numbering.TRIAL, last=9, batches=2)
        self.assertEqual([n for _, n in self.send(window)], [1, 2])
        window.on_welcome(4)  # nothing was answered, so nothing is lost
        self.assertEqual([n for _, n in self.send(window)], [1, 2])
        window.on_reply(101, IngestReply(batch_number=1))
        with self.assertRaisesRegex(Aborted, "begin again"):
            window.on_welcome(4)


if __name__ == "__main__":
    unittest.main()
