#!/usr/bin/env python3
"""The lines of `capex watch`: they are the log, and stay so when programs are killed.

usage: watch_test.py REPOSITORY BIN
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from store_process import Checks, Daemon, Store

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "client" / "python"))

from capexdb import Client  # noqa: E402
from capexdb.feed import Gap  # noqa: E402

HEADER = "company,metric,period,value,currency,source,published_at\n"
SECONDS_MAX = 120


def rows(source: str, count: int) -> str:
    return HEADER + "".join(f"Firm {i},capex,2024-Q1,{1000 + i},USD,{source},2025-02-01\n"
                            for i in range(count))


class Test(Checks):
    def __init__(self, repository: Path, binaries: Path, folder: Path):
        super().__init__()
        self.repository = repository
        self.binaries = binaries
        self.folder = folder

    def file(self, name: str, text: str) -> str:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def store(self, name: str) -> Store:
        return Store(self.binaries, str(self.folder / name))

    def capex(self, server: str, *words: str, **more) -> subprocess.Popen:
        return subprocess.Popen([str(self.binaries / "capex"), *words, "--server", server],
                                stdin=subprocess.DEVNULL, text=True, **more)

    def lines(self, server: str, *words: str) -> list[dict]:
        """What a watch that ends by itself writes."""
        watch = self.capex(server, "watch", *words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = watch.communicate(timeout=SECONDS_MAX)
        self.same(f"watch {words} ends well: {err}", 0, watch.returncode)
        return [json.loads(line) for line in out.splitlines()]


class File:
    """A watch that writes to a file."""

    def __init__(self, test: Test, server: str, *words: str):
        self.path = test.folder / f"watch-{random.random()}.jsonl"
        self.log = self.path.with_suffix(".err")
        with open(self.path, "wb") as out, open(self.log, "wb") as err:
            self.process = test.capex(server, "watch", "-o", "jsonl", *words, stdout=out,
                                      stderr=err)

    def sequences(self) -> list[int]:
        """Of the lines that are whole."""
        text = self.path.read_text(encoding="utf-8")
        return [json.loads(line)["sequence"] for line in text.split("\n")[:-1]]

    def wait_for(self, last: int) -> None:
        give_up = time.monotonic() + SECONDS_MAX
        while time.monotonic() < give_up and self.process.poll() is None:
            got = self.sequences()
            if got and got[-1] >= last:
                return
            time.sleep(0.02)

    def wait_until_caught_up(self) -> None:
        give_up = time.monotonic() + SECONDS_MAX
        while time.monotonic() < give_up and self.process.poll() is None:
            if "caught up" in self.log.read_text(encoding="utf-8"):
                return
            time.sleep(0.02)

    def end(self, by: int) -> int:
        self.process.send_signal(by)
        return self.process.wait(timeout=SECONDS_MAX)


def equals_the_log(test: Test) -> None:
    store = test.store("log")
    store.ask("ingest", str(test.repository / "data/founding.csv"))
    last = store.ask("status")["sequence"]
    got = test.lines(store.server, "--after", "begin", "--until-caught-up")
    test.same("every sequence", list(range(1, last + 1)), [line["sequence"] for line in got])
    for line in got:
        shown = store.ask("show", str(line["sequence"]))
        test.same("as it was recorded", {k: shown[k] for k in ("sequence", "recorded_at", "event")},
                  line)
    behind = test.lines(store.server, "--after", "50", "--until-caught-up")
    test.same("behind a sequence", got[50:], behind)
    cells = test.lines(store.server, "alibaba", "capex", "--after", "begin", "--cells",
                       "--until-caught-up")
    wanted = {row["sequence"] for row in store.ask("history", "alibaba", "capex", "2024-H1")["rows"]}
    test.same("its statements", True, wanted <= {line["sequence"] for line in cells})
    for line in cells:
        for cell in line["cells"]:
            test.same("about it", "alibaba", cell["statement"]["company"])
    test.same("one of the history", store.ask("history", "alibaba", "capex", "2024-H1")["rows"][0],
              next(l for l in cells if l["sequence"] == min(wanted))["cells"][0]["statement"])
    test.same("no more than asked for", [1, 2, 3],
              [l["sequence"] for l in test.lines(store.server, "--after", "begin", "--limit", "3")])
    store.stop()


def means_something(test: Test) -> None:
    store = test.store("meanings")
    for day, value in (("2025-02-01", 1000), ("2025-03-01", 1020), ("2025-04-01", 1100)):
        file = test.file("one.csv", HEADER + f"Firm,capex,2024-Q1,{value},USD,Gazette,{day}\n")
        store.ask("ingest", file)
    last = store.ask("status")["sequence"]
    begin = ("--after", "begin", "--until-caught-up")
    first = test.lines(store.server, "--first-print", *begin)
    test.same("first prints", [["first-print"]], [l["cells"][0]["meanings"] for l in first])
    revised = test.lines(store.server, "firm", "capex", "--revisions", *begin)
    test.same("revisions", [last - 1, last], [l["sequence"] for l in revised])
    above = test.lines(store.server, "--change-above", "5", *begin)
    test.same("a large one", [last], [l["sequence"] for l in above])
    cell = above[0]["cells"][0]
    test.same("from, to", ("1020", "1100", "7.8431"),
              (cell["before"]["value"], cell["after"]["value"], cell["change_percent"]))
    replayed = test.lines(store.server, "--replay", "2025-02-15..2025-03-31")
    test.same("days of a replay", [last - 1], [l["sequence"] for l in replayed])
    store.stop()


def conflicts_come_and_go(test: Test) -> None:
    store = test.store("conflicts")
    header = "company,metric,period,value,currency,source,published_at\n"
    said = (("Gazette", 1000), ("Times", 2000), ("Times", 1000))
    for day, (source, value) in enumerate(said):
        row = f"Firm,capex,2024-Q1,{value},USD,{source},2025-02-0{day + 1}\n"
        store.ask("ingest", test.file("said.csv", header + row))
    last = store.ask("status")["sequence"]
    got = test.lines(store.server, "--conflicts", "--after", "begin", "--until-caught-up")
    told = [(line["sequence"], len(line.get("conflicts_opened", [])),
             len(line.get("conflicts_closed", []))) for line in got]
    test.same("one opens and closes", [(last - 1, 1, 0), (last, 0, 1)], told)
    test.same("with both sources", {"Gazette", "Times"},
              {part["source"] for part in got[0]["conflicts_opened"][0]["parts"]})
    store.stop()


def replay_keeps_its_pace(test: Test) -> None:
    store = test.store("pace")
    days = ("2025-02-21", "2025-02-01", "2025-02-11")
    for i, day in enumerate(days):
        row = f"Firm {i},capex,2024-Q1,{1000 + i},USD,Gazette,{day}\n"
        store.ask("ingest", test.file("day.csv", HEADER + row))
    begun = time.monotonic()
    # A day passes in 0.05 s, so 20 of them in a second.
    got = test.lines(store.server, "--replay", "2025-01-01..", "--speed", "1728000x")
    took = time.monotonic() - begun
    test.same("as it was published", ["2025-02-01", "2025-02-11", "2025-02-21"],
              [line["event"]["published_at"] for line in got])
    test.same("not before its time", True, took >= 1)
    store.stop()


def what_is_trimmed_is_told(test: Test) -> None:
    folder = test.folder / "trimmed"
    folder.mkdir()
    (folder / "capexd.toml").write_text("[feed]\nretention_events = 10\n", encoding="utf-8")
    store = Store(test.binaries, str(folder / "data"), "--config", str(folder / "capexd.toml"))
    store.ask("ingest", test.file("rows.csv", rows("Gazette", 100)))
    last = store.ask("status")["sequence"]
    watch = test.capex(store.server, "watch", "--after", "3", "--until-caught-up",
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = watch.communicate(timeout=SECONDS_MAX)
    gap, *left = [json.loads(line) for line in out.splitlines()]
    test.same("it tells programs", {"gap": {"first": 4, "last": last - 10}}, gap)
    test.same("what is left", list(range(last - 9, last + 1)), [line["sequence"] for line in left])
    test.same("it tells", True, f"4 to {last - 10}" in err)
    with Client(store.server) as client, client.subscribe(after=3) as feed:
        gap = feed.next(SECONDS_MAX)
        test.same("in Python too", (Gap, 4, last - 10), (type(gap), gap.first, gap.last))
        test.same("and goes on", [last - 9, last - 8],
                  [feed.next(SECONDS_MAX).sequence for _ in range(2)])
    test.same("the log is whole", 4, store.ask("show", "4")["sequence"])
    store.stop()


def cursor_survives_kills(test: Test) -> None:
    store = test.store("cursor")
    got = []
    for round_ in range(5):
        store.ask("ingest", test.file("rows.csv", rows(f"Gazette {round_}", 3000)))
        last = store.ask("status")["sequence"]
        stood = {c["name"]: c["sequence"] for c in store.ask("cursors")["rows"]}.get("c", 0)
        watch = File(test, store.server, "--cursor", "c")
        watch.wait_for(last - 1000 if round_ % 2 else last)
        how = signal.SIGINT if round_ == 3 else signal.SIGKILL
        test.same("killed", 130 if how == signal.SIGINT else -how, watch.end(how))
        lines = watch.sequences()
        test.same("from behind the cursor, each once", list(range(stood + 1, lines[-1] + 1)), lines)
        test.same("no line is lost", True, stood <= (got[-1] if got else 0))
        if got and how == signal.SIGINT:
            now = store.ask("cursors", "c")["rows"][0]["sequence"]
            test.same("a Ctrl-C acknowledges all that is written", lines[-1], now)
        got += [n for n in lines if not got or n > got[-1]]
    rest = [l["sequence"] for l in test.lines(store.server, "--cursor", "c", "--until-caught-up")]
    got += [n for n in rest if n > got[-1]]
    last = store.ask("status")["sequence"]
    test.same("every sequence", list(range(1, last + 1)), got)
    test.same("the cursor stands at the end", (last, 0), tuple(
        store.ask("cursors", "c")["rows"][0][k] for k in ("sequence", "lag")))
    store.run("cursors", "--forget", "c")
    test.same("it is forgotten", [], store.ask("cursors")["rows"])
    store.stop()


def cursor_stands_where_it_begins(test: Test) -> None:
    store = test.store("begins")
    store.ask("ingest", test.file("rows.csv", rows("Gazette", 3)))
    last = store.ask("status")["sequence"]
    words = ("--cursor", "c", "--after", "now")
    watch = File(test, store.server, *words)
    watch.wait_until_caught_up()
    test.same("killed", -signal.SIGKILL, watch.end(signal.SIGKILL))
    test.same("on disk", last, store.ask("cursors", "c")["rows"][0]["sequence"])
    store.ask("ingest", test.file("rows.csv", rows("Times", 3)))
    between = list(range(last + 1, store.ask("status")["sequence"] + 1))
    got = test.lines(store.server, *words, "--until-caught-up")
    test.same("what came between", between, [line["sequence"] for line in got])
    store.stop()

    empty = test.store("begins-at-0")
    test.lines(empty.server, "--cursor", "c", "--limit", "1")
    watch = File(test, empty.server, "--cursor", "d", "--after", "0", "unheard-of")
    test.same("no cursor of a watch that is refused", 2, watch.process.wait(SECONDS_MAX))
    test.same("only the other", ["c"], [c["name"] for c in empty.ask("cursors")["rows"]])
    empty.stop()


def lists_of_names(test: Test) -> None:
    store = test.store("lists")
    header = "company,metric,period,value,currency,source,published_at\n"
    for company in ("Acme", "Bolt", "Cargo", "Commas, Inc."):
        row = f'"{company}",capex,2024-Q1,1000,USD,Gazette,2025-02-01\n'
        store.ask("ingest", test.file("row.csv", header + row))
    begin = ("--cells", "--after", "begin", "--until-caught-up")

    def companies(*words: str) -> list[str]:
        return [line["cells"][0]["statement"]["company"]
                for line in test.lines(store.server, *words, *begin)]

    everybody = ["acme", "bolt", "cargo", "commas-inc"]
    test.same("with blanks", ["acme", "cargo"], companies("acme, cargo", "capex"))
    test.same("an option's too", ["acme", "cargo"], companies("--company", "acme,cargo"))
    test.same("a name with a comma", ["commas-inc"], companies("Commas, Inc."))
    test.same("everybody", everybody, companies("all", "capex"))
    for words in (("",), (",",), ("acme", ""), ("--company", ""), ("--company", ","),
                  ("--metric", ","), ("--counterparty", ",")):
        refused = test.capex(store.server, "watch", *words, *begin, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE)
        out, _ = refused.communicate(timeout=SECONDS_MAX)
        test.same(f"{words} is not everything", (2, ""), (refused.returncode, out))
    store.stop()


def watch_survives_the_daemon(test: Test) -> None:
    daemon = Daemon(test.binaries, str(test.folder / "killed"))
    server = daemon.server
    watch = File(test, server, "--cursor", "c", "--after", "begin")
    last = 0
    for round_ in range(4):
        file = test.file("rows.csv", rows(f"Gazette {round_}", 2000))
        ingest = test.capex(server, "ingest", file, "--batch", "50", stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)
        watch.wait_for(last + 500)
        daemon.kill()
        daemon.start()
        test.same("the ingest goes on", 0, ingest.wait(timeout=SECONDS_MAX))
        last += 2000
        watch.wait_for(last)
    test.same("Ctrl-C", 130, watch.end(signal.SIGINT))
    status = test.capex(server, "status", "-o", "json", stdout=subprocess.PIPE)
    last = json.loads(status.communicate()[0])["sequence"]
    test.same("every sequence once, over all of it", list(range(1, last + 1)), watch.sequences())
    log = watch.log.read_text(encoding="utf-8")
    test.same("it tells", True, "connection lost" in log and "connected again" in log)

    daemon.kill()
    begun = time.monotonic()
    alone = test.capex(server, "watch", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    alone.communicate(timeout=SECONDS_MAX)
    test.same("no server at all", 69, alone.returncode)
    test.same("told at once", True, time.monotonic() - begun < 5)
    daemon.start()
    left = File(test, server, "--after", "0", "--timeout", "1")
    left.wait_for(last)
    daemon.process.terminate()
    test.same("the daemon stops", 0, daemon.process.wait(timeout=SECONDS_MAX))
    test.same("unreachable for the whole --timeout", 69, left.process.wait(timeout=SECONDS_MAX))


def reader_goes(test: Test) -> None:
    store = test.store("reader")
    store.ask("ingest", test.file("rows.csv", rows("Gazette", 3000)))
    read, write = os.pipe()
    watch = test.capex(store.server, "watch", "--after", "begin", "--cursor", "c", stdout=write,
                       stderr=subprocess.PIPE)
    os.close(write)
    with os.fdopen(read, encoding="utf-8") as lines:
        first = [json.loads(lines.readline())["sequence"] for _ in range(3)]
    test.same("the first lines", [1, 2, 3], first)
    _, err = watch.communicate(timeout=SECONDS_MAX)
    test.same("it ends quietly", (0, ""), (watch.returncode, err.replace(
        "capex: caught up at 3001; what follows is new\n", "")))
    # Also where nothing more comes that could not be written.
    read, write = os.pipe()
    watch = test.capex(store.server, "watch", stdout=write, stderr=subprocess.DEVNULL)
    os.close(write)
    os.close(read)
    test.same("a quiet one too", 0, watch.wait(timeout=SECONDS_MAX))
    store.stop()


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    repository, binaries = (Path(word).resolve() for word in sys.argv[1:])
    with tempfile.TemporaryDirectory(prefix="capexdb-watch-") as folder:
        test = Test(repository, binaries, Path(folder))
        for part in (equals_the_log, means_something, conflicts_come_and_go,
                     replay_keeps_its_pace, what_is_trimmed_is_told, cursor_survives_kills,
                     cursor_stands_where_it_begins, lists_of_names, watch_survives_the_daemon, reader_goes):
            before = test.faults
            begun = time.monotonic()
            part(test)
            print(f"{part.__name__}: {'ok' if test.faults == before else 'FAILED'}, "
                  f"{time.monotonic() - begun:.1f} s")
    return 1 if test.faults else 0


if __name__ == "__main__":
    sys.exit(main())
