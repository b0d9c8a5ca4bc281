#!/usr/bin/env python3
"""What `cmake --install` gives to other projects, beside what docs/client.md shows.

usage: install_test.py BUILD CMAKE CXX
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from store_process import Store

EXPECTED = [
    "bin/capex", "bin/capexd", "etc/capexdb/capexd.toml", "share/capexdb/catalog.toml",
    "share/capexdb/proto/capexdb/v1/event.proto", "include/capexdb/client.h",
    "include/capexdb/notation.h", "include/capexdb/subscription.h", "include/capexdb/v1/envelope.pb.h",
    "include/capexdb/detail/proto/model/query.h",
]  # yapf: disable

PROGRAM = """
#include <iostream>
#include "capexdb/client.h"
#include "capexdb/notation.h"
int main() {
  const auto read = capexdb::parse_quantity("~23bn");
  const auto period = capexdb::parse_fiscal_period("FY2025-Q1", "01-last-sunday");
  std::cout << read->quantity.value() << ' ' << capexdb::period_to_string(*period) << '\\n';
  auto client = capexdb::Client::connect({.server = "127.0.0.1:1"}, capexdb::after({}));
  return client && client->query({.select = {"alibaba"}, .metric = "capex"}, {}) ? 1 : 0;
}
"""

PROJECT = """
cmake_minimum_required(VERSION 3.25)
project(other LANGUAGES CXX)
find_package(capexdb {version} REQUIRED)
if(NOT EXISTS ${{capexdb_PROTO_DIR}}/capexdb/v1/event.proto)
  message(FATAL_ERROR "no event.proto in ${{capexdb_PROTO_DIR}}")
endif()
"""


def run(*command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          check=False, **options)


def must(*command, **options):
    done = run(*command, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def check_files(prefix: Path) -> None:
    missing = [name for name in EXPECTED if not (prefix / name).exists()]
    if missing:
        sys.exit(f"not installed: {missing}")
    unit = (prefix / "lib/systemd/system/capexd.service").read_text(encoding="utf-8")
    if f"ExecStart={prefix}/bin/capexd\n" not in unit:
        sys.exit(f"the unit starts another program:\n{unit}")


def check_versions(prefix: Path, directory: Path, cmake: str) -> None:
    for version, good in (("0.1", True), ("0.1.0", True), ("0.2", False), ("1.0", False)):
        project = directory / f"other-{version}"
        project.mkdir()
        (project / "CMakeLists.txt").write_text(PROJECT.format(version=version), encoding="utf-8")
        done = run(cmake, "-S", project, "-B", project / "build", f"-DCMAKE_PREFIX_PATH={prefix}")
        if (done.returncode == 0) != good:
            sys.exit(f"find_package(capexdb {version}):\n{done.stdout}{done.stderr}")


def check_pkg_config(prefix: Path, directory: Path, compiler: str) -> None:
    """Moves the prefix too: nothing in it may name where it was."""
    moved = directory / "moved"
    prefix.rename(moved)
    (pc_file,) = moved.rglob("capexdb.pc")
    source = directory / "program.cc"
    source.write_text(PROGRAM, encoding="utf-8")
    flags = must("pkg-config", "--cflags", "--libs", pc_file).split()
    must(compiler, "-std=c++20", "-Wall", "-Wextra", "-Werror", source, "-o", directory / "program",
         *flags)
    printed = must(directory / "program")
    if printed != "23000000000 2024-01-29/2024-04-28\n":
        sys.exit(f"the program printed {printed!r}")


# A shipment has two cells, of which one changes by more than 5 %; a size that rounding would
# take for 5 % and no more; one that is 5 %; one from zero.
REVISIONS = """
shipment 2025-01-01 1000 1000000
shipment 2025-02-01 1010 1200000
capex 2025-01-01 Large 100000000
capex 2025-02-01 Large 105000040
capex 2025-01-01 Even 100
capex 2025-02-01 Even 105
capex 2025-01-01 Zero 0
capex 2025-02-01 Zero 7
"""

TOLD = """\
nvidia shipment_value 2024: 1000000 USD (Gazette 2025-01-01) -> 1200000 USD (Gazette 2025-02-01), 20 %
large capex 2024: 100000000 USD (Gazette 2025-01-01) -> 105000040 USD (Gazette 2025-02-01), 5 %
zero capex 2024: 0 USD (Gazette 2025-01-01) -> 7 USD (Gazette 2025-02-01), from 0
"""


def event_of(line: str) -> dict:
    kind, day, *rest = line.split()
    event = {"source": {"publisher": "Gazette"}, "published_at": day, "status": "STATUS_ACTUAL"}
    period = {"label": "2024"}
    if kind == "capex":
        event["capex"] = {"subject": {"name": rest[0]}, "period": period,
                          "amount": {"value": rest[1], "currency": "USD"}}
        return event
    event["chip_shipment"] = {
        "subject": {"name": "Nvidia"}, "counterparties": [{"party": {"name": "Alibaba"}}],
        "product": "H20", "period": period, "units": {"value": rest[0], "unit": "units"},
        "value": {"value": rest[1], "currency": "USD"}}
    return event


def check_revisions(prefix: Path, directory: Path, compiler: str) -> None:
    """The example of the page tells of what it says it tells of."""
    (pc_file,) = prefix.rglob("capexdb.pc")
    source = Path(__file__).resolve().parents[2] / "docs/examples/cpp-revisions/revisions.cc"
    flags = must("pkg-config", "--cflags", "--libs", pc_file).split()
    must(compiler, "-std=c++20", source, "-o", directory / "revisions", *flags)
    events = directory / "events.jsonl"
    lines = [json.dumps(event_of(line)) for line in REVISIONS.split("\n") if line]
    events.write_text("\n".join(lines) + "\n", encoding="utf-8")
    store = Store(prefix / "bin", str(directory / "store"))
    store.ask("ingest", str(events))
    told = must(directory / "revisions", store.server, directory / "position", "--once")
    store.stop()
    if told != TOLD:
        sys.exit(f"the example told:\n{told}")


def main() -> int:
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        return 2
    build, cmake, compiler = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="capexdb-install-") as name:
        directory = Path(name)
        prefix = directory / "usr"
        must(cmake, "--install", build, "--prefix", prefix)
        check_files(prefix)
        check_versions(prefix, directory, cmake)
        check_revisions(prefix, directory, compiler)
        check_pkg_config(prefix, directory, compiler)
    return 0


if __name__ == "__main__":
    sys.exit(main())
