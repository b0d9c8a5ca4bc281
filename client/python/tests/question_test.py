"""Questions, subscriptions and vocabularies: words into messages."""

import math
import unittest
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from capexdb import terms
from capexdb._core import calls, verbs
from capexdb._core.asking import Call
from capexdb._core.feed import feed_of
from capexdb._core.question import build, question_of
from capexdb.errors import InvalidArgument, ProtocolError
from capexdb.feed import Replay
from capexdb.v1 import event_pb2, feed_pb2, ingest_pb2
from capexdb.v1 import query_pb2 as pb


def asked(call: Call[Any]) -> pb.QueryRequest:
    request = pb.QueryRequest.FromString(call.request(1.5))
    assert request.deadline_ms == 1500
    request.deadline_ms = 0
    return request


class VocabularyTest(unittest.TestCase):

    def test_every_word_of_the_schema_is_known(self) -> None:
        found = [v for v in vars(terms).values() if isinstance(v, terms.Vocabulary)]
        modules = (event_pb2, feed_pb2, ingest_pb2, pb)
        schema = [module.DESCRIPTOR.enum_types_by_name for module in modules]
        self.assertEqual({name for enums in schema for name in enums} -
                         {"Attribution", "BatchMode", "PeriodKind",  # of messages alone
                          "QuarantineAction"},
                         {v.proto.name for v in found} - {"Kind"})
        for vocabulary in found:
            for value in vocabulary.proto.values:
                if value.number:
                    word = vocabulary.of(value.number)
                    self.assertIsNotNone(word, value.name)
                    self.assertEqual(vocabulary.number(str(word)), value.number)
            with self.assertRaisesRegex(ProtocolError, "client of the server's release"):
                vocabulary.of(99)

    def test_words_are_texts(self) -> None:
        self.assertEqual(terms.STATUSES.of(1), "actual")
        self.assertEqual(f"{terms.Finding.SCOPE_DRIFT}", "scope-drift")
        self.assertIsNone(terms.STATUSES.of(0))
        self.assertEqual(terms.FOLDS.of(0), "sum")


