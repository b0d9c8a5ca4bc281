"""Both subscriptions and servers that break off, fall silent, or lie."""

import asyncio
import threading
import time
import unittest
from typing import Any, Callable

import capexdb
from capexdb import aio
from capexdb.v1.envelope_pb2 import ServerMessage

from .feed_model import caught_up, change, error, progress
from .support import Peer, fake_server, frame

Script = Callable[[Peer], None]


def message(what: dict[str, Any]) -> ServerMessage:
    return ServerMessage(request_id=2, **what)


def serve(*messages: dict[str, Any] | bytes, after: int | None = None,
          leave: bool = False) -> Script:
    """Answers the subscription with these; `after` is what it has to ask for."""

    def script(peer: Peer) -> None:
        peer.greet()
        asked = peer.receive()
        assert asked is not None and asked.HasField("subscribe"), asked
        assert after is None or asked.subscribe.after_sequence == after, asked
        for one in messages:
            peer.send(one if isinstance(one, bytes) else message(one))
        if not leave:
            peer.drain()

    return script


class BothTest(unittest.TestCase):
    """Each case holds for both clients."""

    def both(self, run: Callable[[capexdb.Client], Any], run_aio: Callable[[aio.Client], Any],
             *scripts: Script) -> None:

        async def asynchronously(server: str) -> None:
            await run_aio(aio.Client(server, connect_timeout=1))

        with fake_server(*scripts) as server:
            run(capexdb.Client(server, connect_timeout=1))
        with fake_server(*scripts) as server:
            asyncio.run(asynchronously(server))

    def fails(self, kind: type[capexdb.CapexdbError], pattern: str, *scripts: Script,
              **options: Any) -> None:

        def run(client: capexdb.Client) -> None:
            with self.assertRaisesRegex(kind, pattern):
                with client.subscribe(**options) as changes:
                    for _ in changes:
                        pass

        async def run_aio(client: aio.Client) -> None:
            with self.assertRaisesRegex(kind, pattern):
                async with client.subscribe(**options) as changes:
                    async for _ in changes:
                        pass

        begun = time.monotonic()
        self.both(run, run_aio, *scripts)
        self.assertLess(time.monotonic() - begun, 10)

    def taken(self, expected: list[int], *scripts: Script, **options: Any) -> None:
        """Until the scripts end with an error of code 3."""

        def run(client: capexdb.Client) -> None:
            got = []
            with self.assertRaisesRegex(capexdb.InvalidArgument, "enough"):
                for item in client.subscribe(**options):
                    got.append(item.sequence)
            self.assertEqual(got, expected)

        async def run_aio(client: aio.Client) -> None:
            got = []
            with self.assertRaisesRegex(capexdb.InvalidArgument, "enough"):
                async for item in client.subscribe(**options):
                    got.append(item.sequence)
            self.assertEqual(got, expected)

        self.both(run, run_aio, *scripts)

    def test_it_goes_on_where_it_broke(self) -> None:
        half = frame(message(change(4)))[:-3]
        self.taken([2, 3, 4, 6],
                   serve(progress(1), change(2), change(3), half, after=1, leave=True),
                   serve(progress(3), change(4), progress(5), after=3, leave=True),
                   serve(leave=True, after=5),
                   serve(progress(5), error(14, "stops"), after=5),
                   serve(progress(5), change(6), error(3, "enough"), after=5), after=1)

    def test_silence(self) -> None:
        self.taken([2, 3], serve(progress(1), change(2), after=1),
                   serve(progress(2), change(3), error(3, "enough"), after=2), after=1,
                   silence_limit=0.2)

    def test_lies(self) -> None:
        self.fails(capexdb.ProtocolError, "goes back: Change 3 behind 3",
                   serve(progress(1), change(3), change(3)), after=1)
        at_once = b"".join(frame(message(change(s))) for s in (2, 3, 4))
        self.fails(capexdb.ProtocolError, "sends 3 changes, with credit for 1",
                   serve(progress(1), at_once, after=1), after=1, window=1)
        self.fails(capexdb.ProtocolError, "cannot be parsed",
                   serve(progress(1), b"\x02\xff\xff"), after=1)
        self.fails(capexdb.ProtocolError, "no varint", serve(progress(1), b"\xff" * 9), after=1)
        self.fails(capexdb.ProtocolError, "over the limit", serve(b"\xff\xff\xff\xff\x07"))
        self.fails(capexdb.ProtocolError, "of another kind", serve(progress(1), {"pong": {}}),
                   after=1)
        self.fails(capexdb.ProtocolError, "was to begin at 1", serve(progress(9)), after=1)
        self.fails(capexdb.ProtocolError, "which nobody waits for",
                   serve(frame(ServerMessage(request_id=7, progress={}))))

    def test_refusals_and_nobody_there(self) -> None:
        self.fails(capexdb.NotFound, "unknown company", serve(error(5, "unknown company")))
        self.fails(capexdb.OutOfRange, "another", serve(error(11, "another store")), after=9)
        self.fails(capexdb.Unavailable, "(refused|broke|closed).*gave up after 0.3 s",
                   serve(progress(1), leave=True), after=1, give_up_after=0.3)
        self.fails(capexdb.DeadlineExceeded, "no answer from .* in time", serve(), timeout=0.3)
        self.fails(capexdb.Unavailable, "no Welcome|refused|broke|closed", Peer.drain, timeout=0.3)

    def test_credit_follows_what_is_taken(self) -> None:
        heard: list[int] = []

        def script(peer: Peer) -> None:
            peer.greet()
            asked = peer.receive()
            assert asked is not None and asked.subscribe.credit == 4
            peer.send(message(progress(0)))
            credit = 4
            for sequence in range(1, 11):
                if credit == 0:
                    more = peer.receive()
                    assert more is not None and more.credit.subscription == 2, more
                    credit += more.credit.changes
                    heard.append(more.credit.changes)
                peer.send(message(change(sequence)))
                credit -= 1
            peer.send(message(error(3, "enough")))
            peer.drain()

        self.taken(list(range(1, 11)), script, after="begin", window=4)
        self.assertEqual(set(heard), {2})

    def test_next_with_a_timeout_and_close(self) -> None:
        script = serve(progress(1), change(2), caught_up(2))

        def run(client: capexdb.Client) -> None:
            changes = client.subscribe(after=1)
            item = changes.next(5)
            assert isinstance(item, capexdb.Change)
            self.assertEqual((item.sequence, item.event_bytes, changes.position),
                             (2, item.event.SerializeToString(), 2))
            self.assertIsNone(changes.next(0.05))
            self.assertIsNone(changes.next(0))
            with self.assertRaisesRegex(capexdb.InvalidArgument, "timeout"):
                changes.next(-1)
            with self.assertRaisesRegex(capexdb.FailedPrecondition, "no cursor"):
                changes.ack()
            changes.close()
            changes.close()
            with self.assertRaisesRegex(capexdb.FailedPrecondition, "closed"):
                changes.next()
            self.assertEqual(list(changes), [])

        async def run_aio(client: aio.Client) -> None:
            changes = await client.subscribe(after=1)
            item = await changes.next(5)
            assert item is not None
            self.assertEqual((item.sequence, changes.position), (2, 2))
            self.assertIsNone(await changes.next(0.05))
            self.assertIsNone(await changes.next(0))
            with self.assertRaisesRegex(capexdb.FailedPrecondition, "no cursor"):
                await changes.ack()
            changes.close()
            with self.assertRaisesRegex(capexdb.FailedPrecondition, "closed"):
                await changes.next()
            self.assertEqual([item async for item in changes], [])

        self.both(run, run_aio, script)

    def test_closing_ends_who_waits(self) -> None:

        def run(client: capexdb.Client) -> None:
            for close_client in (False, True):
                changes = client.subscribe(after=1)
                got: list[Any] = []
                first = threading.Event()

                def work() -> None:
                    for item in changes:
                        got.append(item.sequence)
                        first.set()

                thread = threading.Thread(target=work)
                thread.start()
                self.assertTrue(first.wait(10))
                (client if close_client else changes).close()
                thread.join(10)
                self.assertFalse(thread.is_alive())
                self.assertEqual(got, [2])

        async def run_aio(client: aio.Client) -> None:
            for close_client in (False, True):
                changes = await client.subscribe(after=1)
                first = asyncio.Event()

                async def work() -> list[int]:
                    got = []
                    async for item in changes:
                        got.append(item.sequence)
                        first.set()
                    return got

                task = asyncio.create_task(work())
                await first.wait()
                if close_client:
                    await client.close()
                else:
                    changes.close()
                async with asyncio.timeout(10):
                    self.assertEqual(await task, [2])

        script = serve(progress(1), change(2))
        self.both(run, run_aio, script, script)


