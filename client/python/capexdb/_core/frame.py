"""Framing: a varint length, then that many bytes. Incremental and bounded, without sockets."""

from __future__ import annotations

from ..errors import ProtocolError

_LENGTH_BYTES_MAX = 5  # a varint of 32 bits


def varint(number: int) -> bytes:
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def field_head(number: int, length: int) -> bytes:
    """What goes before a field of bytes: its tag and its length."""
    return varint(number << 3 | 2) + varint(length)


def fields_of(message: bytes, number: int) -> bytes:
    """What the fields of bytes of that number hold, put together as protobuf merges them. The
    message is one that protobuf has parsed."""
    found = []
    at = depth = 0  # in groups
    while at < len(message):
        tag, at = _read_varint(message, at)
        wire_type = tag & 7
        if wire_type == 0:
            _, at = _read_varint(message, at)
        elif wire_type == 1:
            at += 8
        elif wire_type == 2:
            length, at = _read_varint(message, at)
            if tag >> 3 == number and depth == 0:
                found.append(message[at:at + length])
            at += length
        elif wire_type == 5:
            at += 4
        else:
            depth += 1 if wire_type == 3 else -1
    return found[0] if len(found) == 1 else b"".join(found)


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
        shift += 7


class FrameReader:
    """Collects bytes as they come and hands out whole messages. Memory grows with the bytes that
    were received, not with the length that a sender announces. One thread."""

    def __init__(self, message_bytes_max: int) -> None:
        self._message_bytes_max = message_bytes_max
        self._buffer = bytearray()
        self._consumed = 0  # of the buffer, handed out

    def append(self, data: bytes) -> None:
        self._buffer += data

    @property
    def pending(self) -> int:
        """Bytes that wait for the rest of their message; 0 between messages."""
        return len(self._buffer) - self._consumed

    def next(self) -> bytes | None:
        """The next message, or None as long as it is not whole. Error: ProtocolError for a length
        that is none or above the limit; nothing can be read after it."""
        at = self._consumed
        length = shift = 0
        while True:
            if at == len(self._buffer):
                self._keep_tail()
                return None
            byte = self._buffer[at]
            at += 1
            length |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
            shift += 7
            if shift == 7 * _LENGTH_BYTES_MAX:
                raise ProtocolError("the length of a message is no varint of at most "
                                    f"{_LENGTH_BYTES_MAX} bytes; is this a capexd?")
        if length > self._message_bytes_max:
            raise ProtocolError(f"a message of {length} bytes is over the limit of "
                                f"{self._message_bytes_max} bytes; is this a capexd?")
        if len(self._buffer) - at < length:
            self._keep_tail()
            return None
        self._consumed = at + length
        return bytes(memoryview(self._buffer)[at:self._consumed])

    def _keep_tail(self) -> None:
        """So that the buffer does not creep."""
        del self._buffer[:self._consumed]
        self._consumed = 0
