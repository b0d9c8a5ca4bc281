"""Questions by the blocking client, and capexd, which is away at times."""

import threading
import unittest
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any, Callable
from unittest import mock

import capexdb
from capexdb import Client
from capexdb.v1.event_pb2 import Event

from .support import Daemon, DaemonTest, row


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

    def test_what_is_missing(self) -> None:
        rows = self.client.get("beta", "capex", "2023-Q4..2024-Q1", every="quarter")
        self.assertEqual([(r.period, r.value, r.sequence is None, r.reason) for r in rows],
                         [("2023-Q4", None, True, "never reported"),
                          ("2024-Q1", Decimal("4.2"), False, "")])
        self.assertEqual((rows[0].value_text, rows[0].bounds, rows[0].low), ("", "", None))

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

    def test_identifiers_memberships_and_merges(self) -> None:
        change = Event(published_at="2024-01-01")
        change.source.publisher = "Test"
        for party in ("named", "other", "joint"):
            change.catalog_change.parties.add(id=party, kind="PARTY_KIND_COMPANY")
        change.catalog_change.parties[0].identifiers.add(
            scheme="IDENTIFIER_SCHEME_TICKER", value="NMD", valid_from="2020-01-01",
            valid_to="2021-12-31")
        group = change.catalog_change.parties.add(id="some", kind="PARTY_KIND_GROUP")
        group.memberships.add(party="named", valid_from="2020-01-01")
        merge = Event(published_at="2024-01-01", source=change.source)
        merge.catalog_change.merges.add(party="other", into="named")
        for event in (change, merge):
            self.assertEqual(self.client.ingest([event]).accepted, 1)
        named = self.client.catalog("companies", "named")[0]
        self.assertEqual(named.identifiers, (capexdb.Identifier(
            capexdb.IdentifierScheme.TICKER, "NMD", date(2020, 1, 1), date(2021, 12, 31)),))
        self.assertEqual(named.merged, ("other",))
        some = self.client.catalog("groups", "some")[0]
        self.assertEqual(some.memberships,
                         (capexdb.Membership("named", date(2020, 1, 1), None),))

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

    def test_an_interrupted_call_costs_the_connection_only(self) -> None:
        with Client.connect(self.daemon.server) as client:
            with mock.patch("selectors.DefaultSelector.select", side_effect=KeyboardInterrupt):
                with self.assertRaises(KeyboardInterrupt):
                    client.get("beta", "capex")
            self.assertIsNone(client._transport._socket)
            self.assertEqual(len(client.get("beta", "capex", at=self.first)), 2)

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
