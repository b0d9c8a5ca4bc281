#!/usr/bin/env python3
"""A dry run of a file gets, record for record, the verdicts of the real run, however far
apart the records lie that know of one another; and it leaves nothing behind.

usage: dry_run_test.py BIN [ROWS]
"""

import json
import random
import sys
import tempfile
import threading
from pathlib import Path

from store_process import Store

HEADER = "company,metric,period,value,currency,source,published_at,event_id\n"
MONTHS = ((1, 31), (2, 28), (3, 31), (4, 30), (5, 31), (6, 30))


def rows(count: int, dice: random.Random) -> list[str]:
    """New records, and such as repeat, contradict or mistake one of long before."""
    lines: list[str] = []
    for i in range(count):
        month, last = MONTHS[i % 6]
        year = 2000 + i // 6 % 25
        company = f"Own Chips {i // 150}"
        fresh = [company, "capex", f"{year}-01-01/{year}-{month:02d}-{last}", str(1_000_001 + i),
                 "USD", f"Gazette {i % 7}", "2026-01-01", f"id-{i}" if i % 3 == 0 else ""]
        kind = i % 20
        if kind in (7, 11, 13, 17) and i > 1000:
            old = lines[dice.randrange(len(lines))].rstrip("\n").split(",")
            if kind == 7:
                fresh = old
            elif kind == 11:  # another content under a known id, where it has one
                fresh = [*old[:3], old[3] + "9", *old[4:]]
            elif kind == 13:  # a slip by a thousand of a known figure
                fresh = [*old[:3], old[3] + "000", *old[4:5], "Blog", old[6], ""]
            else:
                fresh = [*old[:1], "capexx", *old[2:]]
        lines.append(",".join(fresh) + "\n")
    return lines


def verdicts(store: Store, path: Path, out: Path, *words: str) -> tuple[dict, list[str]]:
    done = store.run("ingest", str(path), "--verdicts", str(out), *words)
    assert done.returncode == 65, (done.returncode, done.stderr[-2000:])
    return json.loads(done.stdout), out.read_text(encoding="utf-8").splitlines()


def files_of(folder: Path) -> int:
    return sum(1 for _ in (folder / "dry-runs").rglob("*")) if (folder / "dry-runs").exists() else 0


def main() -> int:
    binaries = Path(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 30_000
    dice = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        path = Path(folder) / "rows.csv"
        path.write_text(HEADER + "".join(rows(count, dice)), encoding="utf-8")
        store = Store(binaries, str(data))
        before = store.ask("status")
        tried, tried_lines = verdicts(store, path, Path(folder) / "tried.jsonl", "--dry-run",
                                      "--producer", "scraper")
        after = store.ask("status")
        for what in ("sequence", "parties", "sources", "events_accepted", "events_duplicate",
                     "events_rejected"):
            assert before[what] == after[what], (what, before[what], after[what])
        assert tried["sequence"] == before["sequence"] and tried["dry_run"], tried
        assert store.run("show", str(before["sequence"] + 1)).returncode == 2, "nothing is there"
        real, real_lines = verdicts(store, path, Path(folder) / "real.jsonl", "--producer",
                                    "scraper")
        assert len(tried_lines) == len(real_lines), (len(tried_lines), len(real_lines))
        for line, (a, b) in enumerate(zip(tried_lines, real_lines)):
            assert a == b, (line, a, b)
        for what in ("accepted", "duplicates", "rejected", "first_sequence", "last_sequence"):
            assert tried[what] == real[what], (what, tried[what], real[what])
        outcomes = {json.loads(line)["outcome"] for line in real_lines}
        assert {"accepted", "duplicate", "conflict", "rejected"} <= outcomes, outcomes
        codes = {json.loads(line).get("code") for line in real_lines}
        assert any(str(code).startswith("suspect_") for code in codes), codes

        # Again, beside a writer: all of it is a duplicate or refused, and the writer goes on.
        more = Path(folder) / "more.csv"
        more.write_text(HEADER + "".join(f"Beside {i},capex,2024,5{i},USD,Gazette,2026-01-01,\n"
                                         for i in range(2000)), encoding="utf-8")
        writer = threading.Thread(target=lambda: store.ask("ingest", str(more)))
        writer.start()
        again, _ = verdicts(store, path, Path(folder) / "again.jsonl", "--dry-run")
        writer.join()
        assert again["accepted"] == 0 and again["rejected"] == real["rejected"], again
        assert store.ask("status")["sequence"] > real["sequence"]
        store.stop()
        assert files_of(data) == 0, "the copies are gone"
    print(f"{count} records, {len(tried_lines)} verdicts the same; {real['accepted']} accepted, "
          f"{real['duplicates']} duplicates, {real['rejected']} rejected")
    return 0


if __name__ == "__main__":
    sys.exit(main())