class QuestionTest(unittest.TestCase):

    def refused(self, field: str, pattern: str, **options: Any) -> None:
        with self.assertRaisesRegex(InvalidArgument, pattern) as caught:
            build("cells", **options)
        self.assertEqual(caught.exception.field, field)

    def test_every_field_of_the_message_can_be_asked_for(self) -> None:
        question = build("sum", ["alibaba", "NVDA"], ["capex", "revenue"], 2024, at=7,
                         as_of=date(2024, 8, 1), policy="newest", status="actual, estimate",
                         measure="growth-yoy",
                         definition="us-gaap:X", limit=5, explain=True, every="quarter",
                         growth="yoy", currency="USD", no_implied=True, by="period,company",
                         fn="avg", share=True, cumulative=True, top=3, findings=["scope-drift"],
                         from_as_of="2024-01-01", from_sequence=2, from_recorded=date(2024, 1, 2),
                         seller="nvidia", buyer="baidu", product="h100")  # yapf: disable
        self.assertEqual(question, pb.QueryRequest(
            kind=pb.QUERY_KIND_SUM, select=["alibaba", "NVDA"], metric="capex,revenue",
            periods="2024", as_of="2024-08-01", at_sequence=7, policy="newest",
            statuses=["STATUS_ACTUAL", "STATUS_ESTIMATE"], measure="growth-yoy",
            by=[pb.DIMENSION_PERIOD, pb.DIMENSION_COMPANY], limit=5,
            definition="us-gaap:X", every=pb.EVERY_QUARTER, fold=pb.FOLD_AVG, growth=pb.GROWTH_YOY,
            share=True, cumulative=True, currency="USD", top=3, explain=True, no_implied=True,
            findings=[pb.FINDING_SCOPE_DRIFT], from_as_of="2024-01-01", from_sequence=2,
            from_recorded="2024-01-02", seller="nvidia", buyer="baidu",
            product="h100"))  # yapf: disable
        fields = {field.name for field in pb.QueryRequest.DESCRIPTOR.fields}
        self.assertEqual(fields - {field.name for field, _ in question.ListFields()},
                         {"deadline_ms"})

    def test_nothing_is_asked_for_by_default(self) -> None:
        self.assertEqual(build("cells"), pb.QueryRequest(kind=pb.QUERY_KIND_CELLS))

    def test_refused(self) -> None:
        self.refused("every", 'unknown series "quaterly"; did you mean "quarter"', every="quaterly")
        self.refused("growth", "choose one of yoy, qoq, cagr", growth="x")
        self.refused("status", "unknown status", status=["actual", "x"])
        self.refused("by", "unknown dimension", by="x")
        self.refused("as_of", "as_of: '2024-02-30' is not a date", as_of="2024-02-30")
        self.refused("limit", "from 1 to 1000000", limit=0)
        self.refused("at", "from 1", at=-1)
        self.refused("select", "control characters", select="a\x00")
        self.refused("metric", "no Unicode", metric="\udc00")
        for options in ({"at": 1.0}, {"at": True}, {"metric": 5}, {"explain": 1}, {"periods": 1.5},
                        {"as_of": datetime(2024, 1, 1)}, {"select": [1]}):  # yapf: disable
            with self.assertRaises(TypeError, msg=str(options)):
                build("cells", **options)  # type: ignore[arg-type]

    def test_verbs(self) -> None:
        for call, wanted in (
            (verbs.get("alibaba", "capex", None, {"every": "ttm"}),
             build("cells", "alibaba", "capex", every="ttm")),
            (verbs.sum_("bat", "capex", "2024", {"by": "company"}),
             build("sum", "bat", "capex", "2024", by="company")),
            (verbs.top("capex", 2024, 3, None, True, {}),
             build("sum", "all", "capex", 2024, by="period,company", top=3, share=True)),
            (verbs.history("a", "capex", "2024", {"at": 3}),
             build("statements", "a", "capex", "2024", at=3)),
            (verbs.conflicts(None, None, None, "all", {}),
             build("conflicts", findings=[str(f) for f in terms.Finding])),
            (verbs.diff("2024-01-01", date(2024, 2, 1), "a", None, None, {}),
             build("changes", "a", from_as_of="2024-01-01", as_of="2024-02-01")),
            (verbs.changes(7, None, None, None, {}), build("changes", from_sequence=7)),
            (verbs.changes(date(2024, 1, 1), None, None, None, {}),
             build("changes", from_recorded="2024-01-01")),
            (verbs.shipments("2024", "nvidia", None, "h100", "unit_price", {"explain": True}),
             build("shipments", None, "unit_price", "2024", seller="nvidia", product="h100",
                   explain=True)),
            (verbs.query("sum", "a", "capex", None, {"fn": "max"}),
             build("sum", "a", "capex", fn="max")),
        ):
            self.assertEqual(asked(call), wanted)

    def test_a_verb_has_its_own_options_only(self) -> None:
        with self.assertRaisesRegex(TypeError, "get.. has no option 'by'; it has as_of, at,"):
            verbs.get("a", "capex", None, {"by": "period"})
        with self.assertRaisesRegex(TypeError, "history.. has no option 'every'"):
            verbs.history("a", "capex", None, {"every": "year"})
        with self.assertRaisesRegex(TypeError, "not both"):
            verbs.diff("2024-01-01", "2024-02-01", None, None, None, {"as_of": "2024-03-01"})

    def test_tokens(self) -> None:
        # Of an answer of capexd: `capex get foo capex` at sequence 3.
        self.assertEqual(question_of("CAEQAxoOCAESA2ZvbxoFY2FwZXg"),
                         build("cells", "foo", "capex", at=3))
        newer = pb.Token(form=2, sequence=1, query=pb.QueryRequest()).SerializeToString()
        for wrong in ("", "a", "%%%%", "CAEQAxoOCAESA2ZvbxoFY2Fw", "AAAA", "é"):
            with self.assertRaisesRegex(InvalidArgument, "no token .*copy it whole", msg=wrong):
                question_of(wrong)
        import base64
        with self.assertRaisesRegex(InvalidArgument, "another version's"):
            question_of(base64.urlsafe_b64encode(newer).decode().rstrip("="))

    def test_other_calls(self) -> None:
        request = pb.CatalogRequest.FromString(calls.catalog("metrics", "capex", 5).request(1))
        self.assertEqual(request, pb.CatalogRequest(kind=pb.CatalogRequest.KIND_METRICS,
                                                    name="capex", at_sequence=5))
        with self.assertRaisesRegex(InvalidArgument, 'did you mean "metrics"'):
            calls.catalog("metric", None, None)
        with self.assertRaisesRegex(InvalidArgument, "from 1"):
            calls.show(0)
        with self.assertRaises(TypeError):
            calls.show("7")  # type: ignore[arg-type]


