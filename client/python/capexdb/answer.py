"""Answers of the store: rows of exact numbers, and how they came about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Iterator, Literal, Protocol, Sequence, overload

from .terms import BoundKind, Finding, Measure, QueryKind, Status

if TYPE_CHECKING:
    import pandas


class _Number(Protocol):

    @property
    def value(self) -> Decimal | None:
        ...

    @property
    def low(self) -> Decimal | None:
        ...

    @property
    def high(self) -> Decimal | None:
        ...

    @property
    def low_kind(self) -> BoundKind | None:
        ...

    @property
    def high_kind(self) -> BoundKind | None:
        ...


def text_of(number: Decimal | None) -> str:
    """Every digit of it, never an exponent; empty for None."""
    return "" if number is None else format(number, "f")


def _bounds(number: _Number) -> str:
    if number.value is None and number.low is None and number.high is None:
        return ""
    left = number.low is not None and number.low_kind is not BoundKind.OPEN
    right = number.high is not None and number.high_kind is not BoundKind.OPEN
    return ("[" if left else "(") + ("]" if right else ")")


@dataclass(frozen=True, slots=True)
class Range:
    """A number without a unit."""

    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    low_kind: BoundKind | None
    high_kind: BoundKind | None
    approx: bool

    @property
    def bounds(self) -> str:
        return _bounds(self)


@dataclass(slots=True)
class Row:
    """One row, with the columns of docs/cli.md. Texts are empty where there is nothing."""

    company: str
    metric: str
    product: str
    counterparty: str  # ids, comma-separated
    period: str  # as people read it: "2024-H1"
    start: date | None
    end: date | None  # the last day, inclusive
    value: Decimal | None  # None where only bounds are known, or nothing; then `reason` may say why
    low: Decimal | None  # the bounds that hold: printed ones, or those that the rounding leaves
    high: Decimal | None
    low_kind: BoundKind | None
    high_kind: BoundKind | None
    approx: bool  # the source says "about"
    unit: str
    currency: str
    status: Status | None
    measure: Measure | None
    source: str
    published_at: str  # a day, a month, a range of days or an instant, UTC
    sequence: int | None  # of the statement; of a sum, the newest part's
    derivation: str
    documents: int  # that agree with the value
    roots: int  # that these documents come from
    reason: str  # why there is no value, or what is wrong with it
    definition: str  # the XBRL concept that the statement names
    # Only of single statements (history, parts).
    document: str
    root: str
    attributed_to: str
    withdrawn: bool
    growth_only: bool
    retraction: bool
    # Only of shipments: ids, comma-separated.
    seller: str
    buyer: str
    finding: Finding | None  # only of conflicts
    share: Range | None  # in percent; only where it is asked for
    # Of conflicts the sides, of changes the earlier answer, else, where the question says
    # `explain`, the statements that the row is made of.
    parts: tuple[Row, ...]

    @property
    def value_text(self) -> str:
        """The exact text of the number, as the store has it; empty for None."""
        return text_of(self.value)

    @property
    def low_text(self) -> str:
        return text_of(self.low)

    @property
    def high_text(self) -> str:
        return text_of(self.high)

    @property
    def bounds(self) -> str:
        """"[]", "(]", "[)", "()": which ends are possible themselves; a missing end is round. Empty
        without a number."""
        return _bounds(self)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of a sum: how many companies have a figure in every period."""

    reported: int
    of: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer(Sequence[Row]):
    """The rows of an answer, in their order; it holds everything up to `sequence` and nothing
    after."""

    kind: QueryKind
    rows: tuple[Row, ...]
    sequence: int
    as_of: date | None
    policy: str
    token: str  # names this answer for ever: Client.replay
    coverage: Coverage | None
    notes: tuple[str, ...]  # remarks for people
    truncated: bool  # `limit` cut rows off

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    @overload
    def __getitem__(self, index: int) -> Row:
        ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Row, ...]:
        ...

    def __getitem__(self, index: int | slice) -> Row | tuple[Row, ...]:
        return self.rows[index]

    def columns(self) -> list[str]:
        """As docs/cli.md has them for this kind of answer."""
        from ._core.table import columns_of
        return columns_of(self)

    def to_dicts(self) -> list[dict[str, Any]]:
        """The rows by these columns; numbers are Decimals."""
        from ._core.table import cells_of
        names = self.columns()
        return [dict(zip(names, cells_of(row, names))) for row in self.rows]

    def to_dataframe(self, numbers: Literal["decimal", "float"] = "decimal") -> pandas.DataFrame:
        """The same as a pandas.DataFrame. Numbers are Decimals in columns of objects, so that no
        digit is lost; "float" rounds them to binary floating point. Days are datetime.date, a
        sequence that is missing is <NA>. Error: ImportError without pandas."""
        from ._core.table import dataframe_of
        return dataframe_of(self, numbers)
