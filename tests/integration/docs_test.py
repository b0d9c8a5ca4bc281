#!/usr/bin/env python3
"""Runs the commands that a page shows and compares what they print.

usage: docs_test.py [--rewrite] PAGE BIN

How a page shows a command is said in shown_commands.py; what it prints includes
standard error. All of them run in one shell in the repository's root, with BIN
in front of PATH, on a port and a directory of the test's own in place of
127.0.0.1:7411 and /tmp/capexdb, with the build that BIN is of in place of build/release. --rewrite puts what was printed into the page.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from shown_commands import blocks, free_port, settle

SECONDS_MAX = 240


def run(commands: list[str], binaries: Path, root: Path) -> list[list[str]]:
    """What each command prints, in one shell."""
    with tempfile.TemporaryDirectory(prefix="capexdb-docs-") as directory:
        address = f"127.0.0.1:{free_port()}"
        stop = "@@end@@"
        script = ["exec 2>&1", "trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT"]
        for command in commands:
            own = command.replace("127.0.0.1:7411", address)
            own = own.replace("build/release", os.path.relpath(binaries.parent, root))
            script += [own.replace("/tmp/capexdb", f"{directory}/store"), f"echo; echo {stop}"]
        environment = dict(os.environ, CAPEXDB_SERVER=address, LC_ALL="C.UTF-8", COLUMNS="100",
                           PATH=f"{binaries}:{os.environ['PATH']}")
        shell = subprocess.run(["bash", "-c", "\n".join(script)], cwd=root, env=environment,
                               stdin=subprocess.DEVNULL, capture_output=True, text=True,
                               timeout=SECONDS_MAX, check=False)
        text = shell.stdout.replace(address, "127.0.0.1:7411")
        text = text.replace(f"{directory}/store", "/tmp/capexdb")
        # The daemon's log is no answer.
        text = re.sub(r"^20\d\d-\d\d-\d\dT\S+ \w+ \S.*\n", "", text, flags=re.MULTILINE)
        printed = text.split(stop + "\n")[:len(commands)]
        if len(printed) < len(commands):
            sys.exit(f"the shell ended after {len(printed)} commands:\n{shell.stdout}")
        return [part.strip("\n").splitlines() for part in printed]


def main() -> int:
    rewrite = "--rewrite" in sys.argv
    arguments = [a for a in sys.argv[1:] if a != "--rewrite"]
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    page, binaries = Path(arguments[0]).resolve(), Path(arguments[1]).resolve()
    root = Path(__file__).resolve().parents[2]
    lines = page.read_text(encoding="utf-8").splitlines()
    found = list(blocks(lines))
    if not found:
        sys.exit(f"{page} shows no command")
    printed = run([command for _, command, _ in found], binaries, root)
    faults = settle(page, lines, found, printed, rewrite)
    print(f"{len(found)} commands, {faults} print something else")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
