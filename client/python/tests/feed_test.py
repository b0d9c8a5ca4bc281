"""The feed of a real capexd: all of it, over kills, by cursors, by many, in replay."""

import asyncio
import os
import subprocess
import sys
import threading
import unittest
from decimal import Decimal
from typing import Any, Iterator

import capexdb
from capexdb import aio
from capexdb.v1.event_pb2 import Event

from .support import ROOT, SECONDS_MAX, Daemon, DaemonTest, events, row


def until_caught_up(client: capexdb.Client, **options: Any) -> list[capexdb.Change]:
    changes = []
    with client.subscribe(caught_up=True, **options) as items:
        while not isinstance(item := items.next(SECONDS_MAX), capexdb.CaughtUp):
            assert isinstance(item, capexdb.Change), item
            changes.append(item)
    return changes


class FeedTest(DaemonTest):
    client: capexdb.Client

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.client = capexdb.connect(cls.daemon.server)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.client.close()
        super().tearDownClass()

    def test_everything_from_the_beginning_is_the_log(self) -> None:
        self.client.ingest([*events("Log Co", 50), row("Other Log Co", "5")], producer_id="log")
        last = self.client.status().sequence
        for window in (1, 3, 1000):
            changes = until_caught_up(self.client, after="begin", window=window)
            self.assertEqual([c.sequence for c in changes], list(range(1, last + 1)))
        for change in changes:
            stored = self.client.show(change.sequence)
            self.assertEqual((stored.event, stored.event_bytes, stored.recorded_at,
                              stored.producer_id, stored.batch_number),
                             (change.event, change.event_bytes, change.recorded_at,
                              change.producer_id, change.batch_number))

    def test_unknown_fields_of_an_event_come_with_its_bytes(self) -> None:
        event = next(events("Later Co", 1))
        later = Event.FromString(b"\xc2\xbb\x01\x05later" + event.SerializeToString())
        with self.client.subscribe() as changes:
            self.client.ingest([later])
            taken = [changes.next(SECONDS_MAX) for _ in range(2)]
        change = taken[1]
        assert isinstance(change, capexdb.Change)
        self.assertIn(b"\xc2\xbb\x01\x05later", change.event_bytes)
        self.assertEqual(change.event_bytes, self.client.show(change.sequence).event_bytes)

    def test_from_now_and_filters(self) -> None:
        self.client.ingest([row("Now Co", "100"), row("Not Co", "100")])
        options: list[tuple[dict[str, Any], list[str]]] = [
            ({"companies": "now co"}, ["104", "110"]),
            ({"companies": ["now co"], "revisions": True, "change_above": 5}, ["110"]),
            ({"companies": "now co", "change_above": Decimal("3.9")}, ["104", "110"]),
            ({"companies": "now co", "first_print": True}, []),
            ({"companies": "now co", "sources": "test", "metrics": "capex",
              "statuses": "actual"}, ["104", "110"]),
            ({"companies": "now co", "statuses": "guidance"}, []),
        ]  # yapf: disable
        feeds = [self.client.subscribe(progress=True, **o) for o, _ in options]
        self.client.ingest([row("Now Co", "104", published_at="2024-09-01")])
        self.client.ingest([row("Not Co", "200", published_at="2024-09-02"),
                            row("Now Co", "110", published_at="2024-09-03")])
        last = self.client.status().sequence
        for feed, (option, values) in zip(feeds, options):
            got = []
            while feed.position < last:
                item = feed.next(SECONDS_MAX)
                if isinstance(item, capexdb.Change):
                    got.append(item.event.capex.amount.value)
            self.assertEqual(got, values, option)
            feed.close()

    def test_the_cells_of_a_revision(self) -> None:
        self.client.ingest([row("Cell Co", "100")])
        with self.client.subscribe(companies="cell co", revisions=True) as changes:
            self.client.ingest([row("Cell Co", "80", published_at="2024-09-01")])
            change = changes.next(SECONDS_MAX)
        assert isinstance(change, capexdb.Change)
        cell, = change.cells
        self.assertEqual(cell.meanings, (capexdb.Meaning.REVISION,))
        answer = self.client.get("cell co", "capex", at=change.sequence)[0]
        before = self.client.get("cell co", "capex", at=change.sequence - 1)[0]
        assert cell.after is not None and cell.before is not None
        for ours, theirs in ((cell.after, answer), (cell.before, before)):
            self.assertEqual((ours.value, ours.source, ours.sequence, ours.period),
                             (theirs.value, theirs.source, theirs.sequence, theirs.period))
        self.assertEqual((cell.statement.sequence, cell.change_percent),
                         (change.sequence, Decimal("-20")))

    def test_an_answer_that_goes_and_comes_back(self) -> None:
        self.client.ingest([row("Back Co", "100", event_id="back-1")], producer_id="back")
        with self.client.subscribe(companies="back co", revisions=True) as changes:
            withdrawal = Event(published_at="2024-09-01")
            withdrawal.source.publisher = "Test"
            withdrawal.retraction.event_id = "back-1"
            self.client.ingest([withdrawal, row("Back Co", "100", published_at="2024-09-02")],
                               producer_id="back")
            cells = [change.cells[0] for change in (changes.next(SECONDS_MAX) for _ in range(2))
                     if isinstance(change, capexdb.Change)]
        self.assertEqual([(c.meanings, c.before and c.before.value, c.after and c.after.value)
                          for c in cells], [((capexdb.Meaning.REVISION,), 100, None),
                                            ((capexdb.Meaning.REVISION,), None, 100)])

    def test_conflicts_that_open_and_close(self) -> None:
        self.client.ingest([row("Quarrel Co", "100", event_id="q1")])
        with self.client.subscribe(companies="quarrel co", conflict_opened=True,
                                   conflict_closed=True) as changes:
            self.client.ingest([row("Quarrel Co", "900", source="Other", event_id="q2")])
            change = changes.next(SECONDS_MAX)
            assert isinstance(change, capexdb.Change)
            opened, = change.conflicts_opened
            self.assertEqual((opened.company, opened.finding),
                             ("quarrel-co", capexdb.Finding.INCONSISTENT_DUPLICATE))
            self.assertEqual(change.conflicts_closed, ())

    def test_errors(self) -> None:
        with self.assertRaisesRegex(capexdb.NotFound, "nobody at all"):
            self.client.subscribe(companies="nobody at all")
        with self.assertRaisesRegex(capexdb.OutOfRange, "another store"):
            self.client.subscribe(after=10**9)
        with self.assertRaisesRegex(capexdb.InvalidArgument, "conflicts"):
            self.client.subscribe(replay=capexdb.Replay(), conflict_opened=True)

    def test_cursors(self) -> None:
        self.client.ingest([row("Cursor Co", 1)])
        begin = self.client.status().sequence
        changes = self.client.subscribe(cursor="one", after="now", companies="cursor co")
        # A new one is there at once, where it begins.
        self.assertEqual(self.client.cursors("one")[0].sequence, begin)
        self.client.ingest(events("Cursor Co", 10))
        taken = [changes.next(SECONDS_MAX) for _ in range(4)]
        self.assertEqual(changes.ack(begin + 3), begin + 3)
        with self.assertRaisesRegex(capexdb.InvalidArgument, f"has come to {begin + 4}"):
            changes.ack(begin + 5)
        self.assertEqual(changes.ack(begin + 1), begin + 3)  # never back
        changes.close()
        # Again from behind what was acknowledged: the fourth comes a second time.
        with self.client.subscribe(cursor="one", companies="cursor co", after=5) as changes:
            again = changes.next(SECONDS_MAX)
            self.assertEqual(again, taken[3])
            self.assertEqual(changes.ack(), begin + 4)
            self.assertEqual(changes.ack(begin + 2, rewind=True), begin + 2)
        self.assertIn(("one", begin + 2), [(c.name, c.sequence) for c in self.client.cursors()])
        self.client.forget_cursor("one")
        self.assertEqual(len(self.client.cursors("one")), 0)
        self.assertEqual(self.client.ack("one", 3), 3)
        self.client.forget_cursor("one")

    def test_a_query_and_what_comes_behind_it_during_ingest(self) -> None:
        count, added = 3000, 0
        self.client.ingest([row("Meanwhile Co", "-1")])

        def ingest() -> None:
            with capexdb.connect(self.daemon.server) as own:
                own.ingest(events("Meanwhile Co", count), batch=50, window=2)

        thread = threading.Thread(target=ingest)
        thread.start()
        for _ in range(5):
            answer, changes = self.client.query_and_subscribe(
                "meanwhile co", "capex", kind="statements", limit=1_000_000)
            seen = {r.sequence for r in answer}
            with changes:
                added = len(seen)
                while len(seen) < count + 1:
                    change = changes.next(SECONDS_MAX)
                    assert isinstance(change, capexdb.Change)
                    self.assertNotIn(change.sequence, seen)
                    self.assertGreater(change.sequence, answer.sequence)
                    seen.add(change.sequence)
        thread.join()
        history = self.client.history("meanwhile co", "capex", limit=1_000_000)
        self.assertEqual(seen, {r.sequence for r in history})
        self.assertEqual(added, count + 1)

    def test_a_replay_is_in_the_order_of_publication(self) -> None:
        days = ["2024-03-05", "2024-01-09", "2024-02-01", "2024-01-09", "2023-12-31", "2024-03-06"]
        self.client.ingest([row("Replay Co", str(i + 1), published_at=day)
                            for i, day in enumerate(days)])
        played = list(self.client.subscribe(companies="replay co", replay=capexdb.Replay(
            "2024-01-01", "2024-03-05"), cells=True))
        self.assertEqual([(c.event.published_at, c.event.capex.amount.value)
                          for c in played if isinstance(c, capexdb.Change)],
                         [("2024-01-09", "2"), ("2024-01-09", "4"), ("2024-02-01", "3"),
                          ("2024-03-05", "1")])
        whole = list(self.client.subscribe(replay=capexdb.Replay()))
        published = [c.event.published_at for c in whole if isinstance(c, capexdb.Change)]
        self.assertEqual(published, sorted(published))
        self.assertEqual(len(set(c.sequence for c in whole)), len(whole))

    def test_a_replay_goes_on_in_another_run(self) -> None:
        self.client.ingest([row("Run Co", i, published_at=f"2024-{i % 12 + 1:02}-15")
                            for i in range(40)])
        whole = [c.sequence for c in self.client.subscribe(replay=capexdb.Replay())]
        first = self.client.subscribe(replay=capexdb.Replay())
        taken = [next(first).sequence for _ in range(15)]
        first.close()
        self.assertEqual(first.at_sequence, self.client.status().sequence)
        self.client.ingest([row("Run Co", 99, published_at="2024-12-31")])  # not of that replay
        on = self.client.subscribe(replay=capexdb.Replay(at_sequence=first.at_sequence,
                                                         after_sequence=first.position))
        self.assertEqual((on.at_sequence, on.position), (first.at_sequence, first.position))
        self.assertEqual(taken + [c.sequence for c in on], whole)
        with self.client.subscribe() as changes:
            self.assertIsNone(changes.at_sequence)


