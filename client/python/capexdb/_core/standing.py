"""Where a subscription stands, whether it is waited for by a thread or by a task."""

from __future__ import annotations

from .feed import Feed
from .subscriber import Subscriber


class Standing:
    """What the blocking subscription and the awaited one say of themselves."""

    _feed: Feed
    _subscriber: Subscriber

    @property
    def position(self) -> int:
        """The last sequence that has been dealt with: `after` of a subscription that goes on here.
        Of a replay the last change."""
        return self._subscriber.position or 0

    @property
    def cursor(self) -> str | None:
        return self._feed.request.cursor or None

    @property
    def ended(self) -> bool:
        """The replay is over."""
        return self._subscriber.ended

    @property
    def at_sequence(self) -> int | None:
        """The newest sequence that a replay plays, once it has begun; with `position` for a
        Replay that goes on here in another run. None of what is no replay."""
        return self._subscriber.replay_at

    @property
    def reconnects(self) -> int:
        """Connections made after the first."""
        return self._subscriber.reconnects