class AioTest(unittest.TestCase):

    def test_a_cancelled_task_costs_nothing(self) -> None:
        go_on = threading.Event()

        def script(peer: Peer) -> None:
            peer.greet()
            peer.receive()
            peer.send(message(progress(1)))
            go_on.wait(10)
            peer.send(message(change(2)))
            peer.drain()

        async def run(server: str) -> None:
            async with aio.Client(server).subscribe(after=1) as changes:
                for _ in range(3):
                    with self.assertRaises(TimeoutError):
                        async with asyncio.timeout(0.05):
                            await anext(changes)
                go_on.set()
                self.assertEqual((await anext(changes)).sequence, 2)
                self.assertEqual(changes.reconnects, 0)

        with fake_server(script) as server:
            asyncio.run(run(server))

    def test_tasks_take_turns(self) -> None:

        async def run(server: str) -> None:
            async with aio.Client(server).subscribe(after="begin") as changes:
                items = await asyncio.gather(*(changes.next() for _ in range(8)))
                self.assertEqual([item.sequence for item in items if item], list(range(1, 9)))

        with fake_server(serve(progress(0), *map(change, range(1, 9)))) as server:
            asyncio.run(run(server))


class RequestTest(unittest.TestCase):

    def test_cursors(self) -> None:
        asked: list[Any] = []

        def script(peer: Peer) -> None:
            peer.greet()
            while (request := peer.receive()) is not None:
                asked.append(request)
                if request.HasField("ack"):
                    peer.send(ServerMessage(request_id=request.request_id,
                                            ack={"cursor": "c", "sequence": 9}))
                else:
                    peer.send(ServerMessage(request_id=request.request_id, cursors={
                        "cursors": [{"name": "c", "sequence": 9, "moved_at_us": 1}],
                        "sequence": 12}))

        with fake_server(script) as server, capexdb.connect(server) as client:
            self.assertEqual(client.ack("c", 5), 9)
            self.assertEqual(client.ack("c", 5, rewind=True), 9)
            client.forget_cursor("c")
            cursors = client.cursors()
            self.assertEqual((cursors.sequence, cursors[0].name, cursors[0].sequence,
                              cursors[0].moved_at.year), (12, "c", 9, 1970))
            client.cursors("c")
            with self.assertRaises(capexdb.InvalidArgument):
                client.ack("c", -1)
            with self.assertRaises(capexdb.InvalidArgument):
                client.forget_cursor("")
        acks = [(r.ack.sequence, r.ack.rewind, r.ack.forget) for r in asked[:3]]
        self.assertEqual(acks, [(5, False, False), (5, True, False), (0, False, True)])
        self.assertEqual([r.cursors.name for r in asked[3:]], ["", "c"])

    def test_an_ack_is_tried_again_until_its_time_is_over(self) -> None:

        def leave(peer: Peer) -> None:
            peer.greet()
            peer.receive()

        def answer(peer: Peer) -> None:
            peer.greet()
            asked = peer.receive()
            assert asked is not None and asked.ack.sequence == 5, asked
            peer.send(ServerMessage(request_id=2, ack={"cursor": "c", "sequence": 5}))
            peer.drain()

        def refuse(peer: Peer) -> None:
            peer.greet()
            for code in (10, 8):  # the connection is of use still
                asked = peer.receive()
                assert asked is not None
                peer.send(ServerMessage(request_id=asked.request_id, error={"code": code}))

        with fake_server(leave, refuse, leave, answer) as server:
            with capexdb.Client(server) as client:
                self.assertEqual(client.ack("c", 5), 5)
        with fake_server(leave) as server:
            with self.assertRaisesRegex(capexdb.Unavailable, "refused|broke|closed"):
                capexdb.Client(server).ack("c", 5, timeout=0.5)

    def test_what_a_subscription_behind_an_answer_cannot_have(self) -> None:
        client = capexdb.Client("127.0.0.1:1")
        for wrong in ({"after": 5}, {"cursor": "c"}, {"replay": capexdb.Replay()}, {"x": 1}):
            options: Any = wrong
            with self.assertRaises(TypeError):
                client.query_and_subscribe("a", "capex", feed=options)


if __name__ == "__main__":
    unittest.main()
