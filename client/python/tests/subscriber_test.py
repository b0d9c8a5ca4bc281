"""Subscriptions without sockets and clocks: orders of messages, breaks, positions, credit."""

import unittest
from decimal import Decimal
from typing import Any

from capexdb._core.frame import field_head, fields_of, varint
from capexdb.errors import (CapexdbError, Code, DeadlineExceeded, InvalidArgument, OutOfRange,
                            ProtocolError, Unavailable)
from capexdb.feed import CaughtUp, Change, Gap, Progress, Replay
from capexdb.terms import Meaning

from .feed_model import World, caught_up, change, error, gap, progress, sequences


def passing(first: int, last: int) -> list[int]:
    return [s for s in range(first, last + 1) if s % 3]


class OrderTest(unittest.TestCase):

    def test_what_comes_is_handed_out_in_its_order(self) -> None:
        world = World()
        world.scripts = [[progress(5), gap(6, 8), change(9), progress(12), caught_up(12),
                          change(13)]]
        subscriber = world.subscriber(after=5, caught_up=True, progress=True)
        items = world.take(subscriber, 6)
        self.assertEqual([type(item) for item in items],
                         [Progress, Gap, Change, Progress, CaughtUp, Change])
        self.assertEqual([item.sequence for item in items], [5, 8, 9, 12, 12, 13])
        self.assertEqual(subscriber.position, 13)

    def test_changes_and_gaps_come_unasked_and_nothing_else(self) -> None:
        world = World()
        script = [progress(5), gap(6, 8), change(9), progress(12), caught_up(12), change(13)]
        for options, kinds in (({}, [Gap, Change, Change]),
                               ({"caught_up": True}, [Gap, Change, CaughtUp, Change])):
            world.scripts = [script]
            subscriber = world.subscriber(after=5, **options)
            items = world.take(subscriber, len(kinds))
            self.assertEqual([type(item) for item in items], kinds)

    def test_a_filter_may_pass_over_what_lies_before_a_gap(self) -> None:
        world = World()
        world.scripts = [[progress(5), change(7), gap(10, 12)]]
        items = world.take(world.subscriber(after=5, companies="a"), 2)
        self.assertEqual(items[1], Gap(10, 12))

    def test_the_position_is_that_of_what_was_handed_out(self) -> None:
        world = World()
        world.scripts = [[progress(5), change(9), progress(12), change(13)]]
        subscriber = world.subscriber(after=5)
        self.assertIsNone(subscriber.position)
        world.run(subscriber.open(world.now + 1))
        self.assertEqual(subscriber.position, 5)
        world.take(subscriber, 1)
        self.assertEqual(subscriber.position, 9)
        world.take(subscriber, 1)
        self.assertEqual(subscriber.position, 13)

    def test_next_waits_until_its_deadline(self) -> None:
        world = World()
        subscriber = world.subscriber()
        self.assertIsNone(world.run(subscriber.next(world.now + 3)))
        self.assertEqual(world.now, 103)
        world.send(progress(0), progress(0), change(1), change(2))
        # What is there is taken, though the time is over.
        self.assertEqual(sequences([world.run(subscriber.next(world.now)),
                                    world.run(subscriber.next(world.now))]), [1, 2])
        self.assertIsNone(world.run(subscriber.next(world.now)))
        self.assertEqual(len(world.opened), 1)

    def test_broken_rules_end_it(self) -> None:
        cases: list[tuple[list[Any], str]] = [
            ([change(6)], "does not say where"),
            ([caught_up(5)], "does not say where"),
            ([progress(6)], "was to begin at 5, the server begins at 6"),
            ([progress(4)], "was to begin at 5, the server begins at 4"),
            ([progress(5), change(5)], "goes back: Change 5 behind 5"),
            ([progress(5), change(7), change(7)], "goes back: Change 7 behind 7"),
            ([progress(5), change(7), change(6)], "goes back: Change 6 behind 7"),
            ([progress(5), change(7), progress(6)], "goes back: Progress 6 behind 7"),
            ([progress(5), change(7), caught_up(6)], "goes back: CaughtUp 6 behind 7"),
            ([progress(5), change(7), gap(7, 9)], "goes back: Gap 9 behind 7"),
            ([progress(5), gap(6, 5)], "goes back"),
            ([progress(5), gap(7, 9)], "leaves out .*: a gap from 7 to 9 behind 5"),
            ([progress(5), change(7), gap(9, 9)], "a gap from 9 to 9 behind 7"),
            ([progress(5), caught_up(5, end=True)], "has no end"),
            ([progress(5), change(6), change(7), change(8)], "3 changes, with credit for 2"),
            ([progress(5), {"change": {"sequence": 6}}], "has no event"),
            ([progress(5), change(6, recorded_at_us=2**62)], "has a time that is none"),
            ([progress(5), change(6, cells=[{"meanings": [77]}])], "unknown meaning 77"),
            ([progress(5), change(6, cells=[{"after": {"value": "x"}}])], "no decimal number"),
            ([progress(5), change(6, cells=[{"change_percent": "x"}])], "no decimal number"),
            ([{"pong": {}}], "of another kind"),
        ]
        for script, pattern in cases:
            world = World()
            world.scripts = [script]
            subscriber = world.subscriber(after=5, window=2)
            with self.assertRaisesRegex(ProtocolError, pattern, msg=script):
                world.run(subscriber.open(world.now + 1))
                for _ in range(9):
                    world.run(subscriber.next(world.now))
            with self.assertRaisesRegex(ProtocolError, pattern):
                world.run(subscriber.next(world.now))
            self.assertEqual(len(world.opened), 1, script)

    def test_the_servers_errors(self) -> None:
        world = World()
        world.scripts = [[error(14, "stops")], [progress(0), change(1), error(8, "too much")],
                         [progress(1), change(2), error(11, "another store")]]
        subscriber = world.subscriber(after="begin")
        self.assertEqual(sequences(world.take(subscriber, 2)), [1, 2])
        for _ in range(2):
            with self.assertRaisesRegex(OutOfRange, "another store"):
                world.run(subscriber.next(None))
        self.assertEqual(len(world.opened), 3)

    def test_which_errors_are_asked_again(self) -> None:
        for code in Code:
            world = World()
            world.scripts = [[error(code, "once")], [progress(0), change(1), error(code, "twice")],
                             [progress(1), change(2)]]
            subscriber = world.subscriber(after="begin")
            if code in (Code.UNAVAILABLE, Code.ABORTED, Code.DEADLINE_EXCEEDED,
                        Code.RESOURCE_EXHAUSTED):
                self.assertEqual(sequences(world.take(subscriber, 2)), [1, 2], code)
                continue
            with self.assertRaisesRegex(CapexdbError, "once"):
                world.take(subscriber, 1)
            self.assertEqual(len(world.opened), 1, code)

    def test_opening(self) -> None:
        world = World()
        world.scripts = [[error(5, "unknown company")]]
        with self.assertRaisesRegex(CapexdbError, "unknown company"):
            world.run(world.subscriber(companies="x").open(world.now + 5))
        world.scripts = [[]]
        with self.assertRaisesRegex(DeadlineExceeded, "no answer from h:1 in time"):
            world.run(world.subscriber().open(world.now + 5))
        world.reachable = False
        with self.assertRaisesRegex(Unavailable, "cannot reach"):
            world.run(world.subscriber().open(world.now + 5))
        self.assertGreater(len(world.opened), 4)


