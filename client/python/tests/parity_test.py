"""The same rows by `capex ingest` and by this client are the same events."""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from capexdb import Client, Outcome

from .support import DaemonTest, program, row

PERIODS = ["2024", "2024-H1", "2024-h2", "2024-Q3", "2024Q4", "2024-S1", "2024-A1", "2024-M06",
           "2024-06", "2023-02", "CY2024", "CY2024Q2", "CY2024Q2I", "H1 2024", "H2-24", "1H24",
           "2Q99", "Q3 70", "2024-04-01/2024-06-30", "2024-04-01 / 2024-07-01", "2024-04-01",
           "@2024-08-26", "@2024-08-26/2024-08-31", "@2024-08-26/2024-08-26", "2024-03-01/..",
           "../2024-08-31", "none", "1800", "2299-12"]  # yapf: disable

ROWS: list[dict[str, Any]] = [
    *(row("Period Co", period=period) for period in PERIODS),
    *(row("Number Co", value) for value in ("0", "-0", "007", "-1.50", "0.10", "9" * 38)),
    row("Days", start="2024-01-01", end="2024-06-30"),
    row("Days", period="H1 2024", start="2024-01-01", end="2024-06-30"),
    row("Days", period="half", start="2024-01-01", end="2024-06-29", label="as printed"),
    row("Days", period="@2024-06-30", start="2024-06-30"),
    row("Days", period="", start="", end="2024-06-30"),
    row("Days", period="", label="2024-Q1"),
    row("Bounds", "", low="1", high="2", bounds="(]", approx="yes"),
    row("Bounds", "5", low="4.5", high="5.5", stated_decimals="0"),
    row("Bounds", "", low="7"),
    row("Growth", "5", measure="growth yoy", unit="%", currency="", growth_only="y"),
    row("Words", "", unquantified="TRUE", measure="direction", currency=""),
    row("Words", company_kind="Segment", status="Estimate", product="H100", definition="us-gaap:X"),
    row("Words", currency="yuan"),
    row("", ticker="NVDA"),
    row("Somebody", cik="0000320193"),
    row("Sells", "5", metric="unit shipments", unit="{chip}", currency="", product="H20",
        counterparty="Amazon.com, Inc., Meta Platforms"),
    row("Sells", "5", metric="Unit_Price", counterparty="a,b", counterparty_role="buyer,customer"),
    row("Buys", "5", metric="unit_price", unit="USD/{chip}", counterparty="X; Y",
        counterparty_role="seller"),
    row("Buys", "5", metric="purchase_value", counterparty="Z"),
    row("Buys", "5", metric="unit_purchases", unit="wafers", currency=""),
    row("Sells", "5", metric="shipment_value", currency="", unit="USD"),
    row("Sells", "5", metric="unit_price", measure="rank", currency="", unit=""),
    row("Sells", "5", metric="unit_shipments", unit="{chip}", currency="", definition="x:Units"),
    row("Other", "5", metric="revenue", definition="us-gaap:Revenues"),
    row("Source", url="https://x/1", title="T", accession="0001", form="10-K", attributed_to="CFO",
        cites="https://y/2 ;; FT 2024-08-26", note="two\nlines", event_id="e 1"),
    row("Extra", **{"Page No": "7", "unknown": " kept ", "empty": ""}),
]  # yapf: disable


class ParityTest(DaemonTest):

    def ingest_by_capex(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        with tempfile.TemporaryDirectory() as scratch:
            file = Path(scratch) / "rows.jsonl"
            file.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
            done = subprocess.run([
                program("CAPEX"), "--server", self.daemon.server, "ingest", str(file), "-o", "json"
            ], capture_output=True, text=True, check=False)
        summary: dict[str, Any] = json.loads(done.stdout)
        return summary

    def test_rows(self) -> None:
        with Client.connect(self.daemon.server) as client:
            result = client.ingest(ROWS)
            self.assertEqual([str(v) for v in result.refused], [])
            ours = [client.show(s).event for s in self.sequences(client, result.first_sequence)]
            # Retracted nowhere and all known: what capex makes of the rows is nothing new.
            summary = self.ingest_by_capex(ROWS)
            self.assertEqual((summary["accepted"], summary["duplicates"], summary["unreadable"]),
                             (0, len(ROWS), 0))
        # The events themselves, as capex sends them to another store.
        self.daemon.close()
        type(self).setUpClass()
        with Client.connect(self.daemon.server) as client:
            summary = self.ingest_by_capex(ROWS)
            theirs = [client.show(s).event for s in self.sequences(client, 2)]
            self.assertEqual(len(theirs), len(ours))
            for own, other in zip(ours, theirs):
                other.origin.ClearField("file")
                other.origin.ClearField("line")
                if not other.origin.ListFields():
                    other.ClearField("origin")
                self.assertEqual(own, other)

    def sequences(self, client: Client, first: int | None) -> list[int]:
        assert first is not None
        last = client.status().sequence
        return [s for s in range(first, last + 1)
                if client.show(s).event.WhichOneof("fact") != "catalog_change"]

    def test_what_one_refuses_the_other_refuses(self) -> None:
        rows = [row("a", period="FY2024-Q5"), row("a", period="FY2024"),
                row("a", period="2024-Q5"), row("a", period="2300"),
                row("a", period="2024-02-30"), row("a", period=""), row("a", ""),
                row("a", "9" * 39), row("a", unquantified="yes"), row("a", bounds="x"),
                row("a", approx="perhaps"), row("a", stated_decimals="99"), row("a", metric=""),
                row("a", metric="no such metric"), row("a", published_at="soon"),
                row("a", source=""), row(""), row("a", unit="USD bn", currency=""),
                row("a", start="2024-07-01", end="2024-06-30"), row("a", status="x"),
                row("a", measure="y"), row("a", company_kind="z"), row("a", note="\x07"),
                {k: v for k, v in row("a").items() if k != "metric"}]  # yapf: disable
        with Client.connect(self.daemon.server) as client:
            result = client.ingest(rows)
        summary = self.ingest_by_capex(rows)
        self.assertEqual(summary["accepted"] + summary["duplicates"], 0)
        self.assertEqual([v.outcome for v in result.verdicts], [Outcome.REJECTED] * len(rows))
        different = {"bad_number", "decimal_overflow"}  # capex reads more notations
        verdicts = sorted(summary["verdicts"], key=lambda verdict: int(verdict["line"]))
        self.assertEqual([v["line"] for v in verdicts], [v.index + 1 for v in result.verdicts])
        for mine, theirs in zip(result.verdicts, verdicts):
            if mine.code not in different:
                self.assertEqual((mine.code, mine.field), (theirs["code"], theirs["field"]), mine)
