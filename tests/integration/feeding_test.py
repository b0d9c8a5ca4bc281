#!/usr/bin/env python3
"""Two scrapers feed the same files at once, in opposite orders and twice, while the
daemon and one of them are killed: the store is that of one quiet pass.

usage: feeding_test.py REPOSITORY BIN [SEED]

Published files are fed too where they lie ($CAPEXDB_REAL_DATA, else
../shared/data/real beside the repository).
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from store_process import Daemon

HEADER = "company,metric,period,value,currency,source,published_at\n"
KILLS = 4


def own_files(folder: Path) -> list[Path]:
    """Overlapping ones: the second half of each is the first of the next."""
    lines = [f"Own Chips {i % 300},{('capex', 'revenue')[i % 2]},2024-01-01/2024-{1 + i % 12:02d}-28,"
             f"{1000 + i},USD,Gazette {i // 500},2025-{1 + i % 12:02d}-01\n" for i in range(16_000)]
    paths = []
    for number in range(3):
        path = folder / f"own-{number}.csv"
        path.write_text(HEADER + "".join(lines[number * 4000:number * 4000 + 8000]), "utf-8")
        paths.append(path)
    return paths


def real_files(repository: Path) -> list[Path]:
    data = Path(os.environ.get("CAPEXDB_REAL_DATA") or repository / "../shared/data/real")
    names = ("companyfacts-2026-07-24/NVDA.json", "companyfacts-2026-08/MSFT.json",
             "companyfacts-2026-07-24/MSFT.json", "companyfacts-2026-07-24/DELL.json",
             "fx/dexchus-2025.csv", "fsds/20250701-daily.zip")
    return [data / name for name in names if (data / name).exists()]


class Scraper(threading.Thread):
    """Feeds files one by one, and starts a run again that was killed."""

    def __init__(self, daemon: Daemon, producer: str, paths: list[Path]):
        super().__init__()
        self.daemon_process = daemon
        self.producer = producer
        self.paths = paths
        self.current: subprocess.Popen | None = None
        self.codes: set[int] = set()

    def run(self) -> None:
        for path in self.paths:
            while True:
                self.current = subprocess.Popen(
                    [str(self.daemon_process.binaries / "capex"), "ingest", str(path),
                     "--producer", self.producer, "--batch", "40", "--server",
                     self.daemon_process.server],
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                code = self.current.wait()
                # Killed, or started while nobody served.
                if code not in (-signal.SIGKILL, 69):
                    break
                time.sleep(0.02)
            self.codes.add(code)


def quiet_pass(binaries: Path, directory: str, paths: list[Path]) -> str:
    daemon = Daemon(binaries, directory)
    scraper = Scraper(daemon, "quiet", paths)
    scraper.start()
    scraper.join()
    assert scraper.codes == {0}, scraper.codes
    return daemon.stop()


def storm(binaries: Path, directory: str, paths: list[Path], dice: random.Random) -> str:
    daemon = Daemon(binaries, directory)
    scrapers = [Scraper(daemon, "one", paths + paths), Scraper(daemon, "two", paths[::-1] * 2)]
    for scraper in scrapers:
        scraper.start()
    for _ in range(KILLS):
        time.sleep(dice.uniform(0.2, 0.8))
        daemon.kill()
        daemon.start()
        victim = dice.choice(scrapers).current
        time.sleep(dice.uniform(0.1, 0.5))
        if victim is not None:
            victim.send_signal(signal.SIGKILL)
    for scraper in scrapers:
        scraper.join()
        assert scraper.codes == {0}, scraper.codes
    return daemon.stop()


def main() -> int:
    repository, binaries = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    print(f"seed {seed}")
    with tempfile.TemporaryDirectory(prefix="capexdb-feeding-") as scratch:
        folder = Path(scratch)
        paths = own_files(folder) + real_files(repository)
        wanted = quiet_pass(binaries, str(folder / "quiet"), paths)
        got = storm(binaries, str(folder / "storm"), paths, random.Random(seed))
    if wanted == got:
        print(f"{len(paths)} files, {len(wanted.splitlines())} statements: the same")
        return 0
    for one, other in zip(wanted.splitlines(), got.splitlines()):
        if one != other:
            print(f"the first that differs:\n  {one}\n  {other}")
            break
    print(f"{len(wanted.splitlines())} statements wanted, got {len(got.splitlines())}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