class ResumeTest(unittest.TestCase):

    def test_breaks_everywhere_lose_and_repeat_nothing(self) -> None:
        whole = 0
        for first in range(1, 400, 3):
            world = World(log=20, break_after=first)
            subscriber = world.subscriber(after="begin", window=4, give_up_after=None)
            self.assertEqual(sequences(world.take(subscriber, len(passing(1, 20)))),
                             passing(1, 20), first)
            world.log = 25
            self.assertEqual(sequences(world.take(subscriber, len(passing(21, 25)))),
                             passing(21, 25), first)
            whole += len(world.opened) == 1
        self.assertLess(whole, 30)  # most of them broke off

    def test_it_goes_on_behind_the_highest_position(self) -> None:
        world = World()
        world.scripts = [
            [progress(0), change(3)],
            [progress(3), progress(7)],
            [progress(7), gap(8, 10)],
            [progress(10), caught_up(12)],
            [progress(12), change(13)],
        ]  # yapf: disable
        subscriber = world.subscriber(after="begin", cursor="c", companies="a", cells=True,
                                      window=7)
        items = []
        for _ in range(3):
            items.append(world.run(subscriber.next(None)))
            while world.run(subscriber.next(world.now)) is not None:
                pass
            world.cut()
            if len(items) > 1:
                continue
            world.run(subscriber.next(world.now + 3))
            world.cut()
        self.assertEqual([type(item) for item in items], [Change, Gap, Change])
        self.assertEqual([r.after_sequence for r in world.requests], [0, 3, 7, 10, 12])
        self.assertEqual([r.cursor for r in world.requests], ["c", "", "", "", ""])
        for request in world.requests:
            self.assertEqual((request.credit, request.cells, list(request.filter.companies)),
                             (7, True, ["a"]))

    def test_from_now_is_from_the_first_beginning(self) -> None:
        world = World(log=7)
        subscriber = world.subscriber()
        world.run(subscriber.open(world.now + 1))
        world.cut()
        world.log = 10
        self.assertEqual(sequences(world.take(subscriber, 2)), [8, 10])
        self.assertEqual([(r.from_now, r.after_sequence) for r in world.requests],
                         [(True, 0), (False, 7)])
        self.assertEqual(subscriber.reconnects, 1)

    def test_a_break_before_it_has_begun(self) -> None:
        world = World(log=7)
        world.scripts = [[error(14, "stops")]]
        subscriber = world.subscriber(cursor="c", after="begin")
        world.run(subscriber.open(world.now + 9))
        self.assertEqual([r.cursor for r in world.requests], ["c", "c"])
        self.assertEqual(subscriber.position, 0)

    def test_silence_is_a_dead_connection(self) -> None:
        world = World(log=2)
        subscriber = world.subscriber(after="begin")
        world.take(subscriber, 2)
        begun = world.now
        self.assertIsNone(world.run(subscriber.next(begun + 24)))
        self.assertEqual(len(world.opened), 1)
        self.assertIsNone(world.run(subscriber.next(begun + 29)))
        self.assertEqual(len(world.opened), 2)
        self.assertTrue(25 <= world.opened[1] - begun <= 26.5)
        world.send(progress(2))
        self.assertIsNone(world.run(subscriber.next(world.now + 24)))
        self.assertEqual(len(world.opened), 2)
        # Nobody listened for long: what has come meanwhile is looked at before.
        world.now += 1000
        world.send(progress(2))
        world.log = 4
        self.assertEqual(sequences(world.take(subscriber, 1)), [4])
        self.assertEqual(len(world.opened), 2)

    def test_giving_up(self) -> None:
        world = World(log=2)
        subscriber = world.subscriber(after="begin", give_up_after=30)
        world.take(subscriber, 2)
        world.reachable = False
        world.cut()
        self.assertIsNone(world.run(subscriber.next(world.now + 5)))
        world.now += 1000  # nobody asks
        with self.assertRaisesRegex(Unavailable, "cannot reach h:1; gave up after 30 s"):
            world.run(subscriber.next(None))
        self.assertAlmostEqual(world.now, 1130, delta=1)
        between = [b - a for a, b in zip(world.opened[1:], world.opened[2:])]
        self.assertGreater(len(between), 3)
        self.assertTrue(all(0.5 <= span <= 8 for span in between if span < 1000), between)
        # It goes on where it was.
        world.reachable, world.log = True, 4
        self.assertEqual(sequences(world.take(subscriber, 1)), [4])
        self.assertEqual(world.requests[-1].after_sequence, 2)

    def test_never_giving_up(self) -> None:
        world = World()
        world.reachable = False
        subscriber = world.subscriber(give_up_after=None)
        self.assertIsNone(world.run(subscriber.next(world.now + 100_000)))
        self.assertGreater(len(world.opened), 10_000)

    def test_steps_that_are_left_in_the_middle(self) -> None:
        world = World(log=2)
        subscriber = world.subscriber(after="begin")
        for moves in range(8):
            steps = subscriber.next(None)
            effect = steps.send(None)
            for _ in range(moves):
                try:
                    effect = steps.send(world._perform(effect))
                except StopIteration as end:
                    self.assertEqual(end.value.sequence, 1)
                    self.assertEqual(sequences(world.take(subscriber, 1)), [2])
                    return
            steps.close()
        self.fail("it never came to its end")


