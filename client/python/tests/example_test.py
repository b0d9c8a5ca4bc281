"""The example as its readers run it, while capexd is killed under it."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from capexdb import Client

from .support import ROOT, Daemon

COUNT = 15_000


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
