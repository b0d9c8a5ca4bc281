"""The asyncio client: client.py's, awaited.

    async with capexdb.aio.connect("127.0.0.1:7411") as client:
        result = await client.ingest(rows, producer_id="my-scraper")
        for row in await client.get("alibaba", "capex", "2024-H1"):
            print(row.period, row.value, row.currency)
"""

from __future__ import annotations

import asyncio
import weakref
from types import TracebackType
from typing import (Any, AsyncIterable, Callable, Generator, Iterable, Literal, Mapping,
                    TypeAlias, TypeVar, Union, Unpack, overload)

from ._aio_subscription import Subscription
from ._asyncio import Transport
from ._core import calls, cursors, verbs
from ._core.asking import Asker, Call
from ._core.endpoint import seconds, settings
from ._core.feed import Feed, FeedOptions, feed_of
from ._core.producer import IngestOptions, Producer, checkpoint_of
from ._core.question import Day, Everything, Explained, Figures, Period, Reading, Sums, Words
from ._core.review import Review, approved, listed, rejected, shown
from ._core.rows import check_iterable
from ._version import CLIENT_NAME
from .answer import Answer
from .errors import DeadlineExceeded, FailedPrecondition
from .feed import Cursors
from .ingest import Checkpoint, IngestResult, Verdict
from .quarantine import Decision, HeldRecord
from .store import Catalog, Metric, Party, Product, ServerStatus, Source, StoredEvent
from .v1.event_pb2 import Event

T = TypeVar("T")
Record: TypeAlias = Union[Event, Mapping[str, Any], Checkpoint]


