#!/usr/bin/env python3
"""What a later vintage of a data set no longer has is withdrawn, and nothing else.

usage: retract_vanished_test.py BIN
"""

import json
import sys
import tempfile
from pathlib import Path

from store_process import Checks, Store

TITLE = "own_chip_timelines.csv"
HEADER = ("Name,Chip manufacturer,Start date,End date,Compute estimate in H100e (median),"
          "H100e (5th percentile),H100e (95th percentile),Number of Units,"
          "Number of Units (5th percentile),Number of Units (95th percentile),Notes,Chip type\n")


def row(day: str, chip: str, units: int | str, quarter: int = 1, maker: str = "Own Chips") -> str:
    months = {1: ("1/1/2024", "3/31/2024"), 2: ("4/1/2024", "6/30/2024")}[quarter]
    return (f"FY24 Q{quarter} - {chip},{maker},{months[0]},{months[1]},30,20,45,{units},1,900000,"
            f"Estimates generated on: {day} 12:00,{chip}\n")


class Test(Checks):
    def __init__(self, store: Store, folder: Path):
        super().__init__()
        self.store = store
        self.folder = folder

    def file(self, day: str, text: str, title: str = TITLE) -> str:
        path = self.folder / day / title
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return str(path)

    def ingest(self, *words: str, code: int = 0) -> tuple[dict, str]:
        done = self.store.run("ingest", *words)
        self.same(f"exit of {words}: {done.stderr}", code, done.returncode)
        return json.loads(done.stdout), done.stderr

    def units(self, *words: str, company: str = "own-chips") -> dict[str, str]:
        """The units of each chip and quarter that stand."""
        rows = self.store.ask("get", company, "unit_shipments", *words)["rows"]
        return {f"{r['product']} {r['period']}": r["value"] for r in rows}

    def retracted(self, summary: dict) -> list[int]:
        return [entry["count"] for entry in summary.get("retracted", [])]


def vintages(test: Test) -> None:
    first = test.file("01-28-2026", HEADER + row("01-28-2026", "X1", 100) +
                      row("01-28-2026", "X2", 200) + row("01-28-2026", "X2", 250, 2))
    second = test.file("03-06-2026", HEADER + row("03-06-2026", "X1", 110) +
                       row("03-06-2026", "X2 Pro", 200) + row("03-06-2026", "x2", 260, 2))
    summary, _ = test.ingest(first, "--retract-vanished")
    test.same("the first vintage", (6, [0]), (summary["accepted"], test.retracted(summary)))
    # The same cells of another data set of the publisher, and of another publisher.
    test.ingest(test.file("02-01-2026", HEADER + row("02-01-2026", "X2", 300), "other.csv"))
    (test.folder / "said.csv").write_text(
        "company,metric,product,period,value,unit,status,source,title,published_at\n"
        f"Own Chips,unit_shipments,X3,2024-Q1,9,{{chip}},estimate,A Paper,{TITLE},2026-01-01\n",
        encoding="utf-8")
    test.ingest(str(test.folder / "said.csv"))

    summary, errors = test.ingest(second, "--retract-vanished", "--dry-run")
    test.same("a dry run", ([2], 8), (test.retracted(summary), summary["accepted"]))
    test.same("a dry run says it", True, "retracts 2 statements" in errors)
    test.same("a dry run stores nothing", "200", test.units("2024-Q1", "--as-of", "2026-01-28")
              .get("X2 2024-Q1"))

    summary, _ = test.ingest(second, "--retract-vanished")
    test.same("the second vintage", ([2], 8), (test.retracted(summary), summary["accepted"]))
    test.same("before it", {"X1 2024-Q1": "100", "X2 2024-Q1": "300", "X2 2024-Q2": "250",
                            "X3 2024-Q1": "9"}, test.units("--as-of", "2026-03-05"))
    # The other data set's figure stands; only what the first vintage said is withdrawn.
    test.same("since then", {"X1 2024-Q1": "110", "X2 2024-Q1": "300", "X2 2024-Q2": "260",
                             "X2 Pro 2024-Q1": "200", "X3 2024-Q1": "9"}, test.units())
    history = test.store.ask("history", "own-chips", "unit_shipments", "2024-Q1")["rows"]
    test.same("withdrawn", [("2026-01-28", "200")],
              [(r["published_at"], r["value"]) for r in history if r["withdrawn"] and r["value"]])
    summary, _ = test.ingest(second, "--retract-vanished")
    test.same("a second time", ([0], 0, 6),
              (test.retracted(summary), summary["accepted"], summary["duplicates"]))
    # What was retracted comes back with a vintage that has it.
    third = test.file("04-01-2026", HEADER + row("04-01-2026", "X1", 120) +
                      row("04-01-2026", "X2", 210))
    summary, _ = test.ingest(third, "--retract-vanished", "--atomic")
    # X2 of the second quarter of both vintages, and X2 Pro, each with its computing power.
    test.same("the third vintage", ([6], 10), (test.retracted(summary), summary["accepted"]))
    test.same("as of the third", {"X1 2024-Q1": "120", "X2 2024-Q1": "210", "X3 2024-Q1": "9"},
              test.units())


