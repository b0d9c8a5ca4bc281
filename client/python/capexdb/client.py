"""The blocking client.

    with capexdb.connect("127.0.0.1:7411") as client:
        result = client.ingest(rows, producer_id="my-scraper")
        for row in client.get("alibaba", "capex", "2024-H1"):
            print(row.period, row.value, row.currency)
"""

from __future__ import annotations

import threading
import weakref
from types import TracebackType
from typing import Any, Callable, Iterable, Literal, Mapping, TypeVar, Union, Unpack, overload

from ._blocking import Transport
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
from .subscription import Subscription
from .v1.event_pb2 import Event

T = TypeVar("T")


class Client:
    """Questions over one connection, made when it is first needed and again when it broke; a call
    whose connection broke is asked once more. Calls of several threads take turns. Each ingest has
    a connection of its own.

    Times are seconds. Every call ends within its `timeout`, or the client's. Errors of every call:
    Unavailable (no connection in time, or broken twice), DeadlineExceeded (no answer in time),
    ProtocolError, InvalidArgument, and whatever the server answers, as errors.py has them.
    """

    def __init__(self, server: str | None = None, *, timeout: float = 30.0,
                 connect_timeout: float = 5.0, backoff_min: float = 0.05, backoff_max: float = 2.0,
                 client_name: str = CLIENT_NAME, token: str = "") -> None:
        """Does not connect. `server` is HOST:PORT, without it $CAPEXDB_SERVER, else
        127.0.0.1:7411; `token` holds credentials, where the server asks for them. An attempt to
        connect lasts `connect_timeout`; between those of an ingest lies `backoff_min`, doubled each
        time up to `backoff_max`, with jitter. Error: InvalidArgument."""
        self._settings = settings(server, timeout=timeout, connect_timeout=connect_timeout,
                                  backoff_min=backoff_min, backoff_max=backoff_max,
                                  client_name=client_name, token=token)
        self._asker = Asker(self._settings)
        self._transport = Transport()
        self._turn = threading.Lock()
        self._closed = False
        self._subscriptions: weakref.WeakSet[Subscription] = weakref.WeakSet()

    @classmethod
    def connect(cls, server: str | None = None, *, timeout: float = 30.0,
                connect_timeout: float = 5.0, backoff_min: float = 0.05, backoff_max: float = 2.0,
                client_name: str = CLIENT_NAME, token: str = "") -> Client:
        """A client that is connected. Errors: as of a call."""
        client = cls(server, timeout=timeout, connect_timeout=connect_timeout,
                     backoff_min=backoff_min, backoff_max=backoff_max, client_name=client_name,
                     token=token)
        client._connect()
        return client

    def __enter__(self) -> Client:
        self._connect()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Later calls fail; one that another thread is in comes to its end first. Subscriptions
        end."""
        for subscription in list(self._subscriptions):
            subscription.close()
        with self._turn:
            self._closed = True
            self._transport.shut()

    # Ingest.

    def ingest(self, events: Iterable[Union[Event, Mapping[str, Any], Checkpoint]], *,
               producer_id: str | None = None, atomic: bool = False, dry_run: bool = False,
               batch: int = 1000, window: int = 16, give_up_after: float = 60.0,
               on_verdict: Callable[[Verdict], None] | None = None) -> IngestResult:
        """Sends events, or rows with the columns of the minimal form of docs/cli.md as keys, and
        returns what became of them. They are taken as they are sent, so memory does not grow with
        their number: in batches of `batch`, up to `window` of which are on their way. A Checkpoint
        among them is stored with the records before it.

        A record that is refused, here or by the server, is a verdict and no error; with `atomic` it
        refuses all, and all go as one batch. `dry_run` says what would happen to each record behind
        all those before it, and is Aborted where its connection is lost. Other lost connections are
        made again and what was not answered is sent again under its number, so that each event is
        stored once. A `producer_id` goes on with its numbers from run to run and fences an older
        run; without it a random one is made for this run. `on_verdict` is given each verdict as it
        comes, instead of the result's `verdicts`.

        Errors, with what was answered so far in their `result`: Unavailable (not reached for
        `give_up_after`), DeadlineExceeded (no answer for as long), Aborted (another run uses the
        producer_id), InvalidArgument (an atomic batch over the limits), RowTypeError (a float),
        ProtocolError, whatever the server answers, and whatever `events` raises. Batches without an
        answer may or may not be stored then; sending the same records again is harmless."""
        check_iterable(events)
        self._check_open()
        options = IngestOptions(producer_id=producer_id, atomic=atomic, dry_run=dry_run,
                                batch=batch, window=window, give_up_after=give_up_after,
                                on_verdict=on_verdict)
        transport = Transport()
        try:
            return transport.run(Producer(self._settings, options).run(), iter(events))
        finally:
            transport.shut()

    def checkpoint(self, producer_id: str, *, timeout: float | None = None) -> str | None:
        """Where a scraper stands: the text of the last Checkpoint among its records that is stored.
        As the newest user of the id it ends an ingest of it that is still under way."""
        self._check_open()
        deadline = self._deadline(timeout)
        transport = Transport()
        try:
            return transport.run(checkpoint_of(self._settings, producer_id, deadline))
        finally:
            transport.shut()

    # Questions. Their options are those of docs/cli.md, explained at the TypedDicts.

    def query(self, select: Words | None = None, metric: Words | None = None,
              periods: Period | None = None, *, kind: str = "cells", timeout: float | None = None,
              **options: Unpack[Everything]) -> Answer:
        """Any question: the fields of a QueryRequest."""
        return self._ask(verbs.query(kind, select, metric, periods, options), timeout)

    def get(self, select: Words, metric: Words, periods: Period | None = None, *,
            timeout: float | None = None, **options: Unpack[Figures]) -> Answer:
        """One row for each cell: the statement that the policy chooses."""
        return self._ask(verbs.get(select, metric, periods, options), timeout)

    def sum(self, select: Words, metric: str, periods: Period | None = None, *,
            timeout: float | None = None, **options: Unpack[Sums]) -> Answer:
        """The companies' own figures, added for each period."""
        return self._ask(verbs.sum_(select, metric, periods, options), timeout)

    def top(self, metric: str, period: Period, n: int = 10, *, group: str | None = None,
            share: bool = False, timeout: float | None = None,
            **options: Unpack[Figures]) -> Answer:
        """The companies with the largest figures of each period, the largest first."""
        return self._ask(verbs.top(metric, period, n, group, share, options), timeout)

    def history(self, company: Words, metric: Words, period: Period | None = None, *,
                timeout: float | None = None, **options: Unpack[Reading]) -> Answer:
        """Every statement, with its document and root."""
        return self._ask(verbs.history(company, metric, period, options), timeout)

    def conflicts(self, select: Words | None = None, metric: Words | None = None,
                  periods: Period | None = None, *, classes: Words = (),
                  timeout: float | None = None, **options: Unpack[Reading]) -> Answer:
        """Statements that cannot all be true; the sides are in the rows' `parts`."""
        return self._ask(verbs.conflicts(select, metric, periods, classes, options), timeout)

    def diff(self, earlier: Day, later: Day | None = None, *, select: Words | None = None,
             metric: Words | None = None, periods: Period | None = None,
             timeout: float | None = None, **options: Unpack[Explained]) -> Answer:
        """What the world could know on two days, where it differs; `later` is now without it."""
        return self._ask(verbs.diff(earlier, later, select, metric, periods, options), timeout)

    def changes(self, since: Union[int, Day], *, select: Words | None = None,
                metric: Words | None = None, periods: Period | None = None,
                timeout: float | None = None, **options: Unpack[Explained]) -> Answer:
        """What this store answers otherwise than at that sequence, or before that day of its own
        clock."""
        return self._ask(verbs.changes(since, select, metric, periods, options), timeout)

    def shipments(self, periods: Period | None = None, *, seller: str | None = None,
                  buyer: str | None = None, product: str | None = None, metric: str | None = None,
                  timeout: float | None = None, **options: Unpack[Explained]) -> Answer:
        """What is said of chips between sellers and buyers."""
        return self._ask(verbs.shipments(periods, seller, buyer, product, metric, options), timeout)

    def replay(self, token: str, *, timeout: float | None = None) -> Answer:
        """The answer of a token again, whatever was ingested since."""
        return self._ask(verbs.replay(token), timeout)

    # The feed.

    def subscribe(self, *, timeout: float | None = None,
                  **options: Unpack[FeedOptions]) -> Subscription:
        """What happens in the store, as it happens, from the moment this returns:
        a context manager and an iterator of Change and, where the feed was trimmed, Gap; CaughtUp
        and Progress come where they are asked for. `after` says where it begins, a `cursor` keeps
        the position in the server, and a new one begins with the first event without `after`.
        Filters say what comes; FeedOptions has them all. It opens within the timeout, which does
        not count for what comes then.

        Errors: as of every call; NotFound (a filter's name), OutOfRange (a position of another
        store)."""
        return self._subscription(feed_of("subscribe", options), timeout)

    def query_and_subscribe(self, select: Words | None = None, metric: Words | None = None,
                            periods: Period | None = None, *, kind: str = "cells",
                            timeout: float | None = None, feed: FeedOptions | None = None,
                            **options: Unpack[Everything]) -> tuple[Answer, Subscription]:
        """An answer, and a subscription from its sequence on: no change is missing between them and
        none is in both. It is to the question's companies, metrics, statuses and product, where
        `feed` does not name others; other parts of it, such as periods, do not filter."""
        select, metric, options = cursors.readable_twice(select, metric, options)
        following = cursors.behind({"select": select, "metric": metric, **options}, feed)
        feed_of("feed", following)  # tells of errors before it asks
        answer = self.query(select, metric, periods, kind=kind, timeout=timeout, **options)
        following["after"] = answer.sequence
        return answer, self._subscription(feed_of("feed", following), timeout)

    def cursors(self, name: str | None = None, *, timeout: float | None = None) -> Cursors:
        """The named cursors and where they stand, or the one of that name, if there is one."""
        return self._ask(cursors.cursors(name), timeout)

    def ack(self, cursor: str, sequence: int, *, rewind: bool = False,
            timeout: float | None = None) -> int:
        """Moves a cursor, as Subscription.ack, and makes it where it is new."""
        return self._ask(cursors.ack(cursor, sequence, rewind), timeout)

    def forget_cursor(self, cursor: str, *, timeout: float | None = None) -> None:
        """Removes a cursor; one that is not there is no error."""
        self._ask(cursors.forget(cursor), timeout)

    def _subscription(self, feed: Feed, timeout: float | None) -> Subscription:
        self._check_open()
        subscription = Subscription(self._settings, feed, self._ask)
        subscription._open(self._deadline(timeout))
        self._subscriptions.add(subscription)
        return subscription

    # The store.

    def show(self, sequence: int, *, timeout: float | None = None) -> StoredEvent:
        """One event as it came."""
        return self._ask(calls.show(sequence), timeout)

    @overload
    def catalog(self, kind: Literal["companies", "groups"], name: str | None = None,
                at: int | None = None, *, timeout: float | None = None) -> Catalog[Party]:
        ...

    @overload
    def catalog(self, kind: Literal["metrics"], name: str | None = None, at: int | None = None, *,
                timeout: float | None = None) -> Catalog[Metric]:
        ...

    @overload
    def catalog(self, kind: Literal["sources"], name: str | None = None, at: int | None = None, *,
                timeout: float | None = None) -> Catalog[Source]:
        ...

    @overload
    def catalog(self, kind: Literal["products"], name: str | None = None, at: int | None = None, *,
                timeout: float | None = None) -> Catalog[Product]:
        ...

    @overload
    def catalog(self, kind: str, name: str | None = None, at: int | None = None, *,
                timeout: float | None = None) -> Catalog[Any]:
        ...

    def catalog(self, kind: str, name: str | None = None, at: int | None = None, *,
                timeout: float | None = None) -> Catalog[Any]:
        """The companies, groups, metrics, sources or products, or the one of that name, now or at a
        sequence."""
        return self._ask(calls.catalog(kind, name, at), timeout)

    # Records that are held for review. They are answered in one piece, of any length.

    def quarantine_list(self, *, state: str = "held", producer: str | None = None,
                        code: str | None = None, company: str | None = None,
                        limit: int | None = None,
                        timeout: float | None = None) -> tuple[HeldRecord, ...]:
        """Those in a state ("held", "approved", "rejected", "all"), oldest first; of a producer (a
        "*" at its end stands for any rest), suspected of a code, about a company."""
        review = listed(state, producer, code, company, limit)
        self._review(review, timeout)
        return tuple(review.entries)

    def quarantine_show(self, record_id: int, *,
                        timeout: float | None = None) -> HeldRecord:
        """One of them, with its event."""
        return self._ask(shown(record_id), timeout)

    def quarantine_approve(self, ids: Union[int, Iterable[int]] = (), *, all: bool = False,
                           producer: str | None = None, code: str | None = None,
                           company: str | None = None, note: str = "",
                           timeout: float | None = None) -> tuple[Decision, ...]:
        """Stores them, as of their producers and recorded now; with `all` every held one that the
        filters take. What cannot be stored is a decision that says why. Asking again changes
        nothing."""
        review = approved(ids, all, producer, code, company, note)
        self._review(review, timeout)
        return tuple(review.decisions)

    def quarantine_reject(self, ids: Union[int, Iterable[int]] = (), *, note: str,
                          all: bool = False, producer: str | None = None,
                          code: str | None = None, company: str | None = None,
                          timeout: float | None = None) -> tuple[Decision, ...]:
        """Keeps them out for ever; the note says why."""
        review = rejected(ids, all, producer, code, company, note)
        self._review(review, timeout)
        return tuple(review.decisions)

    def status(self, *, timeout: float | None = None) -> ServerStatus:
        return self._ask(calls.status(), timeout)

    def ping(self, *, timeout: float | None = None) -> None:
        self._ask(calls.ping(), timeout)

    def _review(self, review: Review, timeout: float | None) -> None:
        """The timeout is for each of its requests."""
        while (call := review.call) is not None:
            review.take(self._ask(call, timeout))

    def _connect(self) -> None:
        deadline = self._deadline(None)
        with self._turn:
            self._check_open()
            self._transport.run(self._asker.connect(deadline))

    def _ask(self, call: Call[T], timeout: float | None) -> T:
        deadline = self._deadline(timeout)
        if not self._turn.acquire(timeout=deadline - self._settings.clock()):
            raise DeadlineExceeded("the calls of other threads took all the time")
        try:
            self._check_open()
            return self._transport.run(self._asker.ask(call, deadline))
        finally:
            self._turn.release()

    def _deadline(self, timeout: float | None) -> float:
        span = self._settings.timeout if timeout is None else seconds("timeout", timeout)
        return self._settings.clock() + span

    def _check_open(self) -> None:
        if self._closed:
            raise FailedPrecondition("the client is closed", reason="closed")


connect = Client.connect
