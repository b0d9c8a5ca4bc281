"""Rows into events; parity_test.py holds them against `capex ingest`."""

import csv
import io
import sqlite3
import unittest
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from google.protobuf import json_format

from capexdb._core.rows import event_of_row, split_names
from capexdb._core.text import is_clean, slug
from capexdb.errors import InvalidArgument, RowTypeError
from capexdb.terms import Status
from capexdb.v1 import event_pb2 as pb

from .support import row


class RowTest(unittest.TestCase):

    def refused(self, wrong: Any, reason: str, field: str = "", pattern: str = ".") -> None:
        with self.assertRaises(InvalidArgument, msg=f"{reason} {field}") as caught:
            event_of_row(wrong)
        self.assertEqual((caught.exception.reason, caught.exception.field), (reason, field))
        self.assertRegex(caught.exception.message, pattern)

    def test_a_row_is_a_capex_fact(self) -> None:
        event = event_of_row(row("Alibaba", Decimal("2.3E+10"), title="T", status=Status.GUIDANCE))
        self.assertEqual(event.capex.subject.name, "Alibaba")
        self.assertEqual(event.capex.period, pb.Period(kind=pb.PERIOD_KIND_SPAN, start="2024-01-01",
                                                       end="2024-06-30"))
        self.assertEqual(event.capex.amount, pb.Quantity(value="23000000000", currency="USD"))
        self.assertEqual(event.source, pb.Source(publisher="Test", title="T"))
        self.assertEqual((event.status, event.published_at), (pb.STATUS_GUIDANCE, "2024-08-26"))

    def test_chip_metrics_are_shipments_where_those_can_hold_them(self) -> None:
        units = event_of_row(row("Nvidia", 5, metric="Unit Shipments", currency="", unit="{chip}",
                                 counterparty="Baidu, Inc., tencent"))
        self.assertEqual(units.chip_shipment.subject_role, pb.ROLE_SELLER)
        self.assertEqual([c.party.name for c in units.chip_shipment.counterparties],
                         ["Baidu, Inc.", "tencent"])
        price = event_of_row(row("Baidu", 5, metric="unit_price", counterparty=["Nvidia"],
                                 counterparty_role="seller"))
        self.assertEqual(price.chip_shipment.subject_role, pb.ROLE_BUYER)
        self.assertEqual(price.chip_shipment.unit_price.currency, "USD")
        other = event_of_row(row("Nvidia", 5, metric="unit_price", measure="growth yoy", unit="%",
                                 currency=""))
        self.assertEqual(other.measure.metric, "unit_price")
        self.assertEqual(other.measure.measure, pb.MEASURE_GROWTH_YOY)
        self.assertEqual(event_of_row(row("a", metric="revenue")).WhichOneof("fact"), "measure")

    def test_exact_numbers(self) -> None:
        for value, text in (("1", "1"), ("-1.50", "-1.50"), ("007", "7"), ("0.0", "0.0"),
                            ("-0.00", "0.00"), (-7, "-7"), (10**37, "1" + 37 * "0"),
                            (Decimal("1E+3"), "1000"), (Decimal("-0.10"), "-0.10"),
                            (Decimal("1E-7"), "0.0000001"), ("9" * 38, "9" * 38),
                            ("0." + "1" * 38, "0." + "1" * 38), (" 5 ", "5")):
            self.assertEqual(event_of_row(row("a", value)).capex.amount.value, text, value)
        for value in ("9" * 39, 10**38, -10**38, 10**5000, Decimal("1E+38"), Decimal("1E+999999"),
                      Decimal("1E-39"), "1." + "0" * 39):
            self.refused(row("a", value), "decimal_overflow", "value", "38 digits")

    def test_no_floats(self) -> None:
        for wrong, field in ((row("a", 1.0), "value"), (row("a", low=2.5), "low"),
                             (row("a", unit=float("nan")), "unit"), (row("a", extra=0.5), "extra")):
            with self.assertRaises(RowTypeError) as caught:
                event_of_row(wrong)
            self.assertEqual((caught.exception.field, caught.exception.reason), (field, "bad_type"))
            self.assertIn("a float is not exact", caught.exception.message)
        records: list[Any] = [row("a", [1]), row("a", {"x": 1}), row("a", b"1"), row("a", 1j),
                              {1: "a"}, [], "text", 5, None, object()]  # yapf: disable
        for record in records:
            with self.assertRaises(RowTypeError, msg=repr(record)):
                event_of_row(record)

    def test_press_notations_are_refused_with_what_says_the_same(self) -> None:
        for value, pattern in (
            ("23bn", "write value 23000000000, and stated_decimals -9 if"),
            ("4.25 billion", "write value 4250000000, and stated_decimals -7 if"),
            ("-1.2345k", "write value -1234.5, and stated_decimals 1 if"),
            ("0.5T", "write value 0500000000000|write value 500000000000"),
            ("1,000,000", "without separators"), ("1 000", "without separators"),
            ("~5", "approx"), (">1M", "low or high with bounds"), ("5%", "unit for '%'"),
            ("+5", "digits alone"), ("1e9", "digits alone"), ("NaN", "digits alone"),
            ("Infinity", "digits"), ("٣", "digits alone"), ("1_000", "digits alone"),
            (".5", "digits alone"), ("5.", "digits alone"), ("--5", "digits alone")):
            self.refused(row("a", value), "bad_number", "value", pattern)
        self.refused(row("a", None, low="23bn"), "bad_number", "low", "write 23000000000")
        self.refused(row("a", Decimal("NaN")), "bad_decimal", "value", "NaN is no number")
        self.refused(row("a", Decimal("Infinity")), "bad_decimal", "value")

    def test_bounds_and_flags(self) -> None:
        amount = event_of_row(row("a", None, low="1", high=2, bounds="(]", approx=True,
                                  stated_decimals=-9, growth_only="no")).capex.amount
        self.assertEqual(amount, pb.Quantity(low="1", low_kind=pb.BOUND_KIND_OPEN, high="2",
                                             high_kind=pb.BOUND_KIND_CLOSED, approx=True,
                                             stated_decimals=-9, currency="USD"))
        amount = event_of_row(row("a", "", unquantified="Yes")).capex.amount
        self.assertTrue(amount.unquantified)
        self.refused(row("a", None), "missing_value", "value")
        self.refused(row("a", 1, unquantified=True), "contradiction", "unquantified")
        self.refused(row("a", 1, bounds="[["), "bad_bounds", "bounds")
        self.refused(row("a", 1, approx="maybe"), "bad_flag", "approx")
        self.refused(row("a", 1, stated_decimals="38"), "out_of_range", "stated_decimals")
        self.refused(row("a", 1, unit="USD bn", currency=""), "scaled_unit", "unit")

    def test_currencies(self) -> None:
        for word, code in (("usd", "USD"), ("Yuan", "CNY"), ("RMB", "CNY"), ("€", "EUR"),
                           ("yen", "JPY"), ("XYZ", "XYZ"), ("xyz", "xyz")):
            self.assertEqual(event_of_row(row("a", 1, currency=word)).capex.amount.currency, code)

    def test_periods(self) -> None:
        for text, kind, start, end, label in (
            ("2024", "SPAN", "2024-01-01", "2024-12-31", ""),
            ("2024-H2", "SPAN", "2024-07-01", "2024-12-31", ""),
            ("2024-q2", "SPAN", "2024-04-01", "2024-06-30", "2024-q2"),
            ("2024Q2", "SPAN", "2024-04-01", "2024-06-30", "2024Q2"),
            ("2024-02", "SPAN", "2024-02-01", "2024-02-29", ""),
            ("2024-M06", "SPAN", "2024-06-01", "2024-06-30", "2024-M06"),
            ("CY2024Q2I", "INSTANT", "2024-06-30", "2024-06-30", "CY2024Q2I"),
            ("H1 24", "SPAN", "2024-01-01", "2024-06-30", "H1 24"),
            ("3Q99", "SPAN", "1999-07-01", "1999-09-30", "3Q99"),
            ("2024-04-01/2024-06-30", "SPAN", "2024-04-01", "2024-06-30", "2024-04-01/2024-06-30"),
            ("2024-04-02/2024-06-30", "SPAN", "2024-04-02", "2024-06-30", ""),
            ("2024-04-01", "SPAN", "2024-04-01", "2024-04-01", "2024-04-01"),
            ("@2024-08-26", "INSTANT", "2024-08-26", "2024-08-26", ""),
            ("@2024-08-26/2024-08-31", "WINDOW", "2024-08-26", "2024-08-31", ""),
            ("2024-03-01/..", "OPEN", "2024-03-01", "", ""),
            ("../2024-08-31", "OPEN", "", "2024-08-31", ""), ("none", "NONE", "", "", "")):
            period = event_of_row(row("a", period=text)).capex.period
            wanted = pb.Period(kind=f"PERIOD_KIND_{kind}", start=start, end=end, label=label)
            self.assertEqual(period, wanted, text)
        for text in ("2024-Q5", "2024-H3", "2024-13", "1799", "2300", "FY2024-Q5", "soon",
                     "2024-02-30", "2024-06-30/2024-04-01", "2024-04-01/..x", "@2024", "２０２４"):
            self.refused(row("a", period=text), "bad_period", "period")
        self.refused(row("a", period=""), "missing_period", "period")

    def test_days_decide(self) -> None:
        dates = {"start": date(2024, 1, 1), "end": "2024-06-30"}
        period = event_of_row(row("a", period="first half", **dates)).capex.period
        self.assertEqual((period.kind, period.label), (pb.PERIOD_KIND_SPAN, "first half"))
        self.assertEqual(event_of_row(row("a", **dates)).capex.period.label, "")
        period = event_of_row(row("a", period="", start="2024-01-01")).capex.period
        self.assertEqual(period, pb.Period(kind=pb.PERIOD_KIND_OPEN, start="2024-01-01"))
        self.refused(row("a", start="2024-07-01", end="2024-06-30"), "period_backwards", "end")
        self.refused(row("a", start="July"), "bad_date", "start", "start: 'July' is not a date")

    def test_days_of_publication(self) -> None:
        zone = timezone(timedelta(hours=8))
        for value, text in ((date(2024, 8, 26), "2024-08-26"), ("2024-08", "2024-08"),
                            (datetime(2024, 8, 26, 8, 0, 5, tzinfo=zone), "2024-08-26T00:00:05Z"),
                            (datetime(2024, 8, 26, 8, 0, 5, 1, zone), "2024-08-26T00:00:06Z")):
            self.assertEqual(event_of_row(row("a", published_at=value)).published_at, text)
        self.refused(row("a", published_at=datetime(2024, 8, 26)), "no_time_zone", "published_at")

    def test_words(self) -> None:
        event = event_of_row(row("a", company_kind="Group", status="ESTIMATE",
                                 measure="growth since listing", unit="%", currency=""))
        self.assertEqual(event.capex.subject.kind, pb.PARTY_KIND_GROUP)
        self.assertEqual(event.capex.measure, pb.MEASURE_GROWTH_SINCE_LISTING)
        self.refused(row("a", status="actua"), "unknown_word", "status", "did you mean \"actual\"")
        self.refused(row("a", measure="x"), "unknown_word", "measure", "choose one of level,")
        self.refused(row("a", counterparty="b", counterparty_role="enemy"), "unknown_word",
                     "counterparty_role")
        self.refused(row("a", counterparty=["b", "c", "d"], counterparty_role=["buyer", "seller"]),
                     "bad_role", "counterparty_role", "2 roles for 3 counterparties")

    def test_keys(self) -> None:
        event = event_of_row({
            "Company": "a", "METRIC": "capex", "period": "2024", "value": "1", "Currency": "USD",
            "source": "s", "Published At": "2024-08-26", "Page no": 7, "empty": None,
            "cites": "https://x/y; FT 2024-08-26", "url": " u "
        })  # yapf: disable
        self.assertEqual([(a.name, a.value) for a in event.origin.printed], [("Page no", "7")])
        self.assertEqual((event.source.cites[0].url, event.source.cites[1].text, event.source.url),
                         ("https://x/y", "FT 2024-08-26", "u"))
        self.refused({"company": "a", "value": "1"}, "missing_columns", "",
                     r"missing: metric \(what\), period \(when\), source .*, published_at")
        self.refused({**row("a"), "Metric": "x"}, "column_twice", "metric")
        self.refused(row("a", metric=" "), "missing_metric", "metric")
        self.refused(row("a", note="a\x07"), "bad_text", "note")
        self.refused(row("a\ud800"), "bad_text", "company")
        self.assertEqual(event_of_row(row("a", note="a\r\nb\tc")).note, "a\nb\tc")

    def test_rows_of_csv_and_of_sqlite(self) -> None:
        head = "company,metric,period,value,currency,source,published_at,note\n"
        with io.StringIO(head + "a,capex,2024,1,USD,s,2024-08-26\n") as lines:  # no note
            event = event_of_row(next(csv.DictReader(lines)))
        self.assertEqual(event.capex.subject.name, "a")
        store = sqlite3.connect(":memory:")
        self.addCleanup(store.close)
        store.row_factory = sqlite3.Row
        names = ", ".join(f"'{value}' as {key}" for key, value in row("b").items())
        event = event_of_row(store.execute(f"select {names}").fetchone())
        self.assertEqual(event.capex.subject.name, "b")

    def test_an_event_as_json(self) -> None:
        event = event_of_row(row("a", note="n"))
        for names in (True, False):
            self.assertEqual(
                event_of_row(json_format.MessageToDict(event, preserving_proto_field_name=names)),
                event)
        self.refused({"capex": {"amount": {"value": 1.5}}}, "bad_event_json", "", "Event")
        self.refused({"capex": {"amonut": {}}}, "bad_event_json")

    def test_names(self) -> None:
        for text, names in (("", []), ("a", ["a"]), ("a,b", ["a", "b"]), ("A,b", ["A,b"]),
                            ("Amazon.com, Inc., Meta", ["Amazon.com, Inc.", "Meta"]),
                            ("X, Inc.; Y", ["X, Inc.", "Y"]), ("a, , b", ["a", "b"])):
            self.assertEqual(split_names(text), names, text)

    def test_texts(self) -> None:
        self.assertEqual(slug("  Amazon.com, Inc. "), "amazon-com-inc")
        self.assertEqual(slug("阿里 Ä"), "阿里-Ä")
        self.assertTrue(is_clean("a\tb\nc é 阿里 \U0001f600"))
        for wrong in ("\r", "\x00", "\x7f", "\x85", "\ud800"):
            self.assertFalse(is_clean(wrong), repr(wrong))


if __name__ == "__main__":
    unittest.main()
