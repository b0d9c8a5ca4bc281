#!/usr/bin/env python3
"""Checks the rules of the tree that no compiler checks.

usage: tidy.py ROOT     prints one line per fault, exits 1 if there is any

Each check is a function of the root that yields Fault values; the table of who
may include whom is RULES, the same as in docs/architecture.md.
"""

import re
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterator, NamedTuple

COLUMNS_MAX = 100


class Fault(NamedTuple):
    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True)
class Module:
    """A folder and what its files may include, beside the standard library."""

    name: str  # path prefix of its files; the longest one counts
    modules: frozenset  # path prefixes, or single files, of the tree
    generated: frozenset = frozenset()  # capexdb/v1/event ...
    libraries: frozenset = frozenset()
    source_libraries: frozenset = field(default_factory=frozenset)  # only in .cc files


def module(name, modules, generated=(), libraries=(), source_libraries=()):
    return Module(name, frozenset(modules), frozenset(generated), frozenset(libraries),
                  frozenset(source_libraries))


V1 = ("capexdb/v1/event", "capexdb/v1/feed", "capexdb/v1/ingest", "capexdb/v1/query",
      "capexdb/v1/envelope")
EVENT = ("capexdb/v1/event",)
INGEST = ("capexdb/v1/event", "capexdb/v1/ingest")

RULES = [
    module("proto/model", ["proto/model"], libraries=["expected", "xxhash"],
           source_libraries=["multiprecision"]),
    module("proto/codec", ["proto/model", "proto/codec"], EVENT, ["expected", "protobuf"]),
    module("proto/wire", ["proto/model", "proto/codec", "proto/wire"], V1, ["protobuf"]),
    module("storage", ["proto/model", "proto/codec", "proto/wire", "storage", "storage/rocks"],
           INGEST + ("capexdb/v1/feed", "capexdb/disk/v1/log"), ["expected", "xxhash", "protobuf"],
           ["rocksdb", "nlohmann"]),
    module("storage/rocks", ["proto/model", "proto/codec", "storage", "storage/rocks"],
           INGEST + ("capexdb/v1/feed", "capexdb/disk/v1/log"), ["expected", "xxhash", "protobuf", "rocksdb"]),
    module("daemon",
           ["proto/model", "proto/codec", "proto/wire", "daemon", "storage/catalogue.h",
            "storage/commit_queue.h", "storage/event_store.h", "storage/inspect.h",
            "storage/load.h", "storage/trial.h", "storage/read_view.h", "storage/query/engine.h",
            "storage/feed/effects.h", "storage/feed/feed_filter.h", "storage/feed/replay.h",
            "storage/feed/retention.h", "storage/feed/segment.h"],
           V1 + ("capexdb/internal/v1/raw",),
           ["asio", "spdlog", "fmt", "toml++", "cli11", "protobuf"]),
    module("client", ["proto/model", "proto/codec", "proto/wire", "client", "client/include"], V1,
           ["asio", "protobuf"]),
    module("client/include", ["proto/model", "client/include"], V1),
    module("client/notation",
           ["proto/model", "client/notation", "client/include/capexdb/notation.h"], EVENT),
    module("client/importers",
           ["proto/model", "proto/codec", "client/importers", "client/include/capexdb/notation.h"],
           V1, ["nlohmann", "protobuf"], ["libzip"]),
    module("client/cli",
           ["proto/model", "client/include", "client/importers/importer.h", "client/cli"], V1,
           ["cli11", "nlohmann", "fmt"]),
]

LIBRARIES = [
    ("google/protobuf/", "protobuf"), ("rocksdb/", "rocksdb"), ("boost/asio", "asio"),
    ("boost/multiprecision/", "multiprecision"), ("boost/", "boost"), ("spdlog/", "spdlog"),
    ("fmt/", "fmt"), ("toml++/", "toml++"), ("CLI/", "cli11"), ("nlohmann/", "nlohmann"),
    ("tl/", "expected"), ("xxhash.h", "xxhash"), ("zip.h", "libzip"), ("gtest/", "gtest"),
    ("gmock/", "gmock"), ("benchmark/", "benchmark"),
]  # yapf: disable

