#!/usr/bin/env python3
"""Ingests published company facts and compares the answers with the files.

usage: real_filings_test.py REPOSITORY BIN

The files are those of $CAPEXDB_REAL_DATA, else of ../shared/data/real beside the
repository: folders companyfacts-*/ of the SEC's JSON, and fx/ with the exchange
rates of the ECB and of FRED. Without them the test is skipped (exit 77).
Compared are series of quarters, halves, years and twelve months, now and as of
the days of filings, with filings_truth.py; what was said when; and every day of
one currency. Suspects among the facts must be rare, and facts that are made wrong
must be suspected.
"""

import csv
import json
import os
import sys
import tempfile
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from filings_truth import HALVES, QUARTERS, TWELVE_MONTHS, YEARS, Statement, expected
from store_process import Store

SKIPPED = 77
AS_OF_DAYS = 5  # of each company
HISTORIES = 10  # of each company, besides those with a revision
SLIPS = 8  # facts of each company that are made wrong


class Files:
    """Every fact of the capex concepts, by company; and how many facts there are."""

    def __init__(self, paths, tags: dict[str, str]):
        self.statements: dict[str, set[Statement]] = defaultdict(set)
        self.mapped = 0
        self.left_out = 0
        for path in paths:
            document = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal,
                                  parse_int=Decimal)
            for taxonomy, concepts in document["facts"].items():
                for concept, entry in concepts.items():
                    if isinstance(entry, dict):
                        self.add(str(document["cik"]), f"{taxonomy}:{concept}", entry, tags)

    def add(self, cik: str, concept: str, entry: dict, tags: dict[str, str]) -> None:
        for unit, facts in entry["units"].items():
            if concept not in tags:
                self.left_out += len(facts)
                continue
            self.mapped += len(facts)
            if tags[concept] != "capex":
                continue
            assert unit == "USD", (cik, concept, unit)
            for fact in facts:
                self.statements[cik].add(
                    Statement(concept, date.fromisoformat(fact["start"]),
                              date.fromisoformat(fact["end"]), fact["val"],
                              date.fromisoformat(fact["filed"]), fact["accn"]))


class Comparison:
    """Faults are printed; the first ones are enough."""

    def __init__(self):
        self.compared = 0
        self.answered = 0  # periods with a value
        self.faults = 0

    def same(self, what: str, wanted, got) -> None:
        self.compared += 1
        if wanted != got:
            self.faults += 1
            if self.faults <= 40:
                print(f"{what}: wanted {str(wanted)[:500]}, got {str(got)[:500]}")

    def series(self, what: str, wanted: dict, rows: list[dict]) -> None:
        got = {row["period"]: row for row in rows}
        self.same(f"{what}: periods", list(wanted), [row["period"] for row in rows])
        for period in sorted(set(wanted) & set(got)):
            row, answer = got[period], wanted[period]
            name = f"{what} {period}"
            if answer is None:
                self.same(name, None, row["value"])
                continue
            self.answered += 1
            start, end, values, mixed = answer
            self.same(f"{name} days", (str(start), str(end)), (row["start"], row["end"]))
            value = None if row["value"] is None else Decimal(row["value"])
            # Where several paths are as good as each other, any of their values will do.
            self.same(name, value if value in values else sorted(values), value)
            self.same(f"{name} mixed", mixed, "(mixed vintages)" in row["derivation"])


def compare_series(store, comparison, cik, statements, tags, as_of=None) -> None:
    extra = ["--as-of", str(as_of)] if as_of else []
    for every in (QUARTERS, YEARS) if as_of else (QUARTERS, HALVES, YEARS, TWELVE_MONTHS):
        wanted = expected(statements, tags, every)
        rows = store.ask("get", cik, "capex", "--every", every.word, *extra)["rows"]
        comparison.series(f"{cik} {every.word} as of {as_of or 'now'}", wanted, rows)


