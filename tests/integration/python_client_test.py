"""A client written by hand: it knows the .proto files and the delimited framing.

usage: python_client_test.py PROTO_DIR CAPEXD PROTOC
"""

import importlib
import os
import socket
import subprocess
import sys
import tempfile
import time


def varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


class Connection:
    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.stream = socket.create_connection((host, int(port)), timeout=30).makefile("rwb")

    def send(self, message):
        data = message.SerializeToString()
        self.stream.write(varint(len(data)) + data)
        self.stream.flush()

    def receive(self, message):
        length = shift = 0
        while True:
            byte = self.stream.read(1)
            assert byte, "the server closed the connection"
            length |= (byte[0] & 0x7F) << shift
            if byte[0] < 0x80:
                break
            shift += 7
        message.ParseFromString(self.stream.read(length))
        return message


def start(capexd, directory):
    process = subprocess.Popen(
        [capexd, "--data-dir", directory, "--listen", "127.0.0.1:0"], stderr=subprocess.DEVNULL
    )
    endpoint = os.path.join(directory, "endpoint")
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up and process.poll() is None:
        if os.path.exists(endpoint):
            with open(endpoint, encoding="utf-8") as lines:
                for line in lines:
                    kind, address = line.split()
                    if kind == "tcp":
                        return process, address
        time.sleep(0.01)
    sys.exit("capexd does not serve")


def talk(address, pb):
    connection = Connection(address)
    hello = pb.ClientMessage(request_id=1)
    hello.hello.protocol_version = 1
    hello.hello.client_name = "by hand"
    hello.hello.producer_id = "python"
    connection.send(hello)
    welcome = connection.receive(pb.ServerMessage()).welcome
    assert welcome.protocol_version == 1 and welcome.last_batch_number == 0, welcome

    ingest = pb.ClientMessage(request_id=2)
    ingest.ingest.producer_id = "python"
    ingest.ingest.batch_number = 1
    event = ingest.ingest.events.add()
    event.source.publisher = "By Hand"
    event.published_at = "2024-11-20"
    event.capex.subject.name = "Nvidia"
    event.capex.period.start = "2024-07-29"
    event.capex.period.end = "2024-10-27"
    event.capex.amount.value = "813000000"
    event.capex.amount.currency = "USD"
    for _ in range(2):  # the second time is a retry and gets the first answer
        connection.send(ingest)
        reply = connection.receive(pb.ServerMessage())
        assert reply.request_id == 2 and reply.ingest.accepted == 1, reply
    assert reply.ingest.replayed

    # A field of a later release (2000, a varint) beside a request changes nothing.
    dry_run = pb.ClientMessage()
    dry_run.CopyFrom(ingest)
    dry_run.ingest.dry_run = True
    data = dry_run.SerializeToString() + b"\x80\x7d\x01"
    connection.stream.write(varint(len(data)) + data)
    connection.stream.flush()
    reply = connection.receive(pb.ServerMessage())
    assert reply.ingest.duplicates == 1, reply

    query = pb.ClientMessage(request_id=3)
    query.query.select.append("NVDA")
    query.query.metric = "capex"
    query.query.periods = "2024-Q3"
    connection.send(query)
    rows = []
    while True:
        reply = connection.receive(pb.ServerMessage())
        assert reply.request_id == 3, reply
        if reply.HasField("query_done"):
            break
        rows.extend(reply.query_chunk.rows)
    assert [row.value for row in rows] == ["813000000"], rows
    assert rows[0].end == "2024-10-27" and rows[0].sequence == reply.query_done.sequence
    assert reply.query_done.token


def main():
    proto_dir, capexd, protoc = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as scratch:
        files = [f"capexdb/v1/{n}.proto" for n in ("event", "feed", "ingest", "query", "envelope")]
        subprocess.check_call([protoc, f"--proto_path={proto_dir}", f"--python_out={scratch}", *files])
        sys.path.insert(0, scratch)
        pb = importlib.import_module("capexdb.v1.envelope_pb2")
        process, address = start(capexd, os.path.join(scratch, "data"))
        try:
            talk(address, pb)
        finally:
            process.terminate()
        assert process.wait(timeout=30) == 0, process.returncode
    print("1 passed, 0 failed")


main()
