"""The blocking client and capexd."""

import threading
import unittest
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any, Callable, Iterator
from unittest import mock

import capexdb
from capexdb import Client, Outcome
from capexdb.v1.event_pb2 import Event

from .support import Daemon, DaemonTest, events, resident_bytes, row


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
        # Nothing is stored, so that each batch brings the company anew.
        self.assertEqual((result.accepted, result.duplicates, result.rejected), (3, 1497, 1500))
        self.assertTrue(result.dry_run)
        self.assertRegex(str(result), "^dry run: accepted 3, duplicate 1497, rejected 1500, ")
        self.assertEqual(self.client.status().sequence, sequence)
        self.assertEqual(self.client.ingest([row("Dry Co", 1)], producer_id="dry").accepted, 1)

    def test_a_hundred_thousand_events_in_bounded_memory(self) -> None:
        count, note = 100_000, "x" * 1000  # 100 MB of them
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
        self.assertLess(max(most, resident_bytes()) - before, 30 << 20)
        self.assertEqual(self.values("Large Co"), list(range(count)))

    def test_killed_in_the_middle(self) -> None:
        daemon, count = self.own_daemon(), 30_000
        for producer in ("named", None):
            company = f"Killed {producer}"

            def deadly() -> Iterator[Event]:
                for i, event in enumerate(events(company, count)):
                    if i % 7000 == 6999:
                        daemon.restart()
                    yield event

            with Client.connect(daemon.server) as client:
                before = client.status()
                result = client.ingest(deadly(), producer_id=producer, window=4)
                self.assertEqual((result.accepted, result.duplicates, result.rejected),
                                 (count, 0, 0))
                self.assertEqual(result.reconnects, 4)
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
            newer = self.client.ingest(events("Fence Co", 2), producer_id="one")
            self.assertEqual(newer.duplicates, 2)
            yield from events("Fence Co", 2000)

        with self.assertRaises(capexdb.Aborted) as caught:
            self.client.ingest(fenced(), producer_id="one")
        assert caught.exception.result is not None
        self.assertEqual(caught.exception.result.accepted, 2000)

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


class AwayTest(unittest.TestCase):

    def test_a_server_that_is_away(self) -> None:
        daemon = Daemon()
        self.addCleanup(daemon.close)
        client = Client.connect(daemon.server, timeout=5)
        self.addCleanup(client.close)
        daemon.kill()
        with self.assertRaisesRegex(capexdb.Unavailable, "cannot reach .*is capexd running there"):
            client.ping()
        with self.assertRaisesRegex(capexdb.Unavailable, "refused.*gave up after 0.5 s"):
            client.ingest([row("a")], give_up_after=0.5)
        with self.assertRaisesRegex(capexdb.Unavailable, "cannot reach"):
            Client.connect(daemon.server)
        daemon.start()
        client.ping()

    def test_a_server_that_does_not_answer(self) -> None:
        daemon = Daemon()
        self.addCleanup(daemon.close)
        with Client.connect(daemon.server) as client:
            daemon.stop()
            with self.assertRaisesRegex(capexdb.DeadlineExceeded, "no answer from .* in time"):
                client.get("alibaba", "capex", timeout=0.2)
            with self.assertRaisesRegex(capexdb.Unavailable, "no Welcome in time"):
                client.ping(timeout=0.2)
            with self.assertRaisesRegex(capexdb.Unavailable, "gave up after 0.5 s"):
                client.ingest([row("a")], give_up_after=0.5)

    def test_a_call_whose_connection_broke_is_asked_once_more(self) -> None:
        daemon = Daemon()
        self.addCleanup(daemon.close)
        with Client.connect(daemon.server) as client:
            client.ping()
            daemon.restart()
            self.assertGreater(client.status().sequence, 0)
            daemon.restart()
            client.ingest([row("Again Co")])
            self.assertEqual(len(client.get("again co", "capex")), 1)

    def test_a_name_that_nobody_has(self) -> None:
        with self.assertRaisesRegex(capexdb.Unavailable, "cannot reach nowhere.invalid:1: "):
            Client.connect("nowhere.invalid:1", timeout=20)


