"""Commands as pages show them, and what they print.

A command is an indented line that begins with '$ ', with the lines that follow a
'\\' at its end. The indented lines below it are what it prints; blank lines belong
to them when another such line follows.
"""

import difflib
import socket
from pathlib import Path

INDENT = "    "
PROMPT = INDENT + "$ "


def is_output(lines: list[str], index: int) -> bool:
    while index < len(lines) and not lines[index].strip():
        index += 1
    return (index < len(lines) and lines[index].startswith(INDENT) and
            not lines[index].startswith(PROMPT))


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
        while is_output(lines, index):
            index += 1
        yield begin, "\n".join(command), [line.removeprefix(INDENT) for line in lines[begin:index]]


def settle(page: Path, lines: list[str], found: list, printed: list[list[str]],
           rewrite: bool) -> int:
    """Compares what each command printed with the page, or puts it there; the faults."""
    printed = [[line.rstrip() for line in got] for got in printed]
    if rewrite:
        for (begin, _, wanted), got in reversed(list(zip(found, printed))):
            lines[begin:begin + len(wanted)] = [(INDENT + line).rstrip() for line in got]
        page.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return 0
    faults = 0
    for (begin, command, wanted), got in zip(found, printed):
        if got != wanted:
            faults += 1
            print(f"{page.name}:{begin}: $ {command}")
            print("\n".join(difflib.unified_diff(wanted, got, "page", "printed", lineterm="")))
    return faults


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