class CreditTest(unittest.TestCase):

    def test_it_is_given_as_changes_are_taken(self) -> None:
        for window, portion in ((1, 1), (2, 1), (3, 1), (8, 4), (1000, 500)):
            world = World(log=60)
            subscriber = world.subscriber(after="begin", window=window)
            world.take(subscriber, 1)
            self.assertEqual(world.credits, [])  # that one is still being dealt with
            world.take(subscriber, len(passing(1, 60)) - 1)
            self.assertEqual(set(world.credits) | {portion}, {portion})
            self.assertLess(39 - sum(world.credits), portion + 1 if window < 99 else 99)

    def test_a_new_connection_begins_with_the_whole_window(self) -> None:
        world = World(log=60)
        subscriber = world.subscriber(after="begin", window=8)
        world.take(subscriber, 7)
        world.cut()
        taken = sequences(world.take(subscriber, len(passing(1, 60)) - 7))
        self.assertEqual(taken, passing(1, 60)[7:])
        self.assertEqual([r.credit for r in world.requests], [8, 8])


class ReplayTest(unittest.TestCase):

    def test_to_its_end_over_a_break(self) -> None:
        world = World()
        world.scripts = [[progress(90), change(40), change(7)],
                         [progress(90), change(81), caught_up(90, end=True)]]
        subscriber = world.subscriber(replay=Replay("2024-01-01", "2024-12-31", 1000))
        taken = sequences(world.take(subscriber, 2))
        world.cut()
        taken += sequences(world.take(subscriber, 1))
        self.assertEqual(taken, [40, 7, 81])
        self.assertIsNone(world.run(subscriber.next(None)))
        self.assertTrue(subscriber.ended)
        self.assertIsNone(world.run(subscriber.next(None)))
        first, second = (request.replay for request in world.requests)
        self.assertEqual((getattr(first, "from"), first.to, first.speed, first.at_sequence,
                          first.after_sequence), ("2024-01-01", "2024-12-31", 1000, 0, 0))
        first.at_sequence, first.after_sequence = 90, 7
        self.assertEqual(first, second)

    def test_one_of_an_earlier_run(self) -> None:
        world = World()
        world.scripts = [[error(14, "stops")], [progress(90)], [progress(90), change(81)]]
        subscriber = world.subscriber(replay=Replay(at_sequence=90, after_sequence=7))
        self.assertIsNone(subscriber.replay_at)
        world.run(subscriber.open(world.now + 9))
        self.assertEqual((subscriber.position, subscriber.replay_at), (7, 90))
        world.cut()
        self.assertEqual(sequences(world.take(subscriber, 1)), [81])
        self.assertEqual([(r.replay.at_sequence, r.replay.after_sequence) for r in world.requests],
                         [(90, 7)] * 3)
        for script, pattern in (([progress(91)], "was to begin at 90, the server begins at 91"),
                                ([progress(90), change(7)], "up to 90 at 7 goes on with 7")):
            world.scripts = [script]
            with self.assertRaisesRegex(ProtocolError, pattern):
                world.take(world.subscriber(replay=Replay(at_sequence=90, after_sequence=7)), 1)
        for wrong in (Replay(at_sequence=-1), Replay(after_sequence=2**64)):
            with self.assertRaises(InvalidArgument):
                world.subscriber(replay=wrong)
        self.assertEqual(world.subscriber(replay=Replay(after_sequence=0)).replay_at, None)

    def test_its_end_is_an_item_on_request(self) -> None:
        world = World()
        world.scripts = [[progress(9), caught_up(9, end=True)]]
        subscriber = world.subscriber(replay=Replay(), caught_up=True)
        self.assertEqual(world.run(subscriber.next(None)), CaughtUp(9, True))
        self.assertIsNone(world.run(subscriber.next(None)))

    def test_broken_rules(self) -> None:
        for script, pattern in (([progress(9), change(10)], "up to 9 at 0 goes on with 10"),
                                ([progress(9), change(4), change(4)], "at 4 goes on with 4"),
                                ([progress(9), change(0)], "goes on with 0"),
                                ([change(1)], "does not say where")):
            world = World()
            world.scripts = [script]
            subscriber = world.subscriber(replay=Replay())
            with self.assertRaisesRegex(ProtocolError, pattern):
                world.take(subscriber, 2)
        world = World()
        world.scripts = [[progress(9), change(4)], [progress(10)]]
        subscriber = world.subscriber(replay=Replay())
        world.take(subscriber, 1)
        world.cut()
        with self.assertRaisesRegex(ProtocolError, "was to begin at 9, the server begins at 10"):
            world.take(subscriber, 1)


