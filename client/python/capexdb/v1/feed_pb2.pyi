from capexdb.v1 import event_pb2 as _event_pb2
from capexdb.v1 import query_pb2 as _query_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
MEANING_BECAME_ACTUAL: Meaning
MEANING_CONFLICT_CLOSED: Meaning
MEANING_CONFLICT_OPENED: Meaning
MEANING_FIRST_PRINT: Meaning
MEANING_REVISION: Meaning
MEANING_UNSPECIFIED: Meaning

class Ack(_message.Message):
    __slots__ = ["cursor", "forget", "rewind", "sequence"]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    FORGET_FIELD_NUMBER: _ClassVar[int]
    REWIND_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    cursor: str
    forget: bool
    rewind: bool
    sequence: int
    def __init__(self, cursor: _Optional[str] = ..., sequence: _Optional[int] = ..., rewind: bool = ..., forget: bool = ...) -> None: ...

class AckReply(_message.Message):
    __slots__ = ["cursor", "sequence"]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    cursor: str
    sequence: int
    def __init__(self, cursor: _Optional[str] = ..., sequence: _Optional[int] = ...) -> None: ...

class CaughtUp(_message.Message):
    __slots__ = ["end", "sequence"]
    END_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    end: bool
    sequence: int
    def __init__(self, sequence: _Optional[int] = ..., end: bool = ...) -> None: ...

class CellChange(_message.Message):
    __slots__ = ["after", "before", "change_percent", "meanings", "statement"]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    CHANGE_PERCENT_FIELD_NUMBER: _ClassVar[int]
    MEANINGS_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_FIELD_NUMBER: _ClassVar[int]
    after: _query_pb2.QueryRow
    before: _query_pb2.QueryRow
    change_percent: str
    meanings: _containers.RepeatedScalarFieldContainer[Meaning]
    statement: _query_pb2.QueryRow
    def __init__(self, meanings: _Optional[_Iterable[_Union[Meaning, str]]] = ..., statement: _Optional[_Union[_query_pb2.QueryRow, _Mapping]] = ..., before: _Optional[_Union[_query_pb2.QueryRow, _Mapping]] = ..., after: _Optional[_Union[_query_pb2.QueryRow, _Mapping]] = ..., change_percent: _Optional[str] = ...) -> None: ...

class Change(_message.Message):
    __slots__ = ["batch_number", "cells", "conflicts_closed", "conflicts_left_out", "conflicts_opened", "event", "producer_id", "recorded_at_us", "sequence"]
    BATCH_NUMBER_FIELD_NUMBER: _ClassVar[int]
    CELLS_FIELD_NUMBER: _ClassVar[int]
    CONFLICTS_CLOSED_FIELD_NUMBER: _ClassVar[int]
    CONFLICTS_LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    CONFLICTS_OPENED_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    PRODUCER_ID_FIELD_NUMBER: _ClassVar[int]
    RECORDED_AT_US_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    batch_number: int
    cells: _containers.RepeatedCompositeFieldContainer[CellChange]
    conflicts_closed: _containers.RepeatedCompositeFieldContainer[_query_pb2.QueryRow]
    conflicts_left_out: int
    conflicts_opened: _containers.RepeatedCompositeFieldContainer[_query_pb2.QueryRow]
    event: _event_pb2.Event
    producer_id: str
    recorded_at_us: int
    sequence: int
    def __init__(self, sequence: _Optional[int] = ..., recorded_at_us: _Optional[int] = ..., producer_id: _Optional[str] = ..., batch_number: _Optional[int] = ..., event: _Optional[_Union[_event_pb2.Event, _Mapping]] = ..., cells: _Optional[_Iterable[_Union[CellChange, _Mapping]]] = ..., conflicts_opened: _Optional[_Iterable[_Union[_query_pb2.QueryRow, _Mapping]]] = ..., conflicts_closed: _Optional[_Iterable[_Union[_query_pb2.QueryRow, _Mapping]]] = ..., conflicts_left_out: _Optional[int] = ...) -> None: ...

class Credit(_message.Message):
    __slots__ = ["changes", "subscription"]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTION_FIELD_NUMBER: _ClassVar[int]
    changes: int
    subscription: int
    def __init__(self, subscription: _Optional[int] = ..., changes: _Optional[int] = ...) -> None: ...

