"""Named cursors of a real capexd: where a new one begins, and what an ack says of it."""

import asyncio
import unittest

import capexdb
from capexdb import aio
from capexdb._core.cursors import first_ack
from capexdb._core.feed import feed_of
from capexdb.v1.feed_pb2 import Ack

from .feed_model import World
from .support import SECONDS_MAX, Daemon, events


class CursorTest(unittest.TestCase):

    def setUp(self) -> None:
        daemon = Daemon()
        self.addCleanup(daemon.close)
        self.server = daemon.server
        self.client = capexdb.connect(self.server)
        self.addCleanup(self.client.close)

    def first(self, **options: object) -> int:
        """The sequence of the first change."""
        with self.client.subscribe(**options) as changes:  # type: ignore[arg-type]
            item = changes.next(SECONDS_MAX)
        assert item is not None
        return item.sequence

    def test_a_new_one_is_kept_where_it_begins_also_before_the_first_event(self) -> None:
        with self.client.subscribe(cursor="early", after="begin"):
            pass  # ends before anything was dealt with
        self.assertEqual([(c.name, c.sequence) for c in self.client.cursors()], [("early", 0)])
        self.client.ingest(events("Early Co", 5))
        self.assertEqual(self.first(cursor="early", after="now"), 1)

    def test_now_in_a_store_without_any_event(self) -> None:
        world, options = World(log=0), {"cursor": "early", "after": "now"}
        subscriber = world.subscriber(**options)
        world.run(subscriber.open(world.now + 1))
        call = first_ack(feed_of("subscribe", options), subscriber)
        assert call is not None
        self.assertEqual(Ack.FromString(call.request(1)), Ack(cursor="early", sequence=0))

    def test_a_new_one_begins_with_the_first_event_unless_after_says_otherwise(self) -> None:
        self.client.ingest(events("Begin Co", 5))
        last = self.client.status().sequence
        self.assertEqual(self.first(cursor="whole"), 1)
        self.assertEqual(self.first(cursor="whole", after=None), 1)
        with self.client.subscribe(cursor="new", after="now") as changes:
            self.assertEqual(changes.position, last)
        with self.client.subscribe() as changes:  # without a cursor: from now on
            self.assertEqual(changes.position, last)
        self.client.ack("there", 3)
        self.assertEqual(self.first(cursor="there"), 4)

    def test_an_ack_before_the_beginning(self) -> None:
        self.client.ack("mine", 0)

        async def run() -> None:
            async with aio.connect(self.server) as client:
                await client.ingest(events("Ack Co", 3))
                changes = client.subscribe(cursor="new")
                for sequence in (None, 0):
                    with self.assertRaisesRegex(capexdb.FailedPrecondition, "not begun") as caught:
                        await changes.ack(sequence)
                    self.assertEqual(caught.exception.reason, "not_begun")
                with self.assertRaises(capexdb.FailedPrecondition):
                    await client.subscribe(cursor="mine").ack(rewind=True)
                self.assertEqual([c.name for c in await client.cursors()], ["mine"])
                async with changes:
                    item = await anext(changes)
                    self.assertEqual((item.sequence, await changes.ack()), (1, 1))

        asyncio.run(run())


if __name__ == "__main__":
    unittest.main()
