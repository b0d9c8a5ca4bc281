from capexdb.v1 import event_pb2 as _event_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

BATCH_MODE_ATOMIC: BatchMode
BATCH_MODE_PARTIAL: BatchMode
BATCH_MODE_UNSPECIFIED: BatchMode
DESCRIPTOR: _descriptor.FileDescriptor
OUTCOME_ACCEPTED: Outcome
OUTCOME_CONFLICT: Outcome
OUTCOME_DUPLICATE: Outcome
OUTCOME_QUARANTINED: Outcome
OUTCOME_REJECTED: Outcome
OUTCOME_UNSPECIFIED: Outcome
QUARANTINE_ACTION_APPROVE: QuarantineAction
QUARANTINE_ACTION_LIST: QuarantineAction
QUARANTINE_ACTION_REJECT: QuarantineAction
QUARANTINE_ACTION_SHOW: QuarantineAction
QUARANTINE_ACTION_UNSPECIFIED: QuarantineAction
QUARANTINE_STATE_ALL: QuarantineState
QUARANTINE_STATE_APPROVED: QuarantineState
QUARANTINE_STATE_HELD: QuarantineState
QUARANTINE_STATE_REJECTED: QuarantineState
QUARANTINE_STATE_UNSPECIFIED: QuarantineState

class IngestReply(_message.Message):
    __slots__ = ["accepted", "batch_number", "duplicates", "first_sequence", "last_sequence", "quarantined", "rejected", "replayed", "store_sequence", "verdicts"]
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    BATCH_NUMBER_FIELD_NUMBER: _ClassVar[int]
    DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    FIRST_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    LAST_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    QUARANTINED_FIELD_NUMBER: _ClassVar[int]
    REJECTED_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    STORE_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    VERDICTS_FIELD_NUMBER: _ClassVar[int]
    accepted: int
    batch_number: int
    duplicates: int
    first_sequence: int
    last_sequence: int
    quarantined: int
    rejected: int
    replayed: bool
    store_sequence: int
    verdicts: _containers.RepeatedCompositeFieldContainer[Verdict]
    def __init__(self, batch_number: _Optional[int] = ..., first_sequence: _Optional[int] = ..., last_sequence: _Optional[int] = ..., accepted: _Optional[int] = ..., duplicates: _Optional[int] = ..., rejected: _Optional[int] = ..., quarantined: _Optional[int] = ..., verdicts: _Optional[_Iterable[_Union[Verdict, _Mapping]]] = ..., store_sequence: _Optional[int] = ..., replayed: bool = ...) -> None: ...

class IngestRequest(_message.Message):
    __slots__ = ["batch_number", "checkpoint", "dry_run", "events", "mode", "producer_id"]
    BATCH_NUMBER_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    PRODUCER_ID_FIELD_NUMBER: _ClassVar[int]
    batch_number: int
    checkpoint: str
    dry_run: bool
    events: _containers.RepeatedCompositeFieldContainer[_event_pb2.Event]
    mode: BatchMode
    producer_id: str
    def __init__(self, producer_id: _Optional[str] = ..., batch_number: _Optional[int] = ..., mode: _Optional[_Union[BatchMode, str]] = ..., dry_run: bool = ..., events: _Optional[_Iterable[_Union[_event_pb2.Event, _Mapping]]] = ..., checkpoint: _Optional[str] = ...) -> None: ...

