#!/usr/bin/env python3
"""Runs the commands that a page shows and compares what they print.

usage: docs_test.py [--rewrite] PAGE BIN

A command is an indented line that begins with '$ ', with the lines that follow
a '\\' at its end; the indented lines below it are what it prints, standard
error included. All of them run in one shell in the repository's root, with BIN
in front of PATH, on a port and a directory of the test's own in place of
127.0.0.1:7411 and /tmp/capexdb. --rewrite puts what was printed into the page.
"""

import difflib
import os
import re
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

INDENT = "    "
PROMPT = INDENT + "$ "
SECONDS_MAX = 120


def blocks(lines: list[str]):
    """(index behind the command, command, what the page says it prints)."""
    index = 0
    while index < len(lines):
        if not lines[index].startswith(PROMPT):
            index += 1
            continue
        command = [lines[index][len(PROMPT):]]
        index += 1
        while command[-1].endswith("\\"):
            command.append(lines[index].removeprefix(INDENT))
            index += 1
        begin = index
        while (index < len(lines) and lines[index].startswith(INDENT) and
               not lines[index].startswith(PROMPT)):
            index += 1
        yield begin, "\n".join(command), [line.removeprefix(INDENT) for line in lines[begin:index]]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def run(commands: list[str], binaries: Path, root: Path) -> list[list[str]]:
    """What each command prints, in one shell."""
    with tempfile.TemporaryDirectory(prefix="capexdb-docs-") as directory:
        address = f"127.0.0.1:{free_port()}"
        stop = "@@end@@"
        script = ["exec 2>&1", "trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT"]
        for command in commands:
            own = command.replace("127.0.0.1:7411", address)
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
    printed = run([command for _, command, _ in found], binaries, root)
    if rewrite:
        for (begin, _, wanted), got in reversed(list(zip(found, printed))):
            lines[begin:begin + len(wanted)] = [(INDENT + line).rstrip() for line in got]
        page.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return 0
    faults = 0
    for (begin, command, wanted), got in zip(found, printed):
        got = [line.rstrip() for line in got]
        if got != wanted:
            faults += 1
            print(f"{page.name}:{begin}: $ {command}")
            print("\n".join(difflib.unified_diff(wanted, got, "page", "printed", lineterm="")))
    print(f"{len(found)} commands, {faults} print something else")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
