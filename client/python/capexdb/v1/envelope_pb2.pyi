from capexdb.v1 import feed_pb2 as _feed_pb2
from capexdb.v1 import ingest_pb2 as _ingest_pb2
from capexdb.v1 import query_pb2 as _query_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Cancel(_message.Message):
    __slots__ = ["request_id"]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: int
    def __init__(self, request_id: _Optional[int] = ...) -> None: ...

class ClientMessage(_message.Message):
    __slots__ = ["ack", "cancel", "catalog", "credit", "cursors", "hello", "ingest", "ping", "quarantine", "query", "request_id", "show", "status", "subscribe"]
    ACK_FIELD_NUMBER: _ClassVar[int]
    CANCEL_FIELD_NUMBER: _ClassVar[int]
    CATALOG_FIELD_NUMBER: _ClassVar[int]
    CREDIT_FIELD_NUMBER: _ClassVar[int]
    CURSORS_FIELD_NUMBER: _ClassVar[int]
    HELLO_FIELD_NUMBER: _ClassVar[int]
    INGEST_FIELD_NUMBER: _ClassVar[int]
    PING_FIELD_NUMBER: _ClassVar[int]
    QUARANTINE_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SHOW_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIBE_FIELD_NUMBER: _ClassVar[int]
    ack: _feed_pb2.Ack
    cancel: Cancel
    catalog: _query_pb2.CatalogRequest
    credit: _feed_pb2.Credit
    cursors: _feed_pb2.CursorRequest
    hello: Hello
    ingest: _ingest_pb2.IngestRequest
    ping: Ping
    quarantine: _ingest_pb2.QuarantineRequest
    query: _query_pb2.QueryRequest
    request_id: int
    show: _query_pb2.ShowRequest
    status: _query_pb2.StatusRequest
    subscribe: _feed_pb2.SubscribeRequest
    def __init__(self, request_id: _Optional[int] = ..., hello: _Optional[_Union[Hello, _Mapping]] = ..., ingest: _Optional[_Union[_ingest_pb2.IngestRequest, _Mapping]] = ..., query: _Optional[_Union[_query_pb2.QueryRequest, _Mapping]] = ..., show: _Optional[_Union[_query_pb2.ShowRequest, _Mapping]] = ..., catalog: _Optional[_Union[_query_pb2.CatalogRequest, _Mapping]] = ..., status: _Optional[_Union[_query_pb2.StatusRequest, _Mapping]] = ..., ping: _Optional[_Union[Ping, _Mapping]] = ..., cancel: _Optional[_Union[Cancel, _Mapping]] = ..., subscribe: _Optional[_Union[_feed_pb2.SubscribeRequest, _Mapping]] = ..., credit: _Optional[_Union[_feed_pb2.Credit, _Mapping]] = ..., ack: _Optional[_Union[_feed_pb2.Ack, _Mapping]] = ..., quarantine: _Optional[_Union[_ingest_pb2.QuarantineRequest, _Mapping]] = ..., cursors: _Optional[_Union[_feed_pb2.CursorRequest, _Mapping]] = ...) -> None: ...

class Error(_message.Message):
    __slots__ = ["code", "message", "reason", "violations"]
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    VIOLATIONS_FIELD_NUMBER: _ClassVar[int]
    code: int
    message: str
    reason: str
    violations: _containers.RepeatedCompositeFieldContainer[FieldViolation]
    def __init__(self, code: _Optional[int] = ..., message: _Optional[str] = ..., violations: _Optional[_Iterable[_Union[FieldViolation, _Mapping]]] = ..., reason: _Optional[str] = ...) -> None: ...

