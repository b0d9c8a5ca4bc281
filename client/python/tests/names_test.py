"""Names of filters: as the server reads them, and never everything by chance."""

import asyncio
import unittest
from typing import Any, Iterable

import capexdb
from capexdb import aio
from capexdb._core.cursors import behind
from capexdb._core.feed import feed_of
from capexdb.v1.feed_pb2 import FeedFilter

from .support import SECONDS_MAX, DaemonTest, row

NAMES = ("companies", "metrics", "products", "counterparties", "sources", "statuses")


def filter_of(**options: Any) -> FeedFilter:
    return feed_of("subscribe", options).request.filter


class RequestTest(unittest.TestCase):

    def test_what_the_server_splits_goes_as_it_is(self) -> None:
        for field in ("companies", "metrics", "counterparties"):
            for words, sent in (("a, b", ["a, b"]), ("Amazon.com, Inc.", ["Amazon.com, Inc."]),
                                (["a, b", "c"], ["a, b", "c"]), (iter(["a", "b"]), ["a", "b"]),
                                ("all", ["all"]), (" a ", [" a "])):  # yapf: disable
                self.assertEqual(list(getattr(filter_of(**{field: words}), field)), sent)
        for field in ("products", "sources"):
            self.assertEqual(list(getattr(filter_of(**{field: "a, b"}), field)), ["a", "b"])
            self.assertEqual(list(getattr(filter_of(**{field: ["a, b"]}), field)), ["a, b"])

    def test_nothing_is_not_everything(self) -> None:
        empty: list[Any] = ["", " ", ",", " , ", [], (), iter(()), [""], ["a", ""],
                            ["actual", " , "]]  # yapf: disable
        for field in NAMES:
            for words in empty:
                with self.assertRaises(capexdb.InvalidArgument, msg=(field, words)) as caught:
                    filter_of(**{field: words})
                self.assertEqual(caught.exception.field, field)
            self.assertEqual(filter_of(**{field: None}), FeedFilter())
            for wrong in (5, [5]):
                with self.assertRaises(TypeError):
                    filter_of(**{field: wrong})

    def test_those_of_a_question(self) -> None:
        cases: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = [
            ({"select": "a, b", "metric": "m", "status": "actual"}, {},
             {"companies": "a, b", "metrics": "m", "statuses": "actual"}),
            ({"select": None, "metric": (), "status": ()}, {}, {}),
            ({"select": "all", "metric": "All"}, {}, {"companies": "all"}),
            ({"select": ("all", "a"), "metric": ("all",)}, {}, {"companies": ("all", "a")}),
            ({"product": "A100, 80 GB"}, {}, {"products": ["A100, 80 GB"]}),
            ({"product": "A100"}, {"products": "H100"}, {"products": "H100"}),
            ({"product": None}, {}, {}),
            ({"select": "a"}, {"companies": "b", "cells": True}, {"companies": "b", "cells": True}),
            ({"select": "", "metric": ""}, {}, {"companies": "", "metrics": ""}),  # refused
        ]
        for question, feed, options in cases:
            feed_options: Any = feed
            self.assertEqual(behind(question, feed_options), options)
        client = capexdb.Client("127.0.0.1:1")
        for select, metric in (("", "capex"), ("a", ""), ([""], "capex"), (",", "capex")):
            with self.assertRaises(capexdb.InvalidArgument):
                client.query_and_subscribe(select, metric)


class ServerTest(DaemonTest):

    def values(self, changes: capexdb.Subscription, last: int) -> list[str]:
        """Of the changes up to that sequence."""
        got = []
        with changes:
            while changes.position < last:
                item = changes.next(SECONDS_MAX)
                if isinstance(item, capexdb.Change):
                    got.append(item.event.capex.amount.value)
        return got

    def test_lists_and_everybody(self) -> None:
        with capexdb.connect(self.daemon.server) as client:
            client.ingest([row("Amazon.com, Inc.", 1), row("Beta Co", 2), row("Ali", 3)])
            begin = client.status().sequence
            client.ingest([row(c, v, published_at="2024-09-01") for c, v in
                           (("Amazon.com, Inc.", 10), ("Beta Co", 20), ("Ali", 30))])
            last = client.status().sequence
            companies: list[tuple[Any, list[str]]] = [
                ("Amazon.com, Inc.", ["10"]), ("ali, beta co", ["20", "30"]),
                (["Amazon.com, Inc.", "ali"], ["10", "30"]), (["ali,beta co"], ["20", "30"]),
                ("all", ["10", "20", "30"]), (["ali", "all"], ["10", "20", "30"]),
                (None, ["10", "20", "30"]),
            ]  # yapf: disable
            for words, values in companies:
                changes = client.subscribe(companies=words, metrics="capex", after=begin,
                                           progress=True)
                self.assertEqual(self.values(changes, last), values, words)
            with self.assertRaisesRegex(capexdb.NotFound, "nobody"):
                client.subscribe(companies="ali, nobody")

    def test_a_question_by_iterators(self) -> None:

        def names(*words: str) -> Iterable[str]:
            yield from words

        with capexdb.connect(self.daemon.server) as client:
            client.ingest([row("Iter Co", 1), row("Other Iter Co", 1)])
            answer, changes = client.query_and_subscribe(
                names("iter co"), names("capex"), status=names("actual"), feed={"progress": True})
            self.assertEqual([r.company for r in answer], ["iter-co"])
            client.ingest([row("Other Iter Co", 5, published_at="2024-09-01"),
                           row("Iter Co", 6, published_at="2024-09-01")])
            self.assertEqual(self.values(changes, client.status().sequence), ["6"])

    def test_the_product_of_a_question(self) -> None:

        def sold(count: int) -> list[dict[str, Any]]:
            return [row("Chip Co", count, metric="unit_shipments", product=product, currency="",
                        unit="{chip}", published_at=f"2024-09-{count:02}")
                    for product in ("A100, 80 GB", "H100")]

        def products(taken: list[capexdb.Item]) -> list[str]:
            return [item.event.chip_shipment.product for item in taken
                    if isinstance(item, capexdb.Change)]

        async def run(product: str) -> list[capexdb.Item]:
            async with aio.connect(self.daemon.server) as own:
                answer, changes = await own.query_and_subscribe(
                    kind="shipments", seller="chip co", product=product, feed={"progress": True})
                self.assertEqual([r.product for r in answer], [product])
                await own.ingest(sold(3))
                last, taken = (await own.status()).sequence, []
                async with changes:
                    while changes.position < last:
                        taken.append(await anext(changes))
                return taken

        with capexdb.connect(self.daemon.server) as client:
            client.ingest(sold(1))
            _, changes = client.query_and_subscribe(kind="shipments", seller="chip co",
                                                    product="A100, 80 GB", feed={"progress": True})
            client.ingest(sold(2))
            last, taken = client.status().sequence, []
            with changes:
                while changes.position < last:
                    taken.append(next(changes))
            self.assertEqual(products(taken), ["A100, 80 GB"])
        self.assertEqual(products(asyncio.run(run("H100"))), ["H100"])


if __name__ == "__main__":
    unittest.main()