class QuarantineDecision(_message.Message):
    __slots__ = ["changed", "code", "id", "message", "sequence", "state"]
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    changed: bool
    code: str
    id: int
    message: str
    sequence: int
    state: QuarantineState
    def __init__(self, id: _Optional[int] = ..., state: _Optional[_Union[QuarantineState, str]] = ..., sequence: _Optional[int] = ..., changed: bool = ..., code: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class QuarantineEntry(_message.Message):
    __slots__ = ["batch_number", "code", "company", "decided_at_us", "event", "event_bytes", "event_id", "field", "held_at_us", "id", "message", "metric", "note", "period", "producer_id", "published_at", "sequence", "source", "state", "unit", "value"]
    BATCH_NUMBER_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    COMPANY_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_US_FIELD_NUMBER: _ClassVar[int]
    EVENT_BYTES_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    HELD_AT_US_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    PRODUCER_ID_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_AT_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    batch_number: int
    code: str
    company: str
    decided_at_us: int
    event: _event_pb2.Event
    event_bytes: bytes
    event_id: str
    field: str
    held_at_us: int
    id: int
    message: str
    metric: str
    note: str
    period: str
    producer_id: str
    published_at: str
    sequence: int
    source: str
    state: QuarantineState
    unit: str
    value: str
    def __init__(self, id: _Optional[int] = ..., state: _Optional[_Union[QuarantineState, str]] = ..., held_at_us: _Optional[int] = ..., producer_id: _Optional[str] = ..., batch_number: _Optional[int] = ..., code: _Optional[str] = ..., field: _Optional[str] = ..., message: _Optional[str] = ..., company: _Optional[str] = ..., metric: _Optional[str] = ..., period: _Optional[str] = ..., value: _Optional[str] = ..., unit: _Optional[str] = ..., source: _Optional[str] = ..., published_at: _Optional[str] = ..., event_id: _Optional[str] = ..., decided_at_us: _Optional[int] = ..., note: _Optional[str] = ..., sequence: _Optional[int] = ..., event: _Optional[_Union[_event_pb2.Event, _Mapping]] = ..., event_bytes: _Optional[bytes] = ...) -> None: ...

class QuarantineReply(_message.Message):
    __slots__ = ["decisions", "entries", "held", "last_id", "more", "store_sequence"]
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    HELD_FIELD_NUMBER: _ClassVar[int]
    LAST_ID_FIELD_NUMBER: _ClassVar[int]
    MORE_FIELD_NUMBER: _ClassVar[int]
    STORE_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    decisions: _containers.RepeatedCompositeFieldContainer[QuarantineDecision]
    entries: _containers.RepeatedCompositeFieldContainer[QuarantineEntry]
    held: int
    last_id: int
    more: bool
    store_sequence: int
    def __init__(self, entries: _Optional[_Iterable[_Union[QuarantineEntry, _Mapping]]] = ..., decisions: _Optional[_Iterable[_Union[QuarantineDecision, _Mapping]]] = ..., more: bool = ..., last_id: _Optional[int] = ..., held: _Optional[int] = ..., store_sequence: _Optional[int] = ...) -> None: ...

class QuarantineRequest(_message.Message):
    __slots__ = ["action", "after_id", "all", "code", "company", "ids", "limit", "note", "producer_id", "state"]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    AFTER_ID_FIELD_NUMBER: _ClassVar[int]
    ALL_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    COMPANY_FIELD_NUMBER: _ClassVar[int]
    IDS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    PRODUCER_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    action: QuarantineAction
    after_id: int
    all: bool
    code: str
    company: str
    ids: _containers.RepeatedScalarFieldContainer[int]
    limit: int
    note: str
    producer_id: str
    state: QuarantineState
    def __init__(self, action: _Optional[_Union[QuarantineAction, str]] = ..., ids: _Optional[_Iterable[int]] = ..., all: bool = ..., producer_id: _Optional[str] = ..., code: _Optional[str] = ..., company: _Optional[str] = ..., state: _Optional[_Union[QuarantineState, str]] = ..., limit: _Optional[int] = ..., after_id: _Optional[int] = ..., note: _Optional[str] = ...) -> None: ...

class Verdict(_message.Message):
    __slots__ = ["code", "field", "index", "message", "outcome", "quarantine_id", "sequence"]
    CODE_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    QUARANTINE_ID_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    code: str
    field: str
    index: int
    message: str
    outcome: Outcome
    quarantine_id: int
    sequence: int
    def __init__(self, index: _Optional[int] = ..., outcome: _Optional[_Union[Outcome, str]] = ..., sequence: _Optional[int] = ..., code: _Optional[str] = ..., field: _Optional[str] = ..., message: _Optional[str] = ..., quarantine_id: _Optional[int] = ...) -> None: ...

class BatchMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Outcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class QuarantineState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class QuarantineAction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
