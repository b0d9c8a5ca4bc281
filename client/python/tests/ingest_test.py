"""Ingest by the blocking client, and capexd, which is killed at times."""

import threading
import unittest
from datetime import date
from decimal import Decimal
from typing import Any, Iterator

import capexdb
from capexdb import Checkpoint, Client, InvalidArgument, Outcome
from capexdb.v1.event_pb2 import Event

from .support import DaemonTest, events, resident_bytes, row


class IngestTest(DaemonTest):

    def setUp(self) -> None:
        self.client = Client.connect(self.daemon.server)
        self.addCleanup(self.client.close)

    def values(self, company: str, client: Client | None = None) -> list[int]:
        rows = (client or self.client).history(company, "capex", limit=1_000_000)
        return sorted(int(row.value) for row in rows if row.value is not None)

    def test_ingest_and_query(self) -> None:
        before = self.client.status()
        result = self.client.ingest([row("First Co", Decimal("23.50")), *events("Second Co", 2)])
        self.assertEqual((result.records, result.accepted, result.unanswered), (3, 3, 0))
        self.assertEqual([(v.index, v.outcome, v.code) for v in result.verdicts],
                         [(0, Outcome.ACCEPTED, "new_company"), (1, "accepted", "new_company")])
        assert result.first_sequence is not None and result.last_sequence is not None
        self.assertEqual(result.last_sequence - result.first_sequence, 2)
        self.assertEqual(result.store_sequence, before.sequence + 4)  # with the two companies
        after = self.client.status()
        self.assertEqual(after.sequence, result.store_sequence)
        self.assertEqual(after.events_accepted - before.events_accepted, 3)

        answer = self.client.get("first co", "capex")
        self.assertEqual(len(answer), 1)
        only = answer[0]
        self.assertEqual((only.value, only.value_text, only.low_text, only.bounds),
                         (Decimal("23.5"), "23.5", "23.5", "[]"))
        self.assertEqual((only.period, only.start, only.end),
                         ("2024-H1", date(2024, 1, 1), date(2024, 6, 30)))
        self.assertEqual((only.status, only.measure, only.unit, only.source, only.sequence),
                         ("actual", "level", "USD", "Test", result.first_sequence))
        self.assertEqual((answer.sequence, answer.policy, answer.as_of, answer.truncated),
                         (after.sequence, "default", None, False))

    def test_duplicates(self) -> None:
        records = [row("Twice Co", i) for i in range(5)]
        first = self.client.ingest(records)
        again = self.client.ingest(records + [row("Twice Co", 9)])
        self.assertEqual((again.accepted, again.duplicates), (1, 5))
        self.assertEqual([(v.index, v.outcome, v.sequence) for v in again.verdicts],
                         [(i, Outcome.DUPLICATE, (first.first_sequence or 0) + i)
                          for i in range(5)])
        self.assertEqual(again.refused, ())

    def test_rejects_have_the_index_of_the_input(self) -> None:
        records: list[Any] = [row("Reject Co", i) for i in range(2500)]
        records[7] = row("Reject Co", "7bn")  # the client refuses it
        records[1200]["source"] = ""  # the server does
        records[2400] = Event(note="says nothing")
        result = self.client.ingest(records)
        self.assertEqual((result.accepted, result.rejected), (2497, 3))
        self.assertEqual([(v.index, v.code, v.field) for v in result.refused],
                         [(7, "bad_number", "value"), (1200, "missing_source", "source.publisher"),
                          (2400, result.refused[2].code, result.refused[2].field)])
        self.assertIn("record 1200: rejected: missing_source: source.publisher: who says so",
                      str(result.refused[1]))

    def test_conflicts_of_event_ids(self) -> None:
        self.client.ingest([row("Id Co", 1, event_id="e1")], producer_id="ids")
        result = self.client.ingest([row("Id Co", 2, event_id="e1")], producer_id="ids")
        self.assertEqual((result.accepted, result.rejected), (0, 1))
        self.assertEqual((result.verdicts[0].outcome, result.verdicts[0].code),
                         (Outcome.CONFLICT, "event_id_conflict"))
        self.assertIsNotNone(result.verdicts[0].sequence)

    def test_atomic(self) -> None:
        sequence = self.client.status().sequence
        result = self.client.ingest([row("Whole Co", 1), row("Whole Co", 2, source="")],
                                    atomic=True)
        self.assertEqual((result.accepted, result.rejected), (0, 1))
        self.assertEqual([(v.index, v.outcome) for v in result.verdicts], [(1, "rejected")])
        self.assertEqual(self.client.status().sequence, sequence)
        result = self.client.ingest(events("Whole Co", 3000), atomic=True)
        self.assertEqual(result.accepted, 3000)

    def test_dry_run(self) -> None:
        sequence = self.client.status().sequence
        result = self.client.ingest([row("Dry Co", 1), row("Dry Co", 2, source="")] * 1500,
                                    dry_run=True, producer_id="dry")
        # Later batches know of the first one, though nothing is stored.
        self.assertEqual((result.accepted, result.duplicates, result.rejected), (1, 1499, 1500))
        self.assertTrue(result.dry_run)
        self.assertRegex(str(result), "^dry run: accepted 1, duplicate 1499, rejected 1500, ")
        self.assertEqual(result.store_sequence, sequence)
        self.assertEqual(self.client.status().sequence, sequence)
        self.assertEqual(self.client.ingest([row("Dry Co", 1)], producer_id="dry").accepted, 1)

    def test_checkpoints_are_stored_with_the_records_before_them(self) -> None:
        self.assertIsNone(self.client.checkpoint("pages"))

        def pages(first: int, last: int) -> Iterator[Any]:
            for page in range(first, last + 1):
                yield row("Page Co", page, period=f"2024-{page:02d}")
                yield row("Page Co", page + 1000, period=f"2025-{page:02d}")
                yield Checkpoint(f"page {page} é")

        result = self.client.ingest(pages(1, 5), producer_id="pages", batch=3)
        self.assertEqual((result.accepted, result.records), (10, 10))
        self.assertEqual(self.client.checkpoint("pages"), "page 5 é")
        self.assertIsNone(self.client.checkpoint("other pages"))
        # The input breaks off: what was read is stored, and where it stands.
        def broken() -> Iterator[Any]:
            yield from pages(6, 7)
            raise OSError("the site is down")

        with self.assertRaises(OSError):
            self.client.ingest(broken(), producer_id="pages")
        self.assertEqual(self.client.checkpoint("pages"), "page 7 é")
        self.client.ingest(pages(8, 8), producer_id="pages", dry_run=True)
        self.assertEqual(self.client.checkpoint("pages"), "page 7 é", "a dry run keeps nothing")
        self.client.ingest([row("Page Co", 0), Checkpoint("")], producer_id="pages")
        self.assertIsNone(self.client.checkpoint("pages"))
        self.client.ingest([Checkpoint("alone")], producer_id="pages")
        self.assertEqual(self.client.checkpoint("pages"), "alone")

    def test_checkpoints_that_cannot_be_kept(self) -> None:
        with self.assertRaisesRegex(InvalidArgument, "producer_id") as caught:
            self.client.ingest([row("Lone Co", 1), Checkpoint("x")])
        assert caught.exception.result is not None
        self.assertEqual(caught.exception.result.accepted, 1, "what came before is stored")
        for text in ("x" * 4097, "bad\x00text"):
            with self.assertRaises(InvalidArgument):
                self.client.ingest([Checkpoint(text)], producer_id="bad checkpoints")
        self.assertIsNone(self.client.checkpoint("bad checkpoints"))
        with self.assertRaises(InvalidArgument):
            self.client.checkpoint("")

    def test_a_hundred_thousand_events_in_bounded_memory(self) -> None:
        count, note = 100_000, "x" * 400  # 40 MB of them
        self.client.ingest(events("Large Co", 5000, note), window=4)  # the process has its size
        before = resident_bytes()
        most = before

        def watched() -> Iterator[Event]:
            nonlocal most
            for i, event in enumerate(events("Large Co", count, note)):
                if i % 5000 == 0:
                    most = max(most, resident_bytes())
                yield event

        result = self.client.ingest(watched(), window=4, on_verdict=lambda verdict: None)
        self.assertEqual((result.accepted, result.duplicates), (count - 5000, 5000))
        self.assertLess(max(most, resident_bytes()) - before, 16 << 20)
        self.assertEqual(self.client.status().sequence, result.last_sequence)

    def test_killed_in_the_middle(self) -> None:
        daemon, count = self.own_daemon(), 14_000
        for producer in ("named", None):
            company = f"Killed {producer}"

            def deadly() -> Iterator[Event]:
                for i, event in enumerate(events(company, count)):
                    if i % 6000 == 5999:
                        daemon.restart()
                    yield event

            with Client.connect(daemon.server) as client:
                before = client.status()
                result = client.ingest(deadly(), producer_id=producer, window=4)
                self.assertEqual((result.accepted, result.duplicates, result.rejected),
                                 (count, 0, 0))
                self.assertEqual(result.reconnects, 2)
                # The company's own event comes first.
                self.assertEqual(client.status().sequence, before.sequence + 1 + count)
                self.assertEqual(self.values(company, client), list(range(count)))

    def test_killed_while_it_is_silent(self) -> None:
        daemon = self.own_daemon()
        restarting = threading.Thread(target=daemon.restart)

        def records() -> Iterator[Event]:
            for i, event in enumerate(events("Silent Co", 5000)):
                if i == 2500:
                    daemon.stop()  # takes bytes, answers nothing
                yield event
            restarting.start()

        with Client.connect(daemon.server) as client:
            result = client.ingest(records())
            restarting.join()
            self.assertEqual((result.accepted, result.reconnects), (5000, 1))
            self.assertEqual(self.values("Silent Co", client), list(range(5000)))

    def test_a_newer_run_fences_an_older_one(self) -> None:

        def fenced() -> Iterator[Event]:
            yield from events("Fence Co", 2000)
            self.assertEqual(self.client.ingest([row("Newer Co")], producer_id="one").accepted, 1)
            yield from events("Fence Co", 2000)

        with self.assertRaises(capexdb.Aborted) as caught:
            self.client.ingest(fenced(), producer_id="one")
        result = caught.exception.result
        assert result is not None
        # Of the batches before, those count that had come when the newer run began.
        self.assertLessEqual(result.accepted, 2000)
        self.assertEqual(result.accepted + result.unanswered, result.records)
        self.assertLessEqual(set(range(result.accepted)), set(self.values("Fence Co")))

    def test_a_producer_goes_on_with_its_numbers(self) -> None:
        for run in range(3):
            result = self.client.ingest([row("Runs Co", run)], producer_id="runs")
            assert result.last_sequence is not None
            stored = self.client.show(result.last_sequence)
            self.assertEqual((stored.producer_id, stored.batch_number), ("runs", run + 1))

    def test_one_record_where_many_are_asked_for(self) -> None:
        for wrong in (row("a"), Event(), "rows.csv", b""):
            with self.assertRaisesRegex(TypeError, "put one record into a list"):
                self.client.ingest(wrong)  # type: ignore[arg-type]


if __name__ == "__main__":
    unittest.main()
