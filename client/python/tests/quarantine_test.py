"""Records that are held for review, from Python."""

import tempfile
import unittest
from pathlib import Path
from typing import Any

import capexdb
from capexdb import InvalidArgument, NotFound, Outcome, QuarantineState, aio
from capexdb._core.review import Review, approved
from capexdb.errors import ProtocolError
from capexdb.v1.ingest_pb2 import QuarantineReply

from .support import Daemon, row


def slips(company: str) -> list[Any]:
    """Two in thousands, beside figures in units."""
    return [row(company, 23_000_000 + i, period=f"2024-H{i}", source="Blog") for i in (1, 2)]


class QuarantineTest(unittest.IsolatedAsyncioTestCase):
    daemon: Daemon
    folder: "tempfile.TemporaryDirectory[str]"

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory(prefix="capexdb-python-")
        config = Path(cls.folder.name) / "capexd.toml"
        config.write_text('[plausibility]\nhold = ["scraper"]\n', encoding="utf-8")
        cls.daemon = Daemon("--config", str(config))

    @classmethod
    def tearDownClass(cls) -> None:
        cls.daemon.close()
        cls.folder.cleanup()

    def hold(self, client: capexdb.Client, company: str) -> tuple[int, int]:
        known = [row(company, 21_000_000_000 + i, period=period)
                 for i, period in enumerate(("2023-H1", "2023-H2", "2024-H1", "2024-H2"))]
        self.assertEqual(client.ingest(known, producer_id="desk").accepted, 4)
        result = client.ingest(slips(company), producer_id="scraper")
        self.assertEqual((result.accepted, result.quarantined), (0, 2), result.verdicts)
        ids = [verdict.quarantine_id for verdict in result.verdicts]
        self.assertEqual({verdict.outcome for verdict in result.verdicts}, {Outcome.QUARANTINED})
        assert ids[0] is not None and ids[1] is not None
        return ids[0], ids[1]

    def test_list_show_approve_and_reject(self) -> None:
        with capexdb.connect(self.daemon.server) as client:
            first, second = self.hold(client, "Held Co")
            entries = client.quarantine_list(company="held-co")
            self.assertEqual([entry.id for entry in entries], [first, second])
            entry = entries[0]
            self.assertEqual((entry.state, entry.producer_id, entry.company, entry.metric,
                              entry.period, entry.source, entry.sequence, entry.decided_at),
                             ("held", "scraper", "held-co", "capex", "2024-H1", "Blog", None, None))
            self.assertTrue(entry.code.startswith("suspect_"), entry.code)
            self.assertIsNone(entry.event)
            self.assertEqual(len(client.quarantine_list(company="held-co", limit=1)), 1)
            self.assertEqual(client.quarantine_list(producer="desk"), ())
            self.assertEqual(len(client.quarantine_list(producer="scr*", code=entry.code,
                                                        company="held-co")), 2)
            shown = client.quarantine_show(first)
            assert shown.event is not None
            self.assertEqual(shown.event.source.publisher, "Blog")

            (decision,) = client.quarantine_approve(first, note="it is so")
            self.assertEqual((decision.id, decision.state, decision.changed),
                             (first, QuarantineState.APPROVED, True))
            assert decision.sequence is not None
            self.assertEqual(client.show(decision.sequence).producer_id, "scraper")
            (again,) = client.quarantine_approve([first])
            self.assertEqual((again.changed, again.sequence), (False, decision.sequence))
            (no,) = client.quarantine_reject([second], note="a slip")
            self.assertEqual((no.state, no.changed, no.sequence), ("rejected", True, None))
            (twice,) = client.quarantine_reject([second], note="again")
            self.assertEqual((twice.state, twice.changed), ("rejected", False))
            (late,) = client.quarantine_reject([first], note="too late")
            self.assertEqual((late.state, late.changed, late.code),
                             ("approved", False, "already_approved"))
            (unknown,) = client.quarantine_reject([999_999], note="who?")
            self.assertEqual((unknown.state, unknown.code), (None, "unknown_id"))
            states = {e.id: (e.state, e.note)
                      for e in client.quarantine_list(state="all", company="held-co")}
            self.assertEqual(states, {first: ("approved", "it is so"),
                                      second: ("rejected", "a slip")})
            with self.assertRaises(NotFound):
                client.quarantine_show(999_999)

    async def test_the_same_with_asyncio(self) -> None:
        with capexdb.connect(self.daemon.server) as blocking:
            ids = self.hold(blocking, "Async Co")
        async with aio.connect(self.daemon.server) as client:
            entries = await client.quarantine_list(company="async-co")
            self.assertEqual(tuple(entry.id for entry in entries), ids)
            self.assertIsNotNone((await client.quarantine_show(ids[0])).event)
            decisions = await client.quarantine_reject(all=True, company="async-co", note="slips")
            self.assertEqual([d.state for d in decisions], ["rejected", "rejected"])
            self.assertEqual(await client.quarantine_approve(all=True, company="async-co"), ())
            self.assertIsNone(await client.checkpoint("nobody"))
            await client.ingest([row("Async Co", 5, period="2020-H1"), capexdb.Checkpoint("p1")],
                                producer_id="async pages")
            self.assertEqual(await client.checkpoint("async pages"), "p1")

    def test_what_makes_no_sense_is_refused_here(self) -> None:
        client = capexdb.Client("127.0.0.1:1")
        for wrong in (lambda: client.quarantine_approve(),
                      lambda: client.quarantine_approve([1], all=True),
                      lambda: client.quarantine_approve([1], producer="p"),
                      lambda: client.quarantine_approve(0),
                      lambda: client.quarantine_reject([1], note=" "),
                      lambda: client.quarantine_list(state="lost"),
                      lambda: client.quarantine_list(limit=0),
                      lambda: client.quarantine_list(producer="\x01")):
            with self.assertRaises(InvalidArgument):
                wrong()
        with self.assertRaises(TypeError):
            client.quarantine_show("1")  # type: ignore[arg-type]

    def test_long_lists_go_in_pieces(self) -> None:
        review = approved(range(1, 25_001), False, None, None, None, "")
        self.assertEqual([len(request.ids) for request in review.requests],
                         [10_000, 10_000, 5_000])
        review = approved((), True, None, None, None, "")
        review.take(QuarantineReply(more=True, last_id=7))
        self.assertEqual(review.requests[0].after_id, 7)
        with self.assertRaises(ProtocolError):
            Review.take(review, QuarantineReply(more=True, last_id=7))


if __name__ == "__main__":
    unittest.main()
