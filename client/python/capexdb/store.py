"""What the store says of itself: its catalogue, its events as they came, the server's state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, Iterator, TypeVar

from .terms import Aggregation, IdentifierScheme, Measure, PartyKind, UnitClass
from .v1.event_pb2 import Event

E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Identifier:
    """What a party goes by, and when; both days are of that time, None has no end."""

    scheme: IdentifierScheme
    value: str
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Membership:
    """A member of a group, and when."""

    party: str  # id
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Party:
    """A company, group, segment, market or country, or a product as a subject."""

    id: str
    name: str
    kind: PartyKind | None
    tickers: tuple[str, ...]
    cik: str
    country: str  # ISO 3166-1 alpha-2
    fiscal_year_end: str  # "12-31", "01-last-sunday"
    aliases: tuple[str, ...]
    members: tuple[str, ...]  # of a group: ids
    identifiers: tuple[Identifier, ...]  # those with days or check digits
    memberships: tuple[Membership, ...]  # of a group whose members change over time
    merged: tuple[str, ...]  # ids of parties that are merged into it


@dataclass(frozen=True, slots=True)
class Metric:
    id: str
    name: str
    unit_class: UnitClass | None
    aggregation: Aggregation | None
    default_measure: Measure
    tags: tuple[str, ...]  # XBRL concepts that it maps from
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    name: str
    rank: int  # 1 is trusted most; 1000 where the catalogue has none
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Product:
    id: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Catalog(Generic[E]):
    """Entries of one kind, as of `sequence`."""

    entries: tuple[E, ...]
    sequence: int

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[E]:
        return iter(self.entries)

    def __getitem__(self, index: int) -> E:
        return self.entries[index]


@dataclass(frozen=True, slots=True)
class StoredEvent:
    sequence: int
    recorded_at: datetime  # UTC
    producer_id: str
    batch_number: int
    supersedes: tuple[int, ...]  # sequences that led its cells before it
    event: Event
    event_bytes: bytes  # as they came, unknown fields included


@dataclass(frozen=True, slots=True)
class ServerStatus:
    sequence: int
    server_version: str
    format_version: int
    started_at: datetime  # UTC
    data_dir: str
    parties: int
    metrics: int
    sources: int
    connections: int
    disk_bytes: int
    memory_bytes: int  # resident
    events_accepted: int  # since the start, as the following
    events_duplicate: int
    events_rejected: int
    queries: int
    queries_running: int