class KilledTest(unittest.TestCase):

    def setUp(self) -> None:
        self.daemon = Daemon()
        self.addCleanup(self.daemon.close)

    def test_killed_in_the_middle_nothing_is_missing_or_comes_twice(self) -> None:
        count = 12_000

        def records() -> Iterator[Event]:
            for i, event in enumerate(events("Killed Co", count)):
                if i % 4000 == 3999:
                    self.daemon.restart()
                yield event

        def ingest() -> None:
            with capexdb.connect(self.daemon.server) as own:
                own.ingest(records(), producer_id="killed", batch=100, window=4)

        thread = threading.Thread(target=ingest)
        with capexdb.connect(self.daemon.server) as client:
            with client.subscribe(after="begin", window=50) as changes:
                thread.start()
                taken = []
                for change in changes:
                    taken.append(change.sequence)
                    if change.sequence == count + 2:  # two of the catalogue
                        break
                self.assertGreaterEqual(changes.reconnects, 1)
            self.assertEqual(taken, list(range(1, count + 3)))
            self.assertEqual(client.status().sequence, count + 2)
        thread.join()

    def test_a_cursor_outlives_the_daemon(self) -> None:
        client = capexdb.connect(self.daemon.server)
        self.addCleanup(client.close)
        client.ingest(events("Cursor Co", 100))
        with client.subscribe(cursor="kept", after="begin") as changes:
            for change in changes:
                if change.sequence == 40:
                    changes.ack()
                    break
        self.daemon.restart()
        self.assertEqual(client.cursors("kept")[0].sequence, 40)
        again = until_caught_up(client, cursor="kept", after="begin")
        self.assertEqual([c.sequence for c in again], list(range(41, 103)))

    def test_a_replay_goes_on_over_a_kill(self) -> None:
        count = 2000
        with capexdb.connect(self.daemon.server) as client:
            client.ingest([row("Replay Co", i, published_at=f"2024-{i % 12 + 1:02}-15")
                           for i in range(count)])
            played = []
            replay = client.subscribe(replay=capexdb.Replay(), window=20)
            for change in replay:
                played.append(change)
                if len(played) in (500, 1500):
                    self.daemon.restart()
            self.assertEqual(replay.reconnects, 2)
            published = [c.event.published_at for c in played if isinstance(c, capexdb.Change)]
            self.assertEqual(published, sorted(published))
            self.assertEqual(sorted(c.sequence for c in played), list(range(3, count + 3)))

    def test_the_example(self) -> None:
        client = capexdb.connect(self.daemon.server)
        self.addCleanup(client.close)
        client.ingest([row("Revised Co", "100"), row("Steady Co", "100")])

        def run() -> "subprocess.Popen[str]":
            example = subprocess.Popen(
                [sys.executable, "-B", str(ROOT / "examples" / "revisions.py"),
                 self.daemon.server], stdout=subprocess.PIPE, text=True,
                env={**os.environ, "PYTHONPATH": str(ROOT)})  # yapf: disable
            self.addCleanup(example.wait, SECONDS_MAX)
            self.addCleanup(example.kill)
            return example

        def next_line(example: "subprocess.Popen[str]") -> str:
            assert example.stdout is not None
            return example.stdout.readline().rstrip()

        example = run()
        client.ingest([row("Steady Co", "104", published_at="2024-09-01"),
                       row("Revised Co", "110", published_at="2024-09-01")])
        self.assertEqual(next_line(example),
                         "revised-co capex 2024-H1 100 -> 110 USD (10 %), Test")
        # To the last digit, and from zero, but not by 5 % exactly.
        client.ingest([row("Fine Co", "100000000"), row("Exact Co", "100"), row("Zero Co", "0")])
        client.ingest([row("Exact Co", "105", published_at="2024-09-01"),
                       row("Fine Co", "105000040", published_at="2024-09-01"),
                       row("Zero Co", "7", published_at="2024-09-01"),
                       row("Exact Co", "99.75", published_at="2024-09-02")])
        self.assertEqual([next_line(example) for _ in range(2)],
                         ["fine-co capex 2024-H1 100000000 -> 105000040 USD (5 %), Test",
                          "zero-co capex 2024-H1 0 -> 7 USD (from 0), Test"])
        self.daemon.restart()
        client.ingest([row("Revised Co", "55", published_at="2024-09-02")])
        self.assertEqual(next_line(example), "revised-co capex 2024-H1 110 -> 55 USD (-50 %), Test")
        with client.subscribe(cursor="example-revisions") as own:
            begin = own.position
        last = client.status().sequence
        for _ in range(1000):  # until it has acknowledged what it printed
            if begin == last:
                break
            begin = client.cursors("example-revisions")[0].sequence
        self.assertEqual(begin, last)
        example.kill()
        client.ingest([row("Revised Co", "66", published_at="2024-09-03")])
        again = run()
        self.assertEqual(next_line(again), "revised-co capex 2024-H1 55 -> 66 USD (20 %), Test")
        again.kill()
        for one in (example, again):
            assert one.stdout is not None
            one.stdout.close()