class QueryTest(DaemonTest):
    client: Client
    first: int  # the last sequence of what all cases find

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.client = Client.connect(cls.daemon.server)
        chips = {"metric": "unit_shipments", "unit": "{chip}", "currency": None}
        cls.client.ingest([
            row("Alpha", "23000000000", stated_decimals=-9, currency="CNY", title="A"),
            row("Beta", "4.2", currency="CNY", period="2024-Q1"),
            row("Beta", "5", currency="CNY", period="2024-Q2"),
            row("Alpha", "50", currency="CNY", source="Other", published_at="2024-09-01"),
            row("Alpha", "10", currency="CNY", period="2023-H1"),
            row("Seller", "7", counterparty="Alpha", product="h100", **chips),
        ])
        cls.first = cls.client.status().sequence

    @classmethod
    def tearDownClass(cls) -> None:
        cls.client.close()
        super().tearDownClass()

    def test_sums(self) -> None:
        answer = self.client.sum("alpha,beta", "capex", "2024-H1", every="half", share=True,
                                 by=["period", "company"], as_of=date(2024, 8, 31))
        self.assertEqual([(r.company, r.value) for r in answer],
                         [("alpha", Decimal(23000000000)), ("beta", Decimal("9.2"))])
        self.assertEqual((answer[0].low_text, answer[0].high_text), ("22500000000", "23500000000"))
        share = answer[1].share
        assert share is not None and share.value is not None
        self.assertLess(share.value, 1)
        self.assertEqual(answer.as_of, date(2024, 8, 31))
        assert answer.coverage is not None
        self.assertEqual((answer.coverage.reported, answer.coverage.of), (2, 2))
        self.assertEqual(answer.kind, "sum")
        self.assertEqual(self.client.top("capex", "2024-H1", 1, currency="CNY")[0].company, "alpha")

    def test_growth_and_explanations(self) -> None:
        answer = self.client.get("alpha", "capex", "2024-H1", growth="yoy", explain=True,
                                 policy="newest")
        self.assertEqual((answer[0].value, answer[0].unit, answer[0].measure),
                         (Decimal(400), "%", "growth-yoy"))
        self.assertGreaterEqual(len(answer[0].parts), 2)
        self.assertEqual(answer[0].parts[0].company, "alpha")

    def test_history_conflicts_diff_changes_shipments(self) -> None:
        history = self.client.history("alpha", "capex", "2024-H1")
        self.assertEqual([(r.source, r.document) for r in history],
                         [("Test", "Test, A 2024-08-26"), ("Other", "Other 2024-09-01")])
        conflict = self.client.conflicts("alpha", classes="inconsistent-duplicate")[0]
        self.assertEqual((conflict.finding, len(conflict.parts)), ("inconsistent-duplicate", 2))
        diff = self.client.diff("2024-08-31", "2024-09-01", select="alpha")
        self.assertEqual((diff[0].derivation, diff[0].parts[0].value),
                         ("revised", Decimal(23 * 10**9)))
        self.assertEqual(diff.to_dicts()[0]["before"], Decimal(23 * 10**9))
        changes = self.client.changes(1, select="beta")
        self.assertEqual([r.derivation for r in changes], ["new", "new"])
        today = datetime.now(timezone.utc).date()
        self.assertEqual(len(self.client.changes(today, select="beta")), 2)
        shipment = self.client.shipments("2024-H1", buyer="alpha")[0]
        self.assertEqual((shipment.seller, shipment.buyer, shipment.value),
                         ("seller", "alpha", Decimal(7)))

    def test_replay(self) -> None:
        answer = self.client.get("alpha", "capex", limit=1)
        self.assertTrue(answer.truncated)
        self.client.ingest([row("Alpha", "99", currency="CNY", source="Third",
                                published_at="2025-01-01")])  # yapf: disable
        self.assertEqual(self.client.replay(answer.token), answer)
        self.assertEqual(self.client.get("alpha", "capex", limit=1, at=answer.sequence), answer)
        with self.assertRaisesRegex(capexdb.InvalidArgument, "no token") as caught:
            self.client.replay("nonsense!")
        self.assertEqual(caught.exception.reason, "bad_token")

    def test_errors_of_the_server(self) -> None:
        with self.assertRaisesRegex(capexdb.NotFound, "did you mean alpha") as caught:
            self.client.get("alphaa", "capex")
        self.assertEqual((caught.exception.code, caught.exception.code.name), (5, "NOT_FOUND"))
        with self.assertRaises(capexdb.InvalidArgument):
            self.client.sum("alpha", "capex", every="quarter", growth="cagr", cumulative=True)
        with self.assertRaises(capexdb.OutOfRange):
            self.client.get("alpha", "capex", at=10**9)
        with self.assertRaises(capexdb.NotFound):
            self.client.show(10**9)
        self.client.ping()  # over the same connection

    def test_show_and_catalog(self) -> None:
        sequence = self.client.get("beta", "capex", "2024-Q1")[0].sequence
        assert sequence is not None
        stored = self.client.show(sequence)
        self.assertEqual(stored.event.capex.amount.value, "4.2")
        self.assertEqual(Event.FromString(stored.event_bytes), stored.event)
        self.assertLess(abs((datetime.now(timezone.utc) - stored.recorded_at).total_seconds()), 600)
        self.assertEqual(self.client.ingest([stored.event]).duplicates, 1)

        self.assertEqual(self.client.catalog("companies", "BETA")[0].id, "beta")
        self.assertEqual(len(self.client.catalog("companies", at=1)) + 3,
                         len(self.client.catalog("companies", at=self.first)))
        bat = self.client.catalog("groups", "bat")[0]
        self.assertEqual((bat.kind, bat.members), ("group", ("alibaba", "baidu", "tencent")))
        metric = self.client.catalog("metrics", "capex")[0]
        self.assertEqual((metric.unit_class, metric.aggregation, metric.default_measure),
                         ("money", "flow", "level"))
        self.assertEqual(self.client.catalog("metrics", "unit_price")[0].default_measure, "price")
        self.assertIn(1000, {source.rank for source in self.client.catalog("sources")})
        self.assertIn("H100", {product.id for product in self.client.catalog("products")})
        with self.assertRaises(capexdb.NotFound):
            self.client.catalog("companies", "nobody knows it")

    def test_tables(self) -> None:
        answer = self.client.history("alpha", "capex")
        columns = answer.columns()
        self.assertEqual(columns[:9], ["company", "metric", "product", "counterparty", "period",
                                       "start", "end", "value", "low"])
        self.assertEqual(columns[19:23], ["document", "root", "attributed_to", "withdrawn"])
        self.assertEqual(list(answer.to_dicts()[0]), columns)
        self.assertEqual(self.client.shipments().columns()[:2], ["seller", "buyer"])
        with mock.patch.dict("sys.modules", {"pandas": None}):
            with self.assertRaisesRegex(ImportError, "needs pandas: install .*python3-pandas"):
                answer.to_dataframe()

    def test_dataframes(self) -> None:
        try:
            import pandas
        except ImportError:
            self.skipTest("pandas is not installed")
        frame = self.client.get("alpha,beta", "capex").to_dataframe()
        self.assertIsInstance(frame, pandas.DataFrame)
        self.assertEqual(frame["value"].dtype, object)
        self.assertIsInstance(frame["value"][0], Decimal)
        self.assertEqual(str(frame["sequence"].dtype), "Int64")
        self.assertEqual(sum(frame["value"][frame.company == "beta"]), Decimal("9.2"))
        floats = self.client.get("beta", "capex").to_dataframe(numbers="float")
        self.assertEqual(floats["value"].dtype, float)
        empty = self.client.get("alpha", "capex", "1999").to_dataframe()
        self.assertEqual((len(empty), list(empty.columns)[:2]), (0, ["company", "metric"]))
        with self.assertRaisesRegex(ValueError, "decimal"):
            self.client.get("beta", "capex").to_dataframe("exact")  # type: ignore[arg-type]

    def test_threads_take_turns(self) -> None:
        faults: list[BaseException] = []

        def ask() -> None:
            try:
                for _ in range(20):
                    assert len(self.client.get("beta", "capex", at=self.first)) == 2
            except BaseException as fault:
                faults.append(fault)

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.assertEqual(faults, [])

    def test_a_closed_client(self) -> None:
        client = Client(self.daemon.server)
        client.ping()
        client.close()
        calls: list[Callable[[], Any]] = [client.ping, lambda: client.ingest([]), client.__enter__]
        for call in calls:
            with self.assertRaisesRegex(capexdb.FailedPrecondition, "closed"):
                call()

    def test_the_servers_address_of_the_environment(self) -> None:
        with mock.patch.dict("os.environ", {"CAPEXDB_SERVER": self.daemon.server}):
            with capexdb.connect() as client:
                client.ping()


if __name__ == "__main__":
    unittest.main()