def spread(items: list, count: int) -> list:
    return sorted({items[i * (len(items) - 1) // max(count - 1, 1)] for i in range(count)})


def compare_histories(store, comparison, cik, statements) -> None:
    cells = defaultdict(set)
    for s in statements:
        cells[s.start, s.end].add((str(s.filed), str(s.value), s.accession, s.concept))
    revised = {days for days, said in cells.items() if len({(v, c) for _, v, _, c in said}) > 1}
    for start, end in sorted(revised | set(spread(sorted(cells), HISTORIES))):
        rows = store.ask("history", cik, "capex", f"{start}/{end}")["rows"]
        got = sorted((r["published_at"], r["value"], r["document"], r["definition"])
                     for r in rows if (r["start"], r["end"]) == (str(start), str(end)))
        comparison.same(f"{cik} history {start}/{end}", sorted(cells[start, end]), got)


def compare_pinned(store, comparison, ciks) -> None:
    def millions(rows):
        return [int(Decimal(r["value"]) / 1_000_000) for r in rows]
    if "1045810" in ciks:
        rows = store.ask("get", "nvidia", "capex", "2024-Q1..2024-Q4", "--every", "quarter")["rows"]
        comparison.same("Nvidia 2024", [369, 977, 813, 1077], millions(rows))
        comparison.same("Nvidia's days", ("2024-01-29", "2025-01-26"),
                        (rows[0]["start"], rows[-1]["end"]))
    if "909832" in ciks:
        rows = store.ask("get", "909832", "capex", "2023-Q4..2024-Q3", "--every", "quarter")["rows"]
        comparison.same("Costco's fiscal 2024", [1040, 1031, 1062, 1577], millions(rows))
        comparison.same("Costco's days", ("2023-09-04", "2024-09-01"),
                        (rows[0]["start"], rows[-1]["end"]))


def compare_rates(store, comparison, data: Path) -> None:
    """Every day of one currency, out of the files of both publishers."""
    wanted, cells, names = {}, 0, []
    for path, column, unit in ((data / "fx/eurofxref-hist.csv", "CNY", "CNY/EUR"),
                               (data / "fx/dexchus-2025.csv", "dexchus", "CNY/USD")):
        if not path.exists():
            continue
        names.append(str(path))
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                day, *rates = (cell for name, cell in row.items() if name)
                cells += sum(rate not in ("", ".", "N/A") for rate in rates)
                if row[column] not in ("", ".", "N/A"):
                    wanted[unit, day] = Decimal(row[column])
    if not names:
        return
    summary = store.ask("ingest", *names)
    comparison.same("rates", cells, summary["accepted"] + summary["duplicates"])
    rows = store.ask("get", "Currency CNY", "fx_rate")["rows"]
    got = {(r["unit"], r["start"]): Decimal(r["value"]) for r in rows}
    comparison.same("one rate a day", len(wanted), len(rows))
    for key in sorted(set(wanted) | set(got)):
        comparison.same(f"rate of {key}", wanted.get(key), got.get(key))


def compare_suspects(comparison, summary: dict) -> None:
    """Filings are odd now and then, and seldom wrong."""
    counts = defaultdict(int)
    for verdict in summary["verdicts"]:
        if verdict["code"].startswith("suspect_"):
            counts[verdict["code"]] += 1
    suspects, facts = sum(counts.values()), summary["accepted"]
    print(f"{suspects} of {facts} facts are suspect:", dict(counts))
    comparison.same("suspects are below half a percent", True,
                    suspects * 200 < facts and "verdicts_omitted" not in summary)


def compare_slips(store, comparison, files: Files, directory: str) -> None:
    """Each fact that is made wrong is suspected of what was done to it."""
    slips = []  # the company's CIK, days, value, concept, expected code
    for cik, statements in sorted(files.statements.items()):
        nonzero = [s for s in sorted(statements) if s.value != 0]
        for s in spread(nonzero, SLIPS):
            # A year of proxy statements in millions agrees with anything.
            said = {abs(o.value) for o in statements
                    if (o.start, o.end, o.concept) == (s.start, s.end, s.concept)}
            if max(said) > 10 * min(said):
                continue
            days = f"{s.start}/{s.end}"
            slips.append((cik, days, s.value / 1000, s.concept, "suspect_unit_slip"))
            slips.append((cik, days, s.value * 1_000_000, s.concept, "suspect_unit_slip"))
            if len(said) > 1:
                continue  # a restated figure is compared with its newest value
            slips.append((cik, days, -s.value, s.concept, "suspect_sign_flip"))
            if 150 < (s.end - s.start).days < 300:
                quarter = f"{s.end - timedelta(days=90)}/{s.end}"
                slips.append((cik, quarter, s.value, s.concept, "suspect_year_to_date"))
    path = Path(directory) / "slip.csv"
    missed = []
    # Each by itself: what came before in a dry run is compared with what follows.
    for slip in slips:
        cik, days, value, concept, code = slip
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(["cik", "metric", "period", "value", "currency", "definition", "source",
                             "published_at"])
            writer.writerow([cik, "capex", days, f"{value:f}", "USD", concept, "A blog",
                             "2030-01-01"])
        summary = store.ask("ingest", str(path), "--dry-run")
        if code not in {verdict["code"] for verdict in summary["verdicts"]}:
            missed.append(slip)
    print(f"{len(slips) - len(missed)} of {len(slips)} slips are suspected")
    comparison.same("slips that nobody suspects", [], missed)


def run(store: Store, data: Path, paths: list[Path], directory: str) -> int:
    metrics = store.ask("metrics")["rows"]
    tags = {}
    for metric in metrics:
        for tag in metric["tags"]:
            tags.setdefault(tag, metric["id"])
    order = next(m["tags"] for m in metrics if m["id"] == "capex")
    files = Files(paths, tags)
    comparison = Comparison()

    names = [str(path) for path in paths]
    first = store.ask("ingest", *names)
    comparison.same("facts", files.mapped, first["accepted"] + first["duplicates"])
    comparison.same("left out", files.left_out,
                    sum(x["count"] for x in first["left_out"] if " facts of " in x["message"]))
    compare_suspects(comparison, first)
    again = store.ask("ingest", *names)
    comparison.same("a second time", (0, files.mapped), (again["accepted"], again["duplicates"]))

    compare_slips(store, comparison, files, directory)
    compare_pinned(store, comparison, files.statements)
    for cik, statements in sorted(files.statements.items()):
        compare_series(store, comparison, cik, statements, order)
        for day in spread(sorted({s.filed for s in statements}), AS_OF_DAYS):
            known = {s for s in statements if s.filed <= day}
            compare_series(store, comparison, cik, known, order, day)
        compare_histories(store, comparison, cik, statements)
    compare_rates(store, comparison, data)
    print(f"{len(paths)} files, {files.mapped} facts, {len(files.statements)} companies, "
          f"{comparison.answered} periods with a value, {comparison.compared} comparisons, "
          f"{comparison.faults} differ")
    return 1 if comparison.faults else 0


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    repository, binaries = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    data = Path(os.environ.get("CAPEXDB_REAL_DATA") or repository / "../shared/data/real")
    paths = sorted(data.glob("companyfacts-*/*.json"))
    if not paths:
        print(f"{data} holds no companyfacts-*/*.json; set CAPEXDB_REAL_DATA")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="capexdb-real-") as directory:
        store = Store(binaries, directory)
        try:
            result = run(store, data, paths, directory)
        finally:
            code = store.stop()
        return result or code


if __name__ == "__main__":
    sys.exit(main())
