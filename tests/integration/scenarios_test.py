#!/usr/bin/env python3
"""Asks a capexd what the scenarios ask, and compares its answers with theirs.

usage: scenarios_test.py [--rewrite] DIRECTORY BIN [NAME...]

A scenario is a text file: a title, what it shows, the line 'Data: FILE, ...', and
commands as in shown_commands.py. Its files lie in DIRECTORY/data or, with a slash in
their names, in the repository. Each scenario has a capexd and a store of its own with
these files in it, in their order, and one shell for its commands. Lines that go to
standard error are marked with '! '; an exit code that is not 0 is the last line,
'[exit 1]'. --rewrite puts what was printed into the files: read it before you
commit it. With NAMEs only the scenarios whose file names begin with one.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from shown_commands import blocks, settle

SECONDS_MAX = 60


class Store:
    """A capexd of a scenario's own."""

    def __init__(self, binaries: Path, directory: Path):
        self.process = subprocess.Popen(
            [binaries / "capexd", "--data-dir", directory, "--listen", "127.0.0.1:0"],
            stderr=subprocess.DEVNULL)
        give_up = time.monotonic() + SECONDS_MAX
        while time.monotonic() < give_up and self.process.poll() is None:
            if (directory / "endpoint").exists():
                for line in (directory / "endpoint").read_text(encoding="utf-8").splitlines():
                    kind, self.address = line.split()
                    if kind == "tcp":
                        return
            time.sleep(0.01)
        sys.exit("capexd does not serve")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(SECONDS_MAX)


def data_files(page: Path, lines: list[str], root: Path) -> list[Path]:
    named = [line.removeprefix("Data: ") for line in lines if line.startswith("Data: ")]
    if len(named) != 1:
        sys.exit(f"{page.name}: wants one line 'Data: FILE, ...', has {len(named)}")
    return [root / name if "/" in name else page.parent / "data" / name
            for name in named[0].split(", ")]


def run(commands: list[str], environment: dict, root: Path, directory: Path) -> list[list[str]]:
    """What each command prints, standard error marked, and its exit code."""
    script = []
    for index, command in enumerate(commands):
        script += [f"{{ {command}\n}} >{directory}/{index}.out 2>{directory}/{index}.err",
                   f"echo $? >{directory}/{index}.code"]
    subprocess.run(["bash", "-c", "\n".join(script)], cwd=root, env=environment,
                   stdin=subprocess.DEVNULL, timeout=SECONDS_MAX, check=True)
    printed = []
    for index in range(len(commands)):
        read = {kind: (directory / f"{index}.{kind}").read_text(encoding="utf-8").splitlines()
                for kind in ("out", "err", "code")}
        lines = read["out"] + ["! " + line for line in read["err"]]
        if read["code"] != ["0"]:
            lines.append(f"[exit {read['code'][0]}]")
        printed.append(lines)
    return printed


def play(page: Path, binaries: Path, root: Path, rewrite: bool) -> tuple[int, int]:
    """How many commands a scenario has, and how many print something else."""
    lines = page.read_text(encoding="utf-8").splitlines()
    found = list(blocks(lines))
    if not found:
        sys.exit(f"{page.name} shows no command")
    with tempfile.TemporaryDirectory(prefix="capexdb-scenario-") as name:
        with Store(binaries, Path(name) / "store") as store:
            environment = dict(os.environ, CAPEXDB_SERVER=store.address, LC_ALL="C.UTF-8",
                               PATH=f"{binaries}:{os.environ['PATH']}")
            environment.pop("COLUMNS", None)
            for file in data_files(page, lines, root):
                ingested = subprocess.run(["capex", "ingest", file], env=environment, check=False,
                                          capture_output=True, text=True, timeout=SECONDS_MAX)
                if ingested.returncode != 0:
                    sys.exit(f"{page.name}: {file.name} is refused:\n{ingested.stderr}")
            printed = run([command for _, command, _ in found], environment, root, Path(name))
    return len(found), settle(page, lines, found, printed, rewrite)


def main() -> int:
    rewrite = "--rewrite" in sys.argv
    arguments = [a for a in sys.argv[1:] if a != "--rewrite"]
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    directory, binaries = Path(arguments[0]).resolve(), Path(arguments[1]).resolve()
    names = tuple(arguments[2:])
    root = Path(__file__).resolve().parents[2]
    pages = [page for page in sorted(directory.glob("*.txt"))
             if not names or page.name.startswith(names)]
    if not pages:
        sys.exit(f"no scenario in {directory}")
    commands = faults = 0
    for page in pages:
        more, wrong = play(page, binaries, root, rewrite)
        commands += more
        faults += wrong
    print(f"{len(pages)} scenarios, {commands} commands, {faults} print something else")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