class AioFeedTest(unittest.TestCase):

    def test_fifty_at_once(self) -> None:
        daemon, count, many = Daemon(), 500, 50
        self.addCleanup(daemon.close)

        async def follow(client: aio.Client, number: int) -> list[int]:
            taken = []
            async with client.subscribe(after="begin", window=number + 1) as changes:
                async for change in changes:
                    taken.append(change.sequence)
                    if change.sequence == count + 2:
                        break
            return taken

        async def run() -> None:
            async with aio.connect(daemon.server) as client:
                followers = [asyncio.create_task(follow(client, i)) for i in range(many)]
                await client.ingest(events("Many Co", count), batch=20)
                for taken in await asyncio.gather(*followers):
                    self.assertEqual(taken, list(range(1, count + 3)))

        asyncio.run(run())

    def test_the_rest(self) -> None:
        daemon = Daemon()
        self.addCleanup(daemon.close)

        async def run() -> None:
            async with aio.connect(daemon.server) as client:
                await client.ingest([row("Aio Co", "1")])
                answer, changes = await client.query_and_subscribe("aio co", "capex",
                                                                   feed={"cells": True})
                self.assertEqual(changes.position, answer.sequence)
                await client.ingest([row("Aio Co", "2", published_at="2024-09-01"),
                                     row("Other Co", "2")])
                change = await changes.next(SECONDS_MAX)
                assert isinstance(change, capexdb.Change)
                self.assertEqual(change.cells[0].change_percent, Decimal(100))
                self.assertIsNone(await changes.next(0.1))
                changes.close()
                async with client.subscribe(cursor="c", after="begin") as follower:
                    item = await anext(follower)
                    self.assertEqual((item.sequence, await follower.ack()), (1, 1))
                self.assertEqual([c.sequence for c in await client.cursors()], [1])
                self.assertEqual(await client.ack("c", 3), 3)
                await client.forget_cursor("c")
                self.assertEqual(len(await client.cursors()), 0)
                replay = client.subscribe(replay=capexdb.Replay())
                self.assertEqual([c.sequence async for c in replay], [3, 6, 5])
                await asyncio.to_thread(daemon.restart)
                with self.assertRaisesRegex(capexdb.NotFound, "nobody"):
                    await client.subscribe(companies="nobody")

        asyncio.run(run())


if __name__ == "__main__":
    unittest.main()