class FeedOptionsTest(unittest.TestCase):

    def test_filters(self) -> None:
        request = feed_of("subscribe", {
            "after": 7, "companies": "a, b", "metrics": ["capex"],
            "counterparties": ["Amazon.com, Inc."], "products": ("H100",), "statuses": "actual",
            "sources": "FT", "revisions": True, "conflict_closed": True,
            "change_above": Decimal("2.50"), "window": 3,
        }).request  # yapf: disable
        f = request.filter
        self.assertEqual((list(f.companies), list(f.metrics), list(f.counterparties)),
                         (["a, b"], ["capex"], ["Amazon.com, Inc."]))
        self.assertEqual((list(f.products), list(f.statuses), list(f.sources), list(f.meanings)),
                         (["H100"], [1], ["FT"], [2, 5]))
        self.assertEqual((f.change_above_percent, request.credit, request.after_sequence),
                         ("2.50", 3, 7))
        self.assertFalse(request.from_now)
        self.assertTrue(feed_of("subscribe", {}).request.from_now)
        self.assertFalse(feed_of("subscribe", {"after": "begin"}).request.from_now)

    def test_wrong_ones(self) -> None:
        wrongs: list[tuple[dict[str, Any], type[Exception], str]] = [
            ({"after": -1}, InvalidArgument, "from 0"),
            ({"after": "soon"}, InvalidArgument, 'give a sequence, "now" or "begin"'),
            ({"after": 1.5}, TypeError, "not float"),
            ({"after": True}, TypeError, "not bool"),
            ({"cursor": ""}, InvalidArgument, "1 to 128 bytes"),
            ({"cursor": "é" * 65}, InvalidArgument, "1 to 128 bytes"),
            ({"cursor": "a\nb"}, InvalidArgument, "one line"),
            ({"cursor": 5}, TypeError, "not int"),
            ({"statuses": "actua"}, InvalidArgument, 'did you mean "actual"'),
            ({"companies": [5]}, TypeError, "text"),
            ({"revisions": 1}, TypeError, "True or False"),
            ({"change_above": 5.0}, TypeError, "not exact"),
            ({"change_above": "five"}, InvalidArgument, "percentage"),
            ({"change_above": -1}, InvalidArgument, "percentage"),
            ({"change_above": Decimal("NaN")}, InvalidArgument, "percentage"),
            ({"change_above": []}, TypeError, "not list"),
            ({"window": 0}, InvalidArgument, "1..1000000"),
            ({"silence_limit": 0}, InvalidArgument, "above 0"),
            ({"replay": "2024"}, TypeError, "capexdb.Replay"),
            ({"replay": Replay("2024-13-01")}, InvalidArgument, "no such day"),
            ({"replay": Replay(speed=math.nan)}, InvalidArgument, "zero or more"),
            ({"replay": Replay(), "after": "now"}, InvalidArgument, "beginning of its own"),
            ({"replay": Replay(), "cursor": "c"}, InvalidArgument, "beginning of its own"),
            ({"company": "a"}, TypeError, "subscribe.. has no option 'company'; it has after,"),
        ]
        for options, kind, pattern in wrongs:
            with self.assertRaisesRegex(kind, pattern, msg=options):
                feed_of("subscribe", options)


if __name__ == "__main__":
    unittest.main()