class ItemTest(unittest.TestCase):

    def test_a_change_with_its_cells(self) -> None:
        world = World()
        world.scripts = [[progress(0), change(
            4, recorded_at_us=1_700_000_000_000_001, producer_id="p", batch_number=3, cells=[
                {"meanings": [2, 3], "statement": {"value": "5", "source": "FT"},
                 "before": {"value": "4"}, "after": {"value": "5"}, "change_percent": "25"},
                {"meanings": [1], "after": {"value": "1"}}],
            conflicts_opened=[{"finding": 3}], conflicts_closed=[{"company": "a"}],
            conflicts_left_out=12), change(5)]]
        item, other = world.take(world.subscriber(after="begin"), 2)
        assert isinstance(item, Change) and isinstance(other, Change)
        self.assertEqual((item.conflicts_left_out, other.conflicts_left_out), (12, 0))
        self.assertEqual((item.producer_id, item.batch_number, item.recorded_at.isoformat()),
                         ("p", 3, "2023-11-14T22:13:20.000001+00:00"))
        first, second = item.cells
        self.assertEqual(first.meanings, (Meaning.REVISION, Meaning.BECAME_ACTUAL))
        assert first.before is not None and first.after is not None
        self.assertEqual((first.statement.source, first.before.value, first.after.value,
                          first.change_percent), ("FT", Decimal(4), Decimal(5), Decimal(25)))
        self.assertEqual((second.before, second.change_percent), (None, None))
        self.assertEqual(item.conflicts_opened[0].finding, "inconsistent-duplicate")
        self.assertEqual(item.conflicts_closed[0].company, "a")

    def test_the_bytes_of_fields(self) -> None:
        before = (varint(1 << 3) + varint(300) + varint(2 << 3 | 1) + b"12345678" +
                  varint(3 << 3 | 5) + b"1234" + field_head(4, 2) + b"no" + varint(9 << 3 | 3) +
                  field_head(5, 1) + b"x" + varint(9 << 3 | 4))
        self.assertEqual(fields_of(before + field_head(5, 3) + b"yes", 5), b"yes")
        self.assertEqual(fields_of(field_head(5, 1) + b"a" + before + field_head(5, 1) + b"b", 5),
                         b"ab")
        self.assertEqual(fields_of(before, 5), b"")


if __name__ == "__main__":
    unittest.main()
