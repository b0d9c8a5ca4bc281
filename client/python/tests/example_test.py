"""The examples as their readers run them; capexd is killed under the scraper."""

import os
import runpy
import subprocess
import sys
import tempfile
import unittest
from decimal import Decimal
from pathlib import Path

from capexdb import Client
from capexdb._core.answers import row_of
from capexdb.answer import Row
from capexdb.feed import CellChange
from capexdb.terms import Meaning
from capexdb.v1.query_pb2 import QueryRow

from .support import ROOT, Daemon

COUNT = 15_000


def cell(before: str | None, after: str | None, *meanings: Meaning,
         percent: str | None = None) -> CellChange:

    def row(value: str | None) -> Row | None:
        return None if value is None else row_of(QueryRow(company="a", value=value))

    return CellChange(meanings or (Meaning.REVISION,), row_of(QueryRow(company="a")), row(before),
                      row(after), None if percent is None else Decimal(percent))


class RevisionsTest(unittest.TestCase):

    def test_which_cells_it_tells_of(self) -> None:
        example = runpy.run_path(str(ROOT / "examples" / "revisions.py"))
        large = [cell("100000000", "105000040", percent="5"), cell("-100", "-94", percent="6"),
                 cell("100", "94.9", Meaning.REVISION, Meaning.BECAME_ACTUAL, percent="-5.1"),
                 cell("0", "0.1"), cell("0", "-7"), cell("1", "9" * 38)]
        small = [cell("100", "105", percent="5"), cell("100", "95", percent="-5"),
                 cell("100000000", "104999960", percent="5"), cell("0", "0"),
                 cell("1", None), cell(None, "1"), cell("", "1"), cell("1", ""),
                 cell("1", "2", Meaning.FIRST_PRINT, percent="100"),
                 cell("1", "2", Meaning.BECAME_ACTUAL, percent="100")]  # yapf: disable
        self.assertEqual([example["is_large"](one) for one in large], [True] * len(large))
        self.assertEqual([example["is_large"](one) for one in small], [False] * len(small))
        self.assertIn("0 -> -7  (from 0), ", example["told"](large[4]))


class ExampleTest(unittest.TestCase):

    def test_scraper(self) -> None:
        daemon = Daemon()
        self.addCleanup(daemon.close)
        with tempfile.TemporaryDirectory() as scratch:
            # A pipe, so that the page can break off until the daemon is there again.
            page = Path(scratch) / "page.csv"
            os.mkfifo(page)
            scraper = subprocess.Popen(
                [sys.executable, "-B", str(ROOT / "examples" / "scraper.py"), str(page),
                 daemon.server], stdout=subprocess.PIPE, text=True,
                env={**os.environ, "PYTHONPATH": str(ROOT)})  # yapf: disable
            self.addCleanup(scraper.kill)
            with page.open("w", encoding="utf-8") as lines:
                lines.write("company,period,figure,currency,published\n")
                for i in range(COUNT):
                    if i in (COUNT // 3, COUNT // 2):
                        lines.flush()
                        daemon.restart()
                    lines.write(f"Scraped Co,2024-H1,{i},USD,2024-08-26\n")
                lines.write("Scraped Co,2024-H1,7bn,USD,2024-08-26\n")
            printed, _ = scraper.communicate(timeout=60)
        lines_printed = printed.splitlines()
        self.assertEqual(scraper.returncode, 1)
        self.assertEqual(lines_printed[0], "record 0: accepted: new_company: subject.name: "
                         "catalogued as new: scraped-co")
        self.assertRegex(lines_printed[1], f"^record {COUNT}: rejected: bad_number: value: .*'7bn'")
        self.assertRegex(lines_printed[2], f"^accepted {COUNT}, duplicate 0, rejected 1, sequence ")
        with Client.connect(daemon.server) as client:
            history = client.history("scraped co", "capex", limit=1_000_000)
            self.assertEqual(sorted(int(row.value or 0) for row in history), list(range(COUNT)))


if __name__ == "__main__":
    unittest.main()
