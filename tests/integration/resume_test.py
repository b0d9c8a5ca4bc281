#!/usr/bin/env python3
"""An ingest that was cut off goes on where it stopped, and doubles nothing.

usage: resume_test.py BIN
"""

import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from store_process import Checks, Store

HEADER = "company,metric,period,value,currency,source,published_at\n"
ROWS = 60_000


def rows(first: int, count: int) -> str:
    return "".join(f"Chips {i % 500},capex,2024-01-01/2024-{1 + i // 500 % 12:02d}-28,{1000 + i},"
                   f"USD,Gazette {i // 6000},2025-02-01\n" for i in range(first, first + count))


class Test(Checks):
    def __init__(self, binaries: Path, store: Store, folder: Path):
        super().__init__()
        self.binaries = binaries
        self.store = store
        self.folder = folder

    def file(self, name: str, text: str) -> str:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def sequence(self) -> int:
        return self.store.ask("status")["sequence"]

    def cut_off(self, file: str, producer: str, by: int, *words: str) -> int:
        """Starts an ingest and ends it once a part is stored; its exit code."""
        before = self.sequence()
        process = subprocess.Popen(
            [str(self.binaries / "capex"), "ingest", file, "--producer", producer, "--batch", "50",
             "--server", self.store.server, *words],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None and self.sequence() < before + 2000:
            time.sleep(0.005)
        process.send_signal(by)
        return process.wait(timeout=60)

    def ingest(self, file: str, producer: str, *words: str) -> tuple[dict, str]:
        done = self.store.run("ingest", file, "--producer", producer, *words)
        return json.loads(done.stdout), done.stderr


def killed(test: Test) -> None:
    file = test.file("killed.csv", HEADER + rows(0, ROWS))
    test.same("killed", -signal.SIGKILL, test.cut_off(file, "one", signal.SIGKILL))
    summary, messages = test.ingest(file, "one")
    test.same("it says so", True, "going on behind record" in messages)
    test.same("nothing twice", 0, summary["duplicates"])
    test.same("not from the beginning", True, 0 < summary["accepted"] < ROWS)
    # Once it was read to its end, the file counts as a new one.
    summary, messages = test.ingest(file, "one")
    test.same("all of it again", (0, ROWS), (summary["accepted"], summary["duplicates"]))
    test.same("and nothing to say", False, "going on" in messages)


def interrupted(test: Test) -> None:
    bad = "Chips 1,capex,never,1,USD,Gazette,2025-02-01\n"
    file = test.file("interrupted.csv", HEADER + bad + rows(100_000, ROWS) + bad)
    rejects = str(test.folder / "rejects.csv")
    verdicts = str(test.folder / "verdicts.jsonl")
    files = ("--rejects", rejects, "--verdicts", verdicts)
    test.same("interrupted", 130, test.cut_off(file, "two", signal.SIGINT, *files))
    summary, messages = test.ingest(file, "two", *files)
    test.same("it says so", True, "going on behind record" in messages)
    test.same("nothing twice", 0, summary["duplicates"])
    test.same("rejects of both runs", HEADER + bad + bad, Path(rejects).read_text("utf-8"))
    told = [json.loads(line) for line in Path(verdicts).read_text("utf-8").splitlines()]
    test.same("one verdict for each record", ROWS + 2, len({v["line"] for v in told}))
    lines = {v["sequence"]: v["line"] for v in told if v["outcome"] == "accepted"}
    test.same("of which each has its sequence", ROWS, len(lines))
    for sequence in (min(lines), max(lines)):
        shown = test.store.ask("show", str(sequence))["event"]["origin"]["line"]
        test.same("that is the record's", lines[sequence], shown)


def changed(test: Test) -> None:
    file = test.file("changed.csv", HEADER + rows(200_000, ROWS))
    test.cut_off(file, "three", signal.SIGKILL)
    test.file("changed.csv", HEADER + rows(300_000, 10) + rows(200_010, ROWS - 10))
    summary, messages = test.ingest(file, "three")
    test.same("it says so", True, "has changed since it was interrupted" in messages)
    test.same("every record is sent", ROWS, summary["accepted"] + summary["duplicates"])


def shortened(test: Test) -> None:
    file = test.file("short.csv", HEADER + rows(400_000, ROWS))
    test.cut_off(file, "four", signal.SIGKILL)
    test.file("short.csv", HEADER + rows(400_000, 5))
    summary, _ = test.ingest(file, "four")
    test.same("every record is sent", (0, 5), (summary["accepted"], summary["duplicates"]))


def other_file(test: Test) -> None:
    first = test.file("first.csv", HEADER + rows(500_000, ROWS))
    second = test.file("second.csv", HEADER + rows(600_000, 20))
    test.cut_off(first, "five", signal.SIGKILL)
    summary, messages = test.ingest(second, "five")
    test.same("another file is read whole", 20, summary["accepted"])
    test.same("and says nothing", "", messages)


def main() -> int:
    binaries = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        store = Store(binaries, str(folder / "data"))
        try:
            test = Test(binaries, store, folder)
            for part in (killed, interrupted, changed, shortened, other_file):
                part(test)
        finally:
            code = store.stop()
        test.same("capexd stops", 0, code)
        checked = subprocess.run([str(binaries / "capexd"), "check", "--data-dir",
                                  str(folder / "data")], capture_output=True, check=False)
        test.same("check", 0, checked.returncode)
    print(f"{test.faults} faults")
    return 1 if test.faults else 0


if __name__ == "__main__":
    sys.exit(main())
