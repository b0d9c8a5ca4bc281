#!/usr/bin/python3
"""Subscribers of many filters, some stuck, some killed, while the daemon is killed too.

usage: feed_storm_test.py BIN [SUBSCRIBERS EVENTS KILLS]

Each subscriber remembers the last sequence that it has dealt with, and nothing else. In
the end every one has exactly the changes that its filter takes from the log, once each,
in the log's order.
"""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from store_process import Daemon

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "client" / "python"))

from capexdb.v1.envelope_pb2 import ClientMessage, ServerMessage  # noqa: E402
from capexdb.v1.event_pb2 import STATUS_ACTUAL, STATUS_ESTIMATE, Event  # noqa: E402

SEED = 20261201
COMPANIES = [f"storm-{n}" for n in range(40)]
METRICS = ["capex", "net_income"]
PUBLISHERS = ["Times", "Post", "Echo"]


class Connection:
    """The protocol and nothing above it."""

    def __init__(self, server: str, **hello):
        host, port = server.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=60)
        self.stream = self.socket.makefile("rwb")
        self.last_id = 0
        self.send(hello={"protocol_version": 1, "client_name": "storm", **hello})
        self.welcome = self.receive().welcome

    def send(self, **message) -> int:
        self.last_id += 1
        data = ClientMessage(request_id=self.last_id, **message).SerializeToString()
        head, length = bytearray(), len(data)
        while length > 127:
            head.append(length & 127 | 128)
            length >>= 7
        self.stream.write(bytes([*head, length]) + data)
        self.stream.flush()
        return self.last_id

    def receive(self) -> ServerMessage:
        length = shift = 0
        while byte := self.stream.read(1):
            length |= (byte[0] & 127) << shift
            shift += 7
            if byte[0] < 128:
                data = self.stream.read(length)
                if len(data) < length:
                    break
                return ServerMessage.FromString(data)
        raise ConnectionError("the connection ended")

    def close(self) -> None:
        self.socket.close()


def make_event(dice: random.Random, number: int) -> Event:
    event = Event(published_at=f"2024-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}",
                  status=dice.choice([STATUS_ACTUAL, STATUS_ESTIMATE]))
    event.source.publisher = dice.choice(PUBLISHERS)
    fact = event.measure
    fact.subject.name = dice.choice(COMPANIES)
    fact.metric = dice.choice(METRICS)
    fact.period.label = f"20{dice.randint(10, 23)}"
    fact.quantity.value = str(1_000_000 + number)
    fact.quantity.unit = "USD"
    return event


def takes(chosen: dict, event: Event) -> bool:
    """The filter, applied to an event of the log."""
    if not chosen:
        return True
    if not event.HasField("measure"):
        return False
    return ((not chosen.get("companies") or event.measure.subject.name in chosen["companies"]) and
            (not chosen.get("metrics") or event.measure.metric in chosen["metrics"]) and
            (not chosen.get("sources") or event.source.publisher in chosen["sources"]) and
            (not chosen.get("statuses") or event.status in chosen["statuses"]))


def make_filter(dice: random.Random, number: int) -> dict:
    if number % 10 == 0:
        return {}
    chosen = {}
    if dice.random() < 0.7:
        chosen["companies"] = dice.sample(COMPANIES, dice.randint(1, 4))
    if dice.random() < 0.3:
        chosen["metrics"] = [dice.choice(METRICS)]
    if dice.random() < 0.3:
        chosen["sources"] = [dice.choice(PUBLISHERS)]
    if dice.random() < 0.3:
        chosen["statuses"] = [dice.choice([STATUS_ACTUAL, STATUS_ESTIMATE])]
    return chosen or {"metrics": [METRICS[0]]}


