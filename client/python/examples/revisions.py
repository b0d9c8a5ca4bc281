#!/usr/bin/env python3
"""Tells of each figure that is revised by more than 5 %, once, however often it runs.

usage: revisions.py [HOST:PORT]
"""

import sys

import capexdb

CURSOR = "example-revisions"  # where it stands is kept under this name, in the server


def main() -> None:
    with capexdb.connect(sys.argv[1] if len(sys.argv) > 1 else None) as client:
        with client.subscribe(cursor=CURSOR, after="begin", revisions=True, change_above=5,
                              give_up_after=None) as changes:
            for change in changes:
                if isinstance(change, capexdb.Gap):
                    print(f"missed what came from {change.first} to {change.last}", flush=True)
                    continue
                for cell in change.cells:
                    if cell.change_percent is not None and abs(cell.change_percent) > 5:
                        row, before = cell.statement, cell.before
                        print(row.company, row.metric, row.period, before and before.value_text,
                              "->", cell.after and cell.after.value_text, row.currency,
                              f"({cell.change_percent} %), {row.source}", flush=True)
                changes.ack()


if __name__ == "__main__":
    main()
