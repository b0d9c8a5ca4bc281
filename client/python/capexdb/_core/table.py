"""Answers as tables: the columns of docs/cli.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

from ..answer import Answer, Row
from ..terms import QueryKind

if TYPE_CHECKING:
    import pandas

_COMMON = ["company", "metric", "product", "counterparty", "period", "start", "end", "value",
           "low", "high", "unit", "currency", "status", "source", "published_at", "sequence",
           "derivation", "documents", "roots"]  # yapf: disable
_BEFORE = {QueryKind.SHIPMENTS: ["seller", "buyer"], QueryKind.CONFLICTS: ["finding"]}
_BEHIND = {
    QueryKind.STATEMENTS: ["document", "root", "attributed_to", "withdrawn"],
    QueryKind.CHANGES: ["before", "before_low", "before_high"],
}
_ALWAYS_BEHIND = ["bounds", "approx", "measure", "definition", "reason"]
_SHARES = ["share", "share_low", "share_high"]

_NUMBERS = frozenset(["value", "low", "high", *_BEHIND[QueryKind.CHANGES], *_SHARES])


def _earlier(row: Row, attribute: str) -> Any:
    return getattr(row.parts[0], attribute) if row.parts else None


def _share(row: Row, attribute: str) -> Any:
    return getattr(row.share, attribute) if row.share else None


_CELLS: dict[str, Callable[[Row], Any]] = {
    "derivation": lambda row: "retraction" if row.retraction and not row.derivation else row.
                  derivation,
    "before": lambda row: _earlier(row, "value"),
    "before_low": lambda row: _earlier(row, "low"),
    "before_high": lambda row: _earlier(row, "high"),
    "share": lambda row: _share(row, "value"),
    "share_low": lambda row: _share(row, "low"),
    "share_high": lambda row: _share(row, "high"),
}  # yapf: disable


def columns_of(answer: Answer) -> list[str]:
    shares = _SHARES if any(row.share is not None for row in answer.rows) else []
    return [*_BEFORE.get(answer.kind, []), *_COMMON, *_BEHIND.get(answer.kind, []), *shares,
            *_ALWAYS_BEHIND]  # yapf: disable


def cells_of(row: Row, columns: list[str]) -> list[Any]:
    return [_CELLS[name](row) if name in _CELLS else getattr(row, name) for name in columns]


def dataframe_of(answer: Answer, numbers: str) -> pandas.DataFrame:
    if numbers not in ("decimal", "float"):
        raise ValueError(f'numbers is {numbers!r}: use "decimal" or "float"')
    try:
        import pandas
    except ImportError:
        raise ImportError("to_dataframe needs pandas: install Debian's python3-pandas, or pip "
                          "install pandas; to_dicts() needs nothing") from None
    columns = columns_of(answer)
    table = [cells_of(row, columns) for row in answer.rows]
    series: dict[str, Any] = {}
    for index, name in enumerate(columns):
        cells = [row[index] for row in table]
        if name in _NUMBERS and numbers == "float":
            kind = "float64"
            cells = [None if cell is None else float(cell) for cell in cells]
        elif name == "sequence":
            kind = "Int64"
        elif name in ("documents", "roots"):
            kind = "int64"
        elif name in ("approx", "withdrawn"):
            kind = "bool"
        else:
            kind = "object"
            cells = [str(cell) if isinstance(cell, str) else cell for cell in cells]
        series[name] = pandas.Series(cells, dtype=kind)
    return pandas.DataFrame(series)