class FieldViolation(_message.Message):
    __slots__ = ["field", "message"]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    field: str
    message: str
    def __init__(self, field: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class Hello(_message.Message):
    __slots__ = ["client_name", "ephemeral_producer", "producer_id", "protocol_version", "token"]
    CLIENT_NAME_FIELD_NUMBER: _ClassVar[int]
    EPHEMERAL_PRODUCER_FIELD_NUMBER: _ClassVar[int]
    PRODUCER_ID_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    client_name: str
    ephemeral_producer: bool
    producer_id: str
    protocol_version: int
    token: str
    def __init__(self, protocol_version: _Optional[int] = ..., client_name: _Optional[str] = ..., token: _Optional[str] = ..., producer_id: _Optional[str] = ..., ephemeral_producer: bool = ...) -> None: ...

class Limits(_message.Message):
    __slots__ = ["batch_events_max", "message_bytes_max", "query_rows_max", "requests_in_flight_max"]
    BATCH_EVENTS_MAX_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_BYTES_MAX_FIELD_NUMBER: _ClassVar[int]
    QUERY_ROWS_MAX_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_IN_FLIGHT_MAX_FIELD_NUMBER: _ClassVar[int]
    batch_events_max: int
    message_bytes_max: int
    query_rows_max: int
    requests_in_flight_max: int
    def __init__(self, message_bytes_max: _Optional[int] = ..., batch_events_max: _Optional[int] = ..., requests_in_flight_max: _Optional[int] = ..., query_rows_max: _Optional[int] = ...) -> None: ...

class Ping(_message.Message):
    __slots__ = ["nonce"]
    NONCE_FIELD_NUMBER: _ClassVar[int]
    nonce: int
    def __init__(self, nonce: _Optional[int] = ...) -> None: ...

class Pong(_message.Message):
    __slots__ = ["nonce"]
    NONCE_FIELD_NUMBER: _ClassVar[int]
    nonce: int
    def __init__(self, nonce: _Optional[int] = ...) -> None: ...

class ServerMessage(_message.Message):
    __slots__ = ["ack", "catalog", "caught_up", "change", "cursors", "error", "gap", "ingest", "pong", "progress", "quarantine", "query_chunk", "query_done", "request_id", "show", "status", "welcome"]
    ACK_FIELD_NUMBER: _ClassVar[int]
    CATALOG_FIELD_NUMBER: _ClassVar[int]
    CAUGHT_UP_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    CURSORS_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    GAP_FIELD_NUMBER: _ClassVar[int]
    INGEST_FIELD_NUMBER: _ClassVar[int]
    PONG_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    QUARANTINE_FIELD_NUMBER: _ClassVar[int]
    QUERY_CHUNK_FIELD_NUMBER: _ClassVar[int]
    QUERY_DONE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SHOW_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    WELCOME_FIELD_NUMBER: _ClassVar[int]
    ack: _feed_pb2.AckReply
    catalog: _query_pb2.CatalogReply
    caught_up: _feed_pb2.CaughtUp
    change: _feed_pb2.Change
    cursors: _feed_pb2.CursorReply
    error: Error
    gap: _feed_pb2.Gap
    ingest: _ingest_pb2.IngestReply
    pong: Pong
    progress: _feed_pb2.Progress
    quarantine: _ingest_pb2.QuarantineReply
    query_chunk: _query_pb2.QueryChunk
    query_done: _query_pb2.QueryDone
    request_id: int
    show: _query_pb2.ShowReply
    status: _query_pb2.StatusReply
    welcome: Welcome
    def __init__(self, request_id: _Optional[int] = ..., welcome: _Optional[_Union[Welcome, _Mapping]] = ..., ingest: _Optional[_Union[_ingest_pb2.IngestReply, _Mapping]] = ..., query_chunk: _Optional[_Union[_query_pb2.QueryChunk, _Mapping]] = ..., query_done: _Optional[_Union[_query_pb2.QueryDone, _Mapping]] = ..., show: _Optional[_Union[_query_pb2.ShowReply, _Mapping]] = ..., catalog: _Optional[_Union[_query_pb2.CatalogReply, _Mapping]] = ..., status: _Optional[_Union[_query_pb2.StatusReply, _Mapping]] = ..., pong: _Optional[_Union[Pong, _Mapping]] = ..., error: _Optional[_Union[Error, _Mapping]] = ..., change: _Optional[_Union[_feed_pb2.Change, _Mapping]] = ..., caught_up: _Optional[_Union[_feed_pb2.CaughtUp, _Mapping]] = ..., progress: _Optional[_Union[_feed_pb2.Progress, _Mapping]] = ..., gap: _Optional[_Union[_feed_pb2.Gap, _Mapping]] = ..., quarantine: _Optional[_Union[_ingest_pb2.QuarantineReply, _Mapping]] = ..., ack: _Optional[_Union[_feed_pb2.AckReply, _Mapping]] = ..., cursors: _Optional[_Union[_feed_pb2.CursorReply, _Mapping]] = ...) -> None: ...

class Welcome(_message.Message):
    __slots__ = ["checkpoint", "last_batch_number", "last_sequence", "limits", "protocol_version", "server_version"]
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    LAST_BATCH_NUMBER_FIELD_NUMBER: _ClassVar[int]
    LAST_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    SERVER_VERSION_FIELD_NUMBER: _ClassVar[int]
    checkpoint: str
    last_batch_number: int
    last_sequence: int
    limits: Limits
    protocol_version: int
    server_version: str
    def __init__(self, protocol_version: _Optional[int] = ..., server_version: _Optional[str] = ..., limits: _Optional[_Union[Limits, _Mapping]] = ..., last_sequence: _Optional[int] = ..., last_batch_number: _Optional[int] = ..., checkpoint: _Optional[str] = ...) -> None: ...
