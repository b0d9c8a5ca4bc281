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

class Verdict(_message.Message):
    __slots__ = ["code", "field", "index", "message", "outcome", "sequence"]
    CODE_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    code: str
    field: str
    index: int
    message: str
    outcome: Outcome
    sequence: int
    def __init__(self, index: _Optional[int] = ..., outcome: _Optional[_Union[Outcome, str]] = ..., sequence: _Optional[int] = ..., code: _Optional[str] = ..., field: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class BatchMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Outcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