class Client:
    """Questions over one connection, made when it is first needed and again when it broke; a call
    whose connection broke is asked once more. Calls of several tasks take turns; for answers side
    by side use a client for each. Each ingest has a connection of its own. A client belongs to one
    event loop; a task that is cancelled costs it the connection, and the next call makes another.

    Times, deadlines and errors are those of the blocking client.
    """

    def __init__(self, server: str | None = None, *, timeout: float = 30.0,
                 connect_timeout: float = 5.0, backoff_min: float = 0.05, backoff_max: float = 2.0,
                 client_name: str = CLIENT_NAME, token: str = "") -> None:
        """Does not connect; the arguments are those of the blocking client."""
        self._settings = settings(server, timeout=timeout, connect_timeout=connect_timeout,
                                  backoff_min=backoff_min, backoff_max=backoff_max,
                                  client_name=client_name, token=token)
        self._asker = Asker(self._settings)
        self._transport = Transport()
        self._turn = asyncio.Lock()
        self._closed = False
        self._subscriptions: weakref.WeakSet[Subscription] = weakref.WeakSet()

    @classmethod
    def connect(cls, server: str | None = None, *, timeout: float = 30.0,
                connect_timeout: float = 5.0, backoff_min: float = 0.05, backoff_max: float = 2.0,
                client_name: str = CLIENT_NAME, token: str = "") -> Connecting:
        """A client that is connected, to be awaited or entered with `async with`. Errors: as of a
        call."""
        return Connecting(cls(server, timeout=timeout, connect_timeout=connect_timeout,
                              backoff_min=backoff_min, backoff_max=backoff_max,
                              client_name=client_name, token=token))

    async def __aenter__(self) -> Client:
        await self._connect()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None,
                        trace: TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        """Later calls fail; one that another task is in comes to its end first. Subscriptions
        end."""
        for subscription in list(self._subscriptions):
            subscription.close()
        async with self._turn:
            self._closed = True
            self._transport.shut()

    # Ingest.

    async def ingest(self, events: Union[Iterable[Record], AsyncIterable[Record]], *,
                     producer_id: str | None = None, atomic: bool = False, dry_run: bool = False,
                     batch: int = 1000, window: int = 16, give_up_after: float = 60.0,
                     on_verdict: Callable[[Verdict], None] | None = None) -> IngestResult:
        """As the blocking client's; `events` may be asynchronous."""
        check_iterable(events)
        self._check_open()
        options = IngestOptions(producer_id=producer_id, atomic=atomic, dry_run=dry_run,
                                batch=batch, window=window, give_up_after=give_up_after,
                                on_verdict=on_verdict)
        records: Any = aiter(events) if isinstance(events, AsyncIterable) else iter(events)
        transport = Transport()
        try:
            return await transport.run(Producer(self._settings, options).run(), records)
        finally:
            transport.shut()

    async def checkpoint(self, producer_id: str, *, timeout: float | None = None) -> str | None:
        """Where a scraper stands: the text of the last Checkpoint among its records that is stored.
        As the newest user of the id it ends an ingest of it that is still under way."""
        self._check_open()
        deadline = self._deadline(timeout)
        transport = Transport()
        try:
            return await transport.run(checkpoint_of(self._settings, producer_id, deadline))
        finally:
            transport.shut()

    # Questions. Their options are those of docs/cli.md, explained at the TypedDicts.

    async def query(self, select: Words | None = None, metric: Words | None = None,
                    periods: Period | None = None, *, kind: str = "cells",
                    timeout: float | None = None, **options: Unpack[Everything]) -> Answer:
        """Any question: the fields of a QueryRequest."""
        return await self._ask(verbs.query(kind, select, metric, periods, options), timeout)

    async def get(self, select: Words, metric: Words, periods: Period | None = None, *,
                  timeout: float | None = None, **options: Unpack[Figures]) -> Answer:
        """One row for each cell: the statement that the policy chooses."""
        return await self._ask(verbs.get(select, metric, periods, options), timeout)

    async def sum(self, select: Words, metric: str, periods: Period | None = None, *,
                  timeout: float | None = None, **options: Unpack[Sums]) -> Answer:
        """The companies' own figures, added for each period."""
        return await self._ask(verbs.sum_(select, metric, periods, options), timeout)

    async def top(self, metric: str, period: Period, n: int = 10, *, group: str | None = None,
                  share: bool = False, timeout: float | None = None,
                  **options: Unpack[Figures]) -> Answer:
        """The companies with the largest figures of each period, the largest first."""
        return await self._ask(verbs.top(metric, period, n, group, share, options), timeout)

    async def history(self, company: Words, metric: Words, period: Period | None = None, *,
                      timeout: float | None = None, **options: Unpack[Reading]) -> Answer:
        """Every statement, with its document and root."""
        return await self._ask(verbs.history(company, metric, period, options), timeout)

    async def conflicts(self, select: Words | None = None, metric: Words | None = None,
                        periods: Period | None = None, *, classes: Words = (),
                        timeout: float | None = None, **options: Unpack[Reading]) -> Answer:
        """Statements that cannot all be true; the sides are in the rows' `parts`."""
        return await self._ask(verbs.conflicts(select, metric, periods, classes, options), timeout)

    async def diff(self, earlier: Day, later: Day | None = None, *, select: Words | None = None,
                   metric: Words | None = None, periods: Period | None = None,
                   timeout: float | None = None, **options: Unpack[Explained]) -> Answer:
        """What the world could know on two days, where it differs; `later` is now without it."""
        call = verbs.diff(earlier, later, select, metric, periods, options)
        return await self._ask(call, timeout)

    async def changes(self, since: Union[int, Day], *, select: Words | None = None,
                      metric: Words | None = None, periods: Period | None = None,
                      timeout: float | None = None, **options: Unpack[Explained]) -> Answer:
        """What this store answers otherwise than at that sequence, or before that day of its own
        clock."""
        return await self._ask(verbs.changes(since, select, metric, periods, options), timeout)

    async def shipments(self, periods: Period | None = None, *, seller: str | None = None,
                        buyer: str | None = None, product: str | None = None,
                        metric: str | None = None, timeout: float | None = None,
                        **options: Unpack[Explained]) -> Answer:
        """What is said of chips between sellers and buyers."""
        call = verbs.shipments(periods, seller, buyer, product, metric, options)
        return await self._ask(call, timeout)

    async def replay(self, token: str, *, timeout: float | None = None) -> Answer:
        """The answer of a token again, whatever was ingested since."""
        return await self._ask(verbs.replay(token), timeout)

    # The feed.

    def subscribe(self, *, timeout: float | None = None,
                  **options: Unpack[FeedOptions]) -> Subscription:
        """As the blocking client's, to be awaited or entered with `async with`, which begins it, or
        iterated over with `async for`, which begins it too."""
        return self._subscription(feed_of("subscribe", options), timeout)

    async def query_and_subscribe(self, select: Words | None = None, metric: Words | None = None,
                                  periods: Period | None = None, *, kind: str = "cells",
                                  timeout: float | None = None, feed: FeedOptions | None = None,
                                  **options: Unpack[Everything]) -> tuple[Answer, Subscription]:
        """As the blocking client's."""
        select, metric, options = cursors.readable_twice(select, metric, options)
        following = cursors.behind({"select": select, "metric": metric, **options}, feed)
        feed_of("feed", following)  # tells of errors before it asks
        answer = await self.query(select, metric, periods, kind=kind, timeout=timeout, **options)
        following["after"] = answer.sequence
        return answer, await self._subscription(feed_of("feed", following), timeout)

    async def cursors(self, name: str | None = None, *, timeout: float | None = None) -> Cursors:
        """The named cursors and where they stand, or the one of that name, if there is one."""
        return await self._ask(cursors.cursors(name), timeout)

    async def ack(self, cursor: str, sequence: int, *, rewind: bool = False,
                  timeout: float | None = None) -> int:
        """Moves a cursor, as Subscription.ack, and makes it where it is new."""
        return await self._ask(cursors.ack(cursor, sequence, rewind), timeout)

    async def forget_cursor(self, cursor: str, *, timeout: float | None = None) -> None:
        """Removes a cursor; one that is not there is no error."""
        await self._ask(cursors.forget(cursor), timeout)

    def _subscription(self, feed: Feed, timeout: float | None) -> Subscription:
        self._check_open()
        span = self._settings.timeout if timeout is None else seconds("timeout", timeout)
        subscription = Subscription(self._settings, feed, self._ask, span)
        self._subscriptions.add(subscription)
        return subscription

    # The store.

    async def show(self, sequence: int, *, timeout: float | None = None) -> StoredEvent:
        """One event as it came."""
        return await self._ask(calls.show(sequence), timeout)

    @overload
    async def catalog(self, kind: Literal["companies", "groups"], name: str | None = None,
                      at: int | None = None, *, timeout: float | None = None) -> Catalog[Party]:
        ...

    @overload
    async def catalog(self, kind: Literal["metrics"], name: str | None = None,
                      at: int | None = None, *, timeout: float | None = None) -> Catalog[Metric]:
        ...

    @overload
    async def catalog(self, kind: Literal["sources"], name: str | None = None,
                      at: int | None = None, *, timeout: float | None = None) -> Catalog[Source]:
        ...

    @overload
    async def catalog(self, kind: Literal["products"], name: str | None = None,
                      at: int | None = None, *, timeout: float | None = None) -> Catalog[Product]:
        ...

    @overload
    async def catalog(self, kind: str, name: str | None = None, at: int | None = None, *,
                      timeout: float | None = None) -> Catalog[Any]:
        ...

    async def catalog(self, kind: str, name: str | None = None, at: int | None = None, *,
                      timeout: float | None = None) -> Catalog[Any]:
        """The companies, groups, metrics, sources or products, or the one of that name, now or at a
        sequence."""
        return await self._ask(calls.catalog(kind, name, at), timeout)

    # Records that are held for review. They are answered in one piece, of any length.

    async def quarantine_list(self, *, state: str = "held", producer: str | None = None,
                        code: str | None = None, company: str | None = None,
                        limit: int | None = None,
                        timeout: float | None = None) -> tuple[HeldRecord, ...]:
        """Those in a state ("held", "approved", "rejected", "all"), oldest first; of a producer (a
        "*" at its end stands for any rest), suspected of a code, about a company."""
        review = listed(state, producer, code, company, limit)
        await self._review(review, timeout)
        return tuple(review.entries)

    async def quarantine_show(self, record_id: int, *,
                        timeout: float | None = None) -> HeldRecord:
        """One of them, with its event."""
        return await self._ask(shown(record_id), timeout)

    async def quarantine_approve(self, ids: Union[int, Iterable[int]] = (), *, all: bool = False,
                           producer: str | None = None, code: str | None = None,
                           company: str | None = None, note: str = "",
                           timeout: float | None = None) -> tuple[Decision, ...]:
        """Stores them, as of their producers and recorded now; with `all` every held one that the
        filters take. What cannot be stored is a decision that says why. Asking again changes
        nothing."""
        review = approved(ids, all, producer, code, company, note)
        await self._review(review, timeout)
        return tuple(review.decisions)

    async def quarantine_reject(self, ids: Union[int, Iterable[int]] = (), *, note: str,
                          all: bool = False, producer: str | None = None,
                          code: str | None = None, company: str | None = None,
                          timeout: float | None = None) -> tuple[Decision, ...]:
        """Keeps them out for ever; the note says why."""
        review = rejected(ids, all, producer, code, company, note)
        await self._review(review, timeout)
        return tuple(review.decisions)

    async def status(self, *, timeout: float | None = None) -> ServerStatus:
        return await self._ask(calls.status(), timeout)

    async def ping(self, *, timeout: float | None = None) -> None:
        await self._ask(calls.ping(), timeout)

    async def _review(self, review: Review, timeout: float | None) -> None:
        """The timeout is for each of its requests."""
        while (call := review.call) is not None:
            review.take(await self._ask(call, timeout))

    async def _connect(self) -> None:
        deadline = self._deadline(None)
        async with self._turn:
            self._check_open()
            await self._transport.run(self._asker.connect(deadline))

    async def _ask(self, call: Call[T], timeout: float | None) -> T:
        deadline = self._deadline(timeout)
        try:
            async with asyncio.timeout(deadline - self._settings.clock()):
                await self._turn.acquire()
        except TimeoutError:
            raise DeadlineExceeded("the calls of other tasks took all the time") from None
        try:
            self._check_open()
            return await self._transport.run(self._asker.ask(call, deadline))
        finally:
            self._turn.release()

    def _deadline(self, timeout: float | None) -> float:
        span = self._settings.timeout if timeout is None else seconds("timeout", timeout)
        return self._settings.clock() + span

    def _check_open(self) -> None:
        if self._closed:
            raise FailedPrecondition("the client is closed", reason="closed")


class Connecting:
    """`client = await connect(...)` or `async with connect(...) as client`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def __await__(self) -> Generator[Any, None, Client]:
        return self._client.__aenter__().__await__()

    async def __aenter__(self) -> Client:
        return await self._client.__aenter__()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None,
                        trace: TracebackType | None) -> None:
        await self._client.close()


connect = Client.connect