def subscribe(server: str, chosen: dict, result: Path, last_file: Path) -> None:
    """A subscriber process: writes each sequence that it gets to a file, and goes on
    behind the last one of it, whatever happens to it or to the daemon."""
    wanted = chosen if "filter" not in chosen else chosen["filter"]
    window = 50
    while True:
        after = 0
        if result.exists():
            data = result.read_bytes()
            result.write_bytes(data[:len(data) // 8 * 8])  # a torn last one
            if len(data) >= 8:
                after = int.from_bytes(data[len(data) // 8 * 8 - 8:len(data) // 8 * 8], "big")
        try:
            connection = Connection(server)
            connection.send(subscribe={"after_sequence": after, "filter": wanted,
                                       "credit": window})
            with result.open("ab", buffering=0) as out:
                open_credit = window
                while True:
                    message = connection.receive()
                    if message.HasField("error"):
                        raise ConnectionError(message.error.message)
                    assert not message.HasField("gap"), message
                    if message.HasField("change"):
                        out.write(message.change.sequence.to_bytes(8, "big"))
                        open_credit -= 1
                        position = message.change.sequence
                    elif message.HasField("progress"):
                        position = message.progress.sequence
                    else:
                        position = message.caught_up.sequence
                    if open_credit <= window // 2:
                        connection.send(credit={"subscription": 2,
                                                "changes": window - open_credit})
                        open_credit = window
                    if last_file.exists() and position >= int(last_file.read_text()):
                        return
        except (OSError, ConnectionError):
            time.sleep(0.05)


def log_of(server: str) -> list:
    connection = Connection(server)
    last = connection.welcome.last_sequence
    connection.send(subscribe={"credit": 1_000_000})
    events = []
    while len(events) < last:
        message = connection.receive()
        if message.HasField("change"):
            events.append((message.change.sequence, message.change.event))
    connection.close()
    assert [sequence for sequence, _ in events] == list(range(1, last + 1))
    return events


def main() -> None:
    if sys.argv[1] == "--subscriber":
        server, chosen, result, last_file = sys.argv[2:6]
        return subscribe(server, json.loads(chosen), Path(result), Path(last_file))
    binaries = Path(sys.argv[1])
    subscribers, events, kills = (int(n) for n in (sys.argv[2:5] or (24, 12_000, 3)))
    print(f"seed {SEED}")
    dice = random.Random(SEED)
    with tempfile.TemporaryDirectory(prefix="capexdb-storm-") as place:
        daemon = Daemon(binaries, f"{place}/data")
        first = Connection(daemon.server, producer_id="storm")
        # Every name is known before anybody asks for it.
        first.send(ingest={"producer_id": "storm", "batch_number": 1, "events": [
            Event(source={"publisher": publisher}, published_at="2024-01-01", status=STATUS_ACTUAL,
                  measure={"subject": {"name": company}, "metric": METRICS[0],
                           "period": {"label": "2009"},
                           "quantity": {"value": "1", "unit": "USD"}})
            for company in COMPANIES for publisher in PUBLISHERS]})
        assert first.receive().ingest.rejected == 0
        first.close()
        filters = [make_filter(dice, n) for n in range(subscribers)]
        last_file = Path(place) / "last"

        def start(n: int) -> subprocess.Popen:
            return subprocess.Popen([sys.executable, "-B", __file__, "--subscriber", daemon.server,
                                     json.dumps(filters[n]), f"{place}/{n}", str(last_file)])

        processes = [start(n) for n in range(subscribers)]
        stopped = processes[:subscribers // 5]
        killed = range(subscribers // 5, subscribers // 5 * 2)
        batches = events // 100
        number = 2
        for batch in range(batches):
            message = {"producer_id": "storm", "batch_number": number, "events": [
                make_event(dice, batch * 100 + n) for n in range(100)]}
            if batch == batches // 4:
                for process in stopped:
                    process.send_signal(signal.SIGSTOP)
            if batch == batches // 2:
                for n in killed:
                    processes[n].kill()
                    processes[n].wait()
                    processes[n] = start(n)
            kill = kills > 0 and batch % (batches // (kills + 1)) == 0 and batch > 0
            while True:
                try:
                    producer = Connection(daemon.server, producer_id="storm")
                    producer.send(ingest=message)
                    if kill:
                        kill = False
                        daemon.kill()
                        daemon.start()
                    reply = producer.receive()
                    assert reply.HasField("ingest") and reply.ingest.rejected == 0, reply
                    producer.close()
                    break
                except (OSError, ConnectionError):
                    time.sleep(0.02)
            number += 1
        for process in stopped:
            process.send_signal(signal.SIGCONT)
        log = log_of(daemon.server)
        last_file.with_suffix(".new").write_text(str(log[-1][0]))
        os.rename(last_file.with_suffix(".new"), last_file)
        # Filters that nothing passes any more learn of the end by Progress.
        for n, process in enumerate(processes):
            code = process.wait(timeout=60)
            assert code == 0, (n, code)
        delivered = 0
        for n in range(subscribers):
            data = Path(f"{place}/{n}").read_bytes() if Path(f"{place}/{n}").exists() else b""
            got = [int.from_bytes(data[i:i + 8], "big") for i in range(0, len(data), 8)]
            wanted = [sequence for sequence, event in log if takes(filters[n], event)]
            assert got == wanted, (n, filters[n], len(got), len(wanted),
                                   sorted(set(wanted) ^ set(got))[:10])
            delivered += len(got)
        print(f"{subscribers} subscribers, {len(log)} events, {kills} kills: "
              f"{delivered} deliveries, none missing, none twice")
        daemon.kill()


if __name__ == "__main__":
    main()
