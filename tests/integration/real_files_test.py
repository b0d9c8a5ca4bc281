#!/usr/bin/env python3
"""Ingests every published file that is at hand, and compares stores.

usage: real_files_test.py REPOSITORY BIN

The files are those of $CAPEXDB_REAL_DATA, else of ../shared/data/real beside the
repository. Without them the test is skipped (exit 77). Each is given to
`capex ingest --format auto`: what an importer reads is taken whole, what none reads
is refused with exit code 65 and named. Two stores get the files in opposite orders,
each file twice, and then give the same canonical dump, to the byte.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

from store_process import Store

SKIPPED = 77
PUBLISHED_AT = "2026-04-14"  # of the one file that does not say it
# By the end of its path, what is said of a file that is not taken whole, and how many
# records of it are refused; 0: the file itself.
REFUSED = {
    "PROVENANCE.md": ("unknown_format", 0),
    "identifiers/company_tickers-2024-05.json": ("no_importer", 0),
    "identifiers/esef-mixed_filings.json": ("no_importer", 0),
    "identifiers/submissions-AAPL.json": ("no_importer", 0),
    "identifiers/submissions-MSFT.json": ("no_importer", 0),
    "vintages/gdp_us.csv": ("no_importer", 0),
    "vintages/inv_fixed.csv": ("no_importer", 0),
    "site-2025-12/gpu_clusters.csv": ("no_importer", 0),
    "site-2025-12/ai_companies_compute_spend.csv": ("run_rate", 2),
}
# Two hundred thousand rates, which another test looks at one by one.
LARGE = "fx/eurofxref-hist.csv"


def refusal(path: Path) -> tuple[str, int] | None:
    return next((said for end, said in REFUSED.items() if str(path).endswith(end)), None)


class Faults:
    def __init__(self):
        self.count = 0

    def same(self, what: str, wanted, got) -> None:
        if wanted != got:
            self.count += 1
            print(f"{what}: wanted {str(wanted)[:300]}, got {str(got)[:300]}")


def ingest(store: Store, path: Path, faults: Faults) -> dict:
    """The summary. A file that is taken leaves nothing out without saying so."""
    done = store.run("ingest", str(path), "--published-at", PUBLISHED_AT)
    summary = json.loads(done.stdout)
    refused = refusal(path)
    name = f"{path.parent.name}/{path.name}"
    if refused is None:
        faults.same(f"{name}: exit", (0, ""), (done.returncode, done.stderr[:300]
                                               if done.returncode else ""))
        faults.same(f"{name}: refused", 0, summary["rejected"] + summary["unreadable"])
        return summary
    reason, records = refused
    faults.same(f"{name}: exit", 65, done.returncode)
    faults.same(f"{name}: refused", max(records, 1), summary["rejected"] + summary["unreadable"])
    faults.same(f"{name}: reason", True, f": rejected: {reason}: " in done.stderr)
    if reason == "no_importer":
        faults.same(f"{name}: says what it is", True,
                    "looks like" in done.stderr and "no importer reads it" in done.stderr)
    return summary


def fill(binaries: Path, directory: str, paths: list[Path], faults: Faults) -> list[str]:
    """What a store says that got the files in this order, twice."""
    store = Store(binaries, directory)
    try:
        for path in paths:
            ingest(store, path, faults)
        for path in paths:
            again = ingest(store, path, faults)
            faults.same(f"{path.name} a second time", 0, again["accepted"])
    finally:
        code = store.stop()
    faults.same("capexd's exit", 0, code)
    return store.dump().splitlines()


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    repository, binaries = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    data = Path(os.environ.get("CAPEXDB_REAL_DATA") or repository / "../shared/data/real")
    paths = sorted(p for p in data.rglob("*") if p.is_file() and not str(p).endswith(LARGE))
    if not paths:
        print(f"{data} holds no files; set CAPEXDB_REAL_DATA")
        return SKIPPED
    faults = Faults()
    said = []
    for order in (paths, paths[::-1]):
        with tempfile.TemporaryDirectory(prefix="capexdb-files-") as directory:
            said.append(fill(binaries, directory, order, faults))
    faults.same("statements", len(said[0]), len(said[1]))
    for one, other in zip(*said):
        if one != other:
            faults.same("the first that differs", one, other)
            break
    print(f"{len(paths)} files, {len(said[0])} statements in each order, {faults.count} faults")
    return 1 if faults.count else 0


if __name__ == "__main__":
    sys.exit(main())