def refusals(test: Test) -> None:
    good = HEADER + row("01-28-2026", "Y1", 1, maker="Y Chips") + row("01-28-2026", "Y2", 2,
                                                                     maker="Y Chips")
    test.ingest(test.file("y1", good, "y.csv"))
    spoilt = test.file("y2", HEADER + row("03-06-2026", "Y1", 1, maker="Y Chips") +
                       row("03-06-2026", "Y3", "many", maker="Y Chips"), "y.csv")
    summary, errors = test.ingest(spoilt, "--retract-vanished", code=65)
    test.same("a file with a refused row", [], test.retracted(summary))
    test.same("says why", True, "is retracted, since not all of it was taken" in errors)
    rejected = test.file("y3", HEADER + row("03-07-2026", "Y1", 1, maker="Y Chips") +
                         row("03-07-2026", "Y3", 2_000_000, maker="Y Chips"), "y.csv")
    summary, _ = test.ingest(rejected, "--retract-vanished", code=65)
    test.same("a file that the store refuses a row of", (1, []),
              (summary["rejected"], test.retracted(summary)))
    summary, errors = test.ingest(rejected, "--retract-vanished", "--atomic", code=65)
    test.same("all or nothing", 0, summary["accepted"])
    test.same("nothing was withdrawn", "2", test.units(company="y-chips").get("Y2 2024-Q1"))
    rates = test.folder / "rates.csv"
    rates.write_text("DATE,DEXCHUS\n2024-01-02,7.1\n2024-01-03,7.2\n", encoding="utf-8")
    _, errors = test.ingest(str(rates), "--retract-vanished", code=65)
    test.same("a file of several documents", True, "no_vintage" in errors)
    _, errors = test.ingest(test.file("y4", HEADER, "y.csv"), "--retract-vanished", code=65)
    test.same("a file that says nothing", True, "no_vintage" in errors)
    test.same("nothing was withdrawn by it", "2",
              test.units(company="y-chips").get("Y2 2024-Q1"))


def several_files_and_other_forms(test: Test) -> None:
    # In one run, the vintages in their order; the title is given, the names differ.
    old = test.file("z1", HEADER + row("01-28-2026", "Z1", 1, maker="Z Chips") +
                    row("01-28-2026", "Z2", 2, maker="Z Chips"), "z-january.csv")
    new = test.file("z2", HEADER + row("03-06-2026", "Z1", 1, maker="Z Chips"), "z-march.csv")
    summary, _ = test.ingest(old, new, "--title", "z.csv", "--retract-vanished")
    test.same("two files", [0, 2], test.retracted(summary))
    test.same("after both", {"Z1 2024-Q1": "1"}, test.units(company="z-chips"))
    # Owners, a stock at a day, and a counterparty by another name.
    header = ("company,metric,product,counterparty,counterparty_role,period,value,unit,currency,"
              "source,title,published_at\n")
    say = "A Paper,a table,"
    first = test.folder / "w1.csv"
    first.write_text(
        header + f"W,chip_units,W1,,,@2024-06-30,5,{{chip}},,{say}2026-01-01\n"
        f"W,chip_units,W2,,,@2024-06-30,6,{{chip}},,{say}2026-01-01\n"
        f"W,unit_purchases,W1,Alphabet; Nvidia,seller,2024-Q1,7,{{chip}},,{say}2026-01-01\n"
        f"W,capex,,,,2024-Q1,8,,USD,{say}2026-01-01\n", encoding="utf-8")
    second = test.folder / "w2.csv"
    second.write_text(
        header + f"W,chip_units,w1,,,@2024-06-30,5,{{chip}},,{say}2026-02-01\n"
        f"W,unit_purchases,W1,NVDA; Google,seller,2024-Q1,7,{{chip}},,{say}2026-02-01\n"
        f"W,capex,,,,2024-Q2,8,,USD,{say}2026-02-01\n", encoding="utf-8")
    test.ingest(str(first))
    summary, _ = test.ingest(str(second), "--retract-vanished")
    test.same("statements of other kinds", [2], test.retracted(summary))
    rows = [r for metric in ("chip_units", "unit_purchases", "capex")
            for r in test.store.ask("get", "w", metric)["rows"]]
    test.same("what stands", ["W1", "W1", ""], [r["product"] for r in rows])
    test.same("capex of the second quarter", "2024-Q2", rows[-1]["period"])


def names_that_passed_on(test: Test) -> None:
    for holder, days in (("older", ("--to", "2026-02-01")), ("newer", ("--from", "2026-02-02"))):
        test.store.ask("companies", "add", holder, "--name", f"The {holder} one")
        test.store.ask("companies", "alias", holder, "Passing Name", *days)
    files = []
    for day, rest in (("2026-01-15", ("U1", "U2")), ("2026-01-20", ("U1",))):
        path = test.folder / f"passing-{day}.csv"
        path.write_text("company,metric,product,period,value,unit,source,title,published_at\n" +
                        "".join(f"Passing Name,unit_shipments,{chip},2025-Q1,5,{{chip}},A Paper,"
                                f"passing,{day}\n" for chip in rest), encoding="utf-8")
        files.append(str(path))
    summary, _ = test.ingest(*files, "--retract-vanished")
    test.same("of a name that another one has now", [0, 1], test.retracted(summary))
    test.same("what its former holder has", {"U1 2025-Q1": "5"}, test.units(company="older"))
    test.same("what its holder has", {}, test.units(company="newer"))


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="capexdb-vanished-") as directory:
        (Path(directory) / "files").mkdir()
        store = Store(Path(sys.argv[1]).resolve(), directory + "/store")
        test = Test(store, Path(directory) / "files")
        try:
            vintages(test)
            refusals(test)
            several_files_and_other_forms(test)
            names_that_passed_on(test)
        finally:
            code = store.stop()
        test.same("capexd's exit", 0, code)
    print(f"{test.faults} faults")
    return 1 if test.faults else 0


if __name__ == "__main__":
    sys.exit(main())
