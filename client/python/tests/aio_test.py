"""The asyncio client and capexd."""

import asyncio
import unittest
from decimal import Decimal
from typing import Any, AsyncIterator, Iterator
from unittest import mock

import capexdb
from capexdb import aio
from capexdb._asyncio import READ_AHEAD_BYTES, _Peer
from capexdb.v1.event_pb2 import Event

from .support import Daemon, events, fake_server, row


class AioTest(unittest.IsolatedAsyncioTestCase):
    daemon: Daemon

    @classmethod
    def setUpClass(cls) -> None:
        cls.daemon = Daemon()

    @classmethod
    def tearDownClass(cls) -> None:
        cls.daemon.close()

    async def asyncSetUp(self) -> None:
        asyncio.get_running_loop().set_debug(False)  # which tells of slow machines

    async def test_ingest_and_every_question(self) -> None:
        async with aio.connect(self.daemon.server) as client:
            records: list[Any] = [row("Aio Co", "5.5"), row("Aio Co", "bn"), *events("B", 1)]
            result = await client.ingest(records)
            self.assertEqual((result.accepted, result.rejected), (2, 1))
            self.assertEqual(result.refused[0].index, 1)
            answer = await client.get("aio co", "capex")
            self.assertEqual(answer[0].value, Decimal("5.5"))
            self.assertEqual(await client.replay(answer.token), answer)
            total = await client.query("aio co", "capex", kind="sum")
            self.assertEqual(total[0].value_text, "5.5")
            self.assertEqual((await client.sum("aio co", "capex"))[0].value, Decimal("5.5"))
            self.assertEqual((await client.top("capex", "2024-H1", 1))[0].company, "aio-co")
            self.assertEqual(len(await client.history("aio co", "capex", "2024-H1")), 1)
            self.assertEqual(len(await client.conflicts("aio co")), 0)
            diff = await client.diff("2024-08-01", select="aio co")
            self.assertEqual(diff[0].derivation, "new")
            self.assertEqual(len(await client.changes(1, select="aio co")), 1)
            self.assertEqual(len(await client.shipments()), 0)
            self.assertEqual((await client.catalog("companies", "aio co"))[0].name, "Aio Co")
            assert answer[0].sequence is not None
            stored = await client.show(answer[0].sequence)
            self.assertEqual(stored.event.capex.amount.value, "5.5")
            self.assertGreater((await client.status()).sequence, 2)
            await client.ping()
            with self.assertRaisesRegex(capexdb.NotFound, "did you mean"):
                await client.get("aio coo", "capex")
        with self.assertRaisesRegex(capexdb.FailedPrecondition, "closed"):
            await client.ping()

    async def test_an_asynchronous_input_killed_in_the_middle(self) -> None:
        daemon, count = Daemon(), 14_000
        self.addCleanup(daemon.close)

        async def records() -> AsyncIterator[Event]:
            for i, event in enumerate(events("Killed Co", count)):
                if i % 6000 == 5999:
                    await asyncio.to_thread(daemon.restart)
                yield event

        client = await aio.connect(daemon.server)
        before = (await client.status()).sequence
        result = await client.ingest(records(), producer_id="aio", window=4)
        self.assertEqual((result.accepted, result.duplicates, result.reconnects), (count, 0, 2))
        self.assertEqual((await client.status()).sequence, before + 1 + count)
        history = await client.history("killed co", "capex", limit=1_000_000)
        self.assertEqual(sorted(int(row.value or 0) for row in history), list(range(count)))
        await client.close()

    async def test_two_clients_side_by_side(self) -> None:
        count = 5000

        async def work(name: str) -> int:
            async with aio.connect(self.daemon.server) as client:
                result = await client.ingest(events(name, count), batch=100)
                self.assertEqual(result.accepted, count)
                return len(await client.history(name, "capex"))

        self.assertEqual(await asyncio.gather(work("Left Co"), work("Right Co")), [count, count])

    async def test_tasks_of_one_client_take_turns(self) -> None:
        async with aio.connect(self.daemon.server) as client:
            await client.ingest([row(f"Turn {i}", i) for i in range(20)])
            ingest = asyncio.create_task(client.ingest(events("Turn Co", 5000)))
            answers = await asyncio.gather(*(client.get(f"Turn {i}", "capex") for i in range(20)))
            self.assertEqual([answer[0].value for answer in answers], list(range(20)))
            self.assertEqual((await ingest).accepted, 5000)

    async def test_the_loop_has_its_turns_while_a_synchronous_input_is_sent(self) -> None:
        turns = 0

        async def tick() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        ticking = asyncio.create_task(tick())
        async with aio.connect(self.daemon.server) as client:
            at_batch: list[int] = []

            def records() -> Iterator[Event]:
                for i, event in enumerate(events("Turns Co", 1500)):
                    if i % 50 == 0:
                        at_batch.append(turns)
                    yield event

            # Few enough batches that none waits for an answer.
            await client.ingest(records(), batch=50, window=64)
        ticking.cancel()
        self.assertEqual(sorted(set(at_batch)), at_batch)

    async def test_a_cancelled_call_costs_the_connection_only(self) -> None:
        async with aio.connect(self.daemon.server) as client:
            await client.ingest([row("Cancel Co")])
            for _ in range(3):
                call = asyncio.create_task(client.get("cancel co", "capex"))
                await asyncio.sleep(0)
                call.cancel()
                with self.assertRaises(asyncio.CancelledError):
                    await call
                self.assertIsNone(client._transport._peer)
            self.assertEqual(len(await client.get("cancel co", "capex")), 1)

    async def test_deadlines(self) -> None:
        daemon = Daemon()
        self.addCleanup(daemon.close)
        async with aio.connect(daemon.server) as client:
            daemon.stop()
            slow, waiting = await asyncio.gather(client.get("alibaba", "capex", timeout=0.3),
                                                 client.ping(timeout=0.2), return_exceptions=True)
            self.assertRegex(str(slow), "no answer from .* in time")
            self.assertRegex(str(waiting), "the calls of other tasks took all the time")
            self.assertIsInstance(waiting, capexdb.DeadlineExceeded)
            with self.assertRaisesRegex(capexdb.Unavailable, "gave up after 0.3 s"):
                await client.ingest([row("a")], give_up_after=0.3)
            daemon.kill()
            with self.assertRaisesRegex(capexdb.Unavailable, "Connection refused; is capexd"):
                await client.ping()
            daemon.start()
            await client.ping()
        with self.assertRaisesRegex(capexdb.Unavailable, "cannot reach nowhere.invalid:1"):
            await aio.connect("nowhere.invalid:1", timeout=20)

    async def test_a_newer_run_fences_an_older_one(self) -> None:
        async with aio.connect(self.daemon.server) as client:

            async def fenced() -> AsyncIterator[Any]:
                for event in events("Fence Co", 2000):
                    yield event
                await client.ingest([row("Fence Co")], producer_id="fence")
                for event in events("Fence Co", 2000):
                    yield event

            with self.assertRaises(capexdb.Aborted) as caught:
                await client.ingest(fenced(), producer_id="fence")
            result = caught.exception.result
            assert result is not None
            # Of the batches before, those count that had come when the newer run began.
            self.assertLessEqual(result.accepted, 2000)
            self.assertEqual(result.accepted + result.unanswered, result.records)

    async def test_an_input_that_fails(self) -> None:
        async with aio.connect(self.daemon.server) as client:

            async def broken() -> AsyncIterator[Event]:
                for event in events("Broken Co", 1500):
                    yield event
                raise KeyError("the page is gone")

            def exact() -> Iterator[Any]:
                yield row("Broken Co", 1500)
                yield row("Broken Co", 1.5)

            with self.assertRaisesRegex(KeyError, "the page is gone"):
                await client.ingest(broken())
            with self.assertRaisesRegex(capexdb.RowTypeError, "record 1: value is 1.5"):
                await client.ingest(exact())
            self.assertEqual(len(await client.history("broken co", "capex")), 1501)
            with self.assertRaisesRegex(TypeError, "put one record into a list"):
                await client.ingest(row("a"))  # type: ignore[arg-type]

    async def test_a_peer_that_sends_more_than_is_taken_waits(self) -> None:
        peer, transport = _Peer(), mock.Mock(spec=asyncio.Transport)
        peer.connection_made(transport)
        peer.data_received(b"x" * READ_AHEAD_BYTES)
        transport.pause_reading.assert_called_once_with()
        transport.resume_reading.assert_not_called()
        moved = await peer.move(b"out", 0)
        self.assertEqual((len(moved.data), moved.ended), (READ_AHEAD_BYTES, ""))
        transport.write.assert_called_once_with(b"out")
        transport.resume_reading.assert_called_once_with()

    async def test_large_answers(self) -> None:
        note = [row("Wide Co", i, title="t" * 900) for i in range(6000)]
        async with aio.connect(self.daemon.server) as client:
            await client.ingest(note)
            history = await client.history("wide co", "capex")
            self.assertEqual(len(history), 6000)
            self.assertIn("t" * 900, history[5999].document)

    async def test_a_server_that_leaves(self) -> None:
        with fake_server(lambda peer: peer.greet(), lambda peer: peer.greet()) as server:
            client = aio.Client(server)
            with self.assertRaisesRegex(capexdb.Unavailable, "closed the connection|broke"):
                await client.ping()
            await client.close()


if __name__ == "__main__":
    unittest.main()