SOURCE_FOLDERS = ("proto", "storage", "daemon", "client", "tests", "bench")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def sources(root: Path, *folders: str) -> Iterator[Path]:
    for folder in folders or SOURCE_FOLDERS:
        yield from sorted(p for p in (root / folder).rglob("*") if p.suffix in (".h", ".cc"))


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    return enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)


def starts_within(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(prefix + "/")


def rule_of(path: str) -> Module | None:
    found = [m for m in RULES if starts_within(path, m.name)]
    return max(found, key=lambda m: len(m.name), default=None)


def may_include_file(rule: Module, target: str) -> bool:
    """Whether a prefix covers it; a folder with a rule of its own must be named itself."""
    covering = [m for m in rule.modules if starts_within(target, m)]
    owner = rule_of(target)
    owner_length = len(owner.name) if owner else 0
    return any(len(prefix) >= owner_length for prefix in covering)


def fault_of_include(root: Path, path: str, bracket: str, name: str) -> str | None:
    rule = rule_of(path)
    if name.startswith(("../", "./")):
        return f'include "{name}" from the root of the repository'
    if re.match(r"capexdb/(v1|disk/v1|internal/v1)/", name):
        message = name.removesuffix(".pb.h")
        if rule and message not in rule.generated:
            return f"{rule.name} may not include the generated {name}"
        return None
    for prefix, library in LIBRARIES:
        if name.startswith(prefix):
            allowed = rule is None or library in rule.libraries or (
                library in rule.source_libraries and path.endswith(".cc"))
            return None if allowed else f"{rule.name} may not include {library} ({name})"
    if bracket == "<":
        if "/" not in name or name.startswith(("sys/", "netinet/", "arpa/")):
            return None  # the standard library and the system
        return f"<{name}> is no library of the project"
    target = name if not name.startswith("capexdb/") else f"client/include/{name}"
    if not (root / target).exists():
        return f'"{name}" is not a path from the root of the repository'
    if rule and not may_include_file(rule, target):
        return f"{rule.name} may not include {target}"
    return None


def check_includes(root: Path) -> Iterator[Fault]:
    for source in sources(root):
        path = str(source.relative_to(root))
        for number, line in numbered_lines(source):
            if match := INCLUDE.match(line):
                if message := fault_of_include(root, path, *match.groups()):
                    yield Fault(path, number, message)


def check_no_cycle(_: Path) -> Iterator[Fault]:
    """No module may include one that may include it."""
    edges = {m.name: {rule_of(t).name for t in m.modules} - {m.name} for m in RULES}
    edges["storage/rocks"].discard("storage")  # storage and its folder are one module
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> Iterator[Fault]:
        if name in trail:
            yield Fault("tests/tidy/tidy.py", 1, "cycle: " + " -> ".join((*trail, name)))
        elif name not in done:
            for target in sorted(edges[name]):
                yield from visit(target, (*trail, name))
            done.add(name)

    for name in sorted(edges):
        yield from visit(name, ())


FORBIDDEN = [
    (re.compile(r"\b(TODO|FIXME)\b(?! when )"), None,
     "say 'TODO when CONDITION: what', or do it"),
    (re.compile(r"\bstd::rand\b|\bsrand\("), None, "use <random> with a printed seed"),
    (re.compile(r"\busing\s+namespace\s+std\s*;"), None, "no 'using namespace std'"),
    (re.compile(r"\t"), None, "a tab"),
]


def check_words(root: Path) -> Iterator[Fault]:
    for source in sources(root):
        path = str(source.relative_to(root))
        for number, line in numbered_lines(source):
            for pattern, folder, message in FORBIDDEN:
                if (folder is None or starts_within(path, folder)) and pattern.search(line):
                    yield Fault(path, number, message)
            if len(line) > COLUMNS_MAX:
                yield Fault(path, number, f"{len(line)} columns; at most {COLUMNS_MAX}")


SLEEP = re.compile(r"\b(u?sleep|nanosleep|sleep_for|sleep_until)\s*\(")
POLL_LINES = 12  # so far above a sleep may stand the comment that says what is polled


def check_sleeps(root: Path) -> Iterator[Fault]:
    """A test may pause between two looks at a condition, but not hope for time to do."""
    for source in sources(root, "tests"):
        lines = [line for _, line in numbered_lines(source)]
        for index, line in enumerate(lines):
            above = lines[max(0, index - POLL_LINES):index + 1]
            if SLEEP.search(line) and not any(re.search("//.*poll", text) for text in above):
                yield Fault(str(source.relative_to(root)), index + 1,
                            "wait for a condition; where there is only polling, say so: // polls ...")


def check_tests_are_built(root: Path) -> Iterator[Fault]:
    lists = "\n".join(p.read_text(encoding="utf-8")
                      for p in sorted((root / "tests").rglob("CMakeLists.txt")))
    named = set(re.findall(r"[\w./-]+_test\.(?:cc|py)", lists))
    named = {Path(name).name for name in named}
    for pattern in ("*_test.cc", "*_test.py"):
        for test in sorted((root / "tests").rglob(pattern)):
            if test.name not in named:
                yield Fault(str(test.relative_to(root)), 1, "no CMakeLists.txt names this test")


LOOP_OVER_VALID = re.compile(r"\b(?:for|while)\s*\([^{}]*?\bValid\(\)", re.DOTALL)
STATUS_CHECK = re.compile(r"(?:->|\.)status\(\)")


def check_iterator_status(root: Path) -> Iterator[Fault]:
    """RocksDB's iterators end early on an error; only their status tells."""
    for source in sources(root, "storage"):
        text = source.read_text(encoding="utf-8")
        loops, checks = len(LOOP_OVER_VALID.findall(text)), len(STATUS_CHECK.findall(text))
        if loops > checks:
            yield Fault(str(source.relative_to(root)), 1,
                        f"{loops} loops over Valid() but only {checks} checks of status()")


def slug(name: str) -> str:
    """As proto/model/text.h: how names are compared."""
    kept = (c.lower() if c.isascii() and c.isalnum() or not c.isascii() else "-" for c in name)
    return re.sub("-+", "-", "".join(kept)).strip("-")


def check_catalogue(root: Path) -> Iterator[Fault]:
    path = root / "config/catalog.toml"
    if not path.exists():
        return
    catalogue = tomllib.loads(path.read_text(encoding="utf-8"))
    relative = str(path.relative_to(root))
    lines = path.read_text(encoding="utf-8").splitlines()

    def fault(name: str, message: str) -> Fault:
        at = (i for i, line in enumerate(lines, start=1) if f'"{name}"' in line)
        return Fault(relative, next(at, 1), message)

    parties = catalogue.get("company", []) + catalogue.get("group", [])
    for entries in (parties, catalogue.get("metric", []), catalogue.get("product", []),
                    catalogue.get("source", [])):
        owner: dict[str, str] = {}
        for entry in entries:
            id_ = entry.get("id", entry.get("name", ""))
            own = {slug(n) for n in [id_, entry.get("name", id_), *entry.get("aliases", []),
                                     *entry.get("tickers", []), *entry.get("tags", [])]}
            if entry.get("cik"):
                own.add(f"cik {entry['cik']}")
            for name in sorted(own):
                if name in owner:
                    yield fault(id_, f"'{name}' names both {owner[name]} and {id_}")
                owner[name] = id_
    ids = {entry["id"] for entry in parties}
    for party in parties:
        if party["id"] != slug(party["id"]):
            yield fault(party["id"], f"the id {party['id']} is not a slug")
        for member in party.get("members", []):
            if member not in ids:
                yield fault(member, f"the member {member} of {party['id']} is no party's id")


CHECKS = [check_includes, check_no_cycle, check_words, check_sleeps, check_tests_are_built,
          check_iterator_status, check_catalogue]  # yapf: disable


def faults(root: Path) -> list[Fault]:
    return [fault for check in CHECKS for fault in check(root)]


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    found = faults(Path(sys.argv[1]).resolve())
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
