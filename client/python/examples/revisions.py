#!/usr/bin/env python3
"""Tells of each figure that is revised by more than 5 %, once, however often it runs.

usage: revisions.py [HOST:PORT]
"""

import sys
from fractions import Fraction

import capexdb

CURSOR = "example-revisions"  # where it stands is kept under this name, in the server
PERCENT = 5


def is_large(cell: capexdb.CellChange) -> bool:
    """The server sends a change for one of its cells, with all of them; this is its rule for one.
    By the values themselves, since change_percent is rounded."""
    if capexdb.Meaning.REVISION not in cell.meanings or cell.before is None or cell.after is None:
        return False
    if cell.before.value is None or cell.after.value is None:
        return False
    before, after = Fraction(cell.before.value), Fraction(cell.after.value)
    return abs(after - before) * 100 > abs(before) * PERCENT


def told(cell: capexdb.CellChange) -> str:
    assert cell.before is not None and cell.after is not None
    row = cell.statement
    by = "from 0" if cell.before.value == 0 else f"{cell.change_percent} %"
    return (f"{row.company} {row.metric} {row.period} {cell.before.value_text} -> "
            f"{cell.after.value_text} {row.currency} ({by}), {row.source}")


def main() -> None:
    with capexdb.connect(sys.argv[1] if len(sys.argv) > 1 else None) as client:
        with client.subscribe(cursor=CURSOR, revisions=True, change_above=PERCENT,
                              give_up_after=None) as changes:
            for change in changes:
                if isinstance(change, capexdb.Gap):
                    print(f"missed what came from {change.first} to {change.last}", flush=True)
                    continue
                assert isinstance(change, capexdb.Change)
                for cell in filter(is_large, change.cells):
                    print(told(cell), flush=True)
                changes.ack()


if __name__ == "__main__":
    main()
