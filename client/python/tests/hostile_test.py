"""Servers that are none, that break off, that lie: each call ends with an error that says so."""

import asyncio
import socket
import threading
import time
import unittest
from typing import Any, Awaitable, Callable

import capexdb
from capexdb._core.frame import varint
from capexdb.v1.envelope_pb2 import ServerMessage

from .support import WELCOME, Peer, fake_server, frame, row

Script = Callable[[Peer], None]


def hear_and_leave(peer: Peer) -> None:
    peer.receive()


def greet_and(*data: bytes | ServerMessage) -> Script:
    """Answers the first request with this, and waits until the client goes."""

    def script(peer: Peer) -> None:
        peer.greet()
        peer.receive()
        for part in data:
            peer.send(part)
        peer.drain()

    return script


def greet_and_leave(*data: bytes | ServerMessage) -> Script:

    def script(peer: Peer) -> None:
        peer.greet()
        peer.receive()
        for part in data:
            peer.send(part)

    return script


class HostileTest(unittest.TestCase):
    """Each case holds for both clients."""

    def fails(self, error: type[capexdb.CapexdbError], pattern: str, ask: str, *scripts: Script,
              timeout: float = 10) -> None:
        """`ask` is the name of a call."""
        arguments = {"get": ("a", "capex"), "ingest": ([row("a")],)}.get(ask, ())
        options: Any = {"give_up_after": timeout} if ask == "ingest" else {"timeout": timeout}

        async def asynchronously(server: str) -> None:
            async with capexdb.aio.Client.connect(server, connect_timeout=1) as client:
                call: Callable[..., Awaitable[Any]] = getattr(client, ask)
                await call(*arguments, **options)

        def blocking(server: str) -> None:
            with capexdb.connect(server, connect_timeout=1) as client:
                getattr(client, ask)(*arguments, **options)

        def from_outside(server: str) -> None:
            asyncio.run(asynchronously(server))

        for way in (blocking, from_outside):
            played = scripts if ask != "ingest" else (Peer.greet, *scripts)
            with fake_server(*played) as server:
                begun = time.monotonic()
                with self.assertRaisesRegex(error, pattern):
                    way(server)
                self.assertLess(time.monotonic() - begun, 5)

    def test_bytes_that_are_no_answer(self) -> None:
        for ask in ("get", "status", "ingest"):
            self.fails(capexdb.ProtocolError, "no varint", ask, greet_and(b"\xff" * 8))
            self.fails(capexdb.ProtocolError, "cannot be parsed", ask, greet_and(b"\x02\xff\xff"))
            self.fails(capexdb.ProtocolError, "over the limit of 16777216", ask,
                       greet_and(varint(1 << 31)))
            self.fails(capexdb.ProtocolError, "which nobody waits for", ask,
                       greet_and(ServerMessage(request_id=77, pong={})))
            self.fails(capexdb.ProtocolError, "of another kind", ask,
                       greet_and(ServerMessage(request_id=2, welcome={})))

    def test_a_server_of_something_else(self) -> None:
        page = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n" + b"<html>" * 20
        self.fails(capexdb.ProtocolError, "cannot be parsed", "ping", lambda peer: peer.send(page))
        self.fails(capexdb.ProtocolError, "no Welcome", "ping",
                   lambda peer: peer.send(ServerMessage(request_id=1, pong={})))
        self.fails(capexdb.Unavailable, "closed the connection", "ping", hear_and_leave)
        self.fails(capexdb.Unavailable, "no Welcome in time; is it a capexd", "ping", Peer.drain)

    def test_a_refusal_of_the_connection_is_told(self) -> None:
        refusal = ServerMessage(error={"code": 7, "message": "not from here"})
        self.fails(capexdb.PermissionDenied, "not from here", "ping",
                   lambda peer: peer.send(refusal))
        # One that may pass is asked again.
        busy = ServerMessage(error={"code": 8, "message": "too many connections"})
        self.fails(capexdb.Unavailable, "(too many|refused|broke|closed).*gave up after 0.3 s",
                   "ingest", lambda peer: peer.send(busy), timeout=0.3)

    def test_half_an_answer(self) -> None:
        pong = frame(ServerMessage(request_id=2, status={"server_version": "x" * 300}))
        self.fails(capexdb.Unavailable, "closed the connection", "status",
                   greet_and_leave(pong[:100]), greet_and_leave(pong[:100]))
        self.fails(capexdb.DeadlineExceeded, "no answer from .* in time", "status",
                   greet_and(pong[:100]), timeout=0.2)
        self.fails(capexdb.DeadlineExceeded, "for 0.2 s; 1 batches are unanswered", "ingest",
                   greet_and(pong[:100]), timeout=0.2)

    def test_an_answer_that_never_ends(self) -> None:
        chunk = frame(ServerMessage(request_id=2, query_chunk={}))

        def trickle(peer: Peer) -> None:
            peer.greet()
            peer.receive()
            give_up_at = time.monotonic() + 10
            while time.monotonic() < give_up_at:
                peer.send(chunk)

        self.fails(capexdb.DeadlineExceeded, "in time", "get", trickle, timeout=0.2)

    def test_an_answer_with_rows_that_are_none(self) -> None:
        for wrong in ({"value": "1x"}, {"low": "NaN"}, {"start": "soon"}, {"status": 77},
                      {"parts": [{"high": "-"}]}, {"share": {"value": "?"}}):
            chunk = ServerMessage(request_id=2, query_chunk={"rows": [wrong]})
            self.fails(capexdb.ProtocolError, "(a row of|in) the answer|unknown status", "get",
                       greet_and(chunk))

    def test_answers_to_ingest_that_cannot_be(self) -> None:
        cases: list[tuple[dict[str, Any], str]] = [
            ({"batch_number": 2}, "which this request was not"),
            ({"batch_number": 1, "verdicts": [{"index": 5, "outcome": 1}]}, "verdict for record 5"),
            ({"batch_number": 1, "verdicts": [{"index": 0, "outcome": 9}]}, "unknown outcome 9"),
            ({"batch_number": 1, "verdicts": [{"index": 0}]}, "does not say which outcome"),
        ]
        for wrong, pattern in cases:
            self.fails(capexdb.ProtocolError, pattern, "ingest",
                       greet_and(ServerMessage(request_id=2, ingest=wrong)))

    def test_an_answer_byte_by_byte(self) -> None:

        def slowly(peer: Peer) -> None:
            peer.receive()
            for byte in frame(WELCOME):
                peer.send(bytes([byte]))
            peer.receive()
            for byte in frame(ServerMessage(request_id=2, pong={"nonce": 1})):
                peer.send(bytes([byte]))
            peer.drain()

        async def asynchronously(server: str) -> None:
            async with capexdb.aio.connect(server) as client:
                await client.ping()

        with fake_server(slowly, slowly) as server:
            with capexdb.connect(server) as client:
                client.ping()
            asyncio.run(asynchronously(server))

    def test_what_the_server_says_before_it_goes_is_heard(self) -> None:
        stops = ServerMessage(error={"code": 14, "message": "capexd stops"})
        self.fails(capexdb.Unavailable, "capexd stops", "status", greet_and_leave(stops),
                   greet_and_leave(stops))

    def test_an_answer_is_asked_for_over_one_connection_more_only(self) -> None:
        done = ServerMessage(request_id=2, query_done={"sequence": 5})
        half = ServerMessage(request_id=2, query_chunk={"rows": [{"company": "half"}]})
        whole = ServerMessage(request_id=2, query_chunk={"rows": [{"company": "whole"}]})
        with fake_server(greet_and_leave(half), greet_and(whole, done)) as server:
            with capexdb.connect(server) as client:
                self.assertEqual([r.company for r in client.get("a", "capex")], ["whole"])
        self.fails(capexdb.Unavailable, "closed the connection", "get", greet_and_leave(half),
                   greet_and_leave(half))

    def test_a_server_that_does_not_read(self) -> None:
        """Neither side waits for the other for ever: the window is sent as far as it goes."""

        def deaf(peer: Peer) -> None:
            peer.greet()
            peer.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            heard.wait()

        heard = threading.Event()
        with fake_server(deaf) as server:
            client = capexdb.Client(server)
            with self.assertRaisesRegex(capexdb.DeadlineExceeded, "batches are unanswered"):
                client.ingest((row("a", i, note="x" * 10_000) for i in range(4000)),
                              give_up_after=0.5)
            heard.set()


if __name__ == "__main__":
    unittest.main()