class Cursor(_message.Message):
    __slots__ = ["moved_at_us", "name", "sequence"]
    MOVED_AT_US_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    moved_at_us: int
    name: str
    sequence: int
    def __init__(self, name: _Optional[str] = ..., sequence: _Optional[int] = ..., moved_at_us: _Optional[int] = ...) -> None: ...

class CursorReply(_message.Message):
    __slots__ = ["cursors", "sequence"]
    CURSORS_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    cursors: _containers.RepeatedCompositeFieldContainer[Cursor]
    sequence: int
    def __init__(self, cursors: _Optional[_Iterable[_Union[Cursor, _Mapping]]] = ..., sequence: _Optional[int] = ...) -> None: ...

class CursorRequest(_message.Message):
    __slots__ = ["name"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class FeedFilter(_message.Message):
    __slots__ = ["change_above_percent", "companies", "counterparties", "meanings", "metrics", "products", "sources", "statuses"]
    CHANGE_ABOVE_PERCENT_FIELD_NUMBER: _ClassVar[int]
    COMPANIES_FIELD_NUMBER: _ClassVar[int]
    COUNTERPARTIES_FIELD_NUMBER: _ClassVar[int]
    MEANINGS_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    PRODUCTS_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    STATUSES_FIELD_NUMBER: _ClassVar[int]
    change_above_percent: str
    companies: _containers.RepeatedScalarFieldContainer[str]
    counterparties: _containers.RepeatedScalarFieldContainer[str]
    meanings: _containers.RepeatedScalarFieldContainer[Meaning]
    metrics: _containers.RepeatedScalarFieldContainer[str]
    products: _containers.RepeatedScalarFieldContainer[str]
    sources: _containers.RepeatedScalarFieldContainer[str]
    statuses: _containers.RepeatedScalarFieldContainer[_event_pb2.Status]
    def __init__(self, companies: _Optional[_Iterable[str]] = ..., metrics: _Optional[_Iterable[str]] = ..., products: _Optional[_Iterable[str]] = ..., counterparties: _Optional[_Iterable[str]] = ..., statuses: _Optional[_Iterable[_Union[_event_pb2.Status, str]]] = ..., sources: _Optional[_Iterable[str]] = ..., meanings: _Optional[_Iterable[_Union[Meaning, str]]] = ..., change_above_percent: _Optional[str] = ...) -> None: ...

class Gap(_message.Message):
    __slots__ = ["first", "last"]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    first: int
    last: int
    def __init__(self, first: _Optional[int] = ..., last: _Optional[int] = ...) -> None: ...

class Progress(_message.Message):
    __slots__ = ["sequence"]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    def __init__(self, sequence: _Optional[int] = ...) -> None: ...

class Replay(_message.Message):
    __slots__ = ["after_sequence", "at_sequence", "speed", "to"]
    AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    AT_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    SPEED_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    after_sequence: int
    at_sequence: int
    speed: float
    to: str
    def __init__(self, to: _Optional[str] = ..., speed: _Optional[float] = ..., at_sequence: _Optional[int] = ..., after_sequence: _Optional[int] = ..., **kwargs) -> None: ...

class SubscribeRequest(_message.Message):
    __slots__ = ["after_sequence", "cells", "credit", "cursor", "filter", "from_now", "replay"]
    AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    CELLS_FIELD_NUMBER: _ClassVar[int]
    CREDIT_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    FROM_NOW_FIELD_NUMBER: _ClassVar[int]
    REPLAY_FIELD_NUMBER: _ClassVar[int]
    after_sequence: int
    cells: bool
    credit: int
    cursor: str
    filter: FeedFilter
    from_now: bool
    replay: Replay
    def __init__(self, after_sequence: _Optional[int] = ..., from_now: bool = ..., cursor: _Optional[str] = ..., filter: _Optional[_Union[FeedFilter, _Mapping]] = ..., cells: bool = ..., credit: _Optional[int] = ..., replay: _Optional[_Union[Replay, _Mapping]] = ...) -> None: ...

class Meaning(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
