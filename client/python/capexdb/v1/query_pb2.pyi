from capexdb.v1 import event_pb2 as _event_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
DIMENSION_COMPANY: Dimension
DIMENSION_COUNTERPARTY: Dimension
DIMENSION_GROUP: Dimension
DIMENSION_PERIOD: Dimension
DIMENSION_PRODUCT: Dimension
DIMENSION_SOURCE: Dimension
DIMENSION_STATUS: Dimension
DIMENSION_UNSPECIFIED: Dimension
EVERY_HALF: Every
EVERY_QUARTER: Every
EVERY_TTM: Every
EVERY_UNSPECIFIED: Every
EVERY_YEAR: Every
FINDING_BOUND_LOST: Finding
FINDING_BROKEN_IDENTITY: Finding
FINDING_COMPLETE_DUPLICATE: Finding
FINDING_CONSISTENT_DUPLICATE: Finding
FINDING_CONVERSION: Finding
FINDING_INCONSISTENT_DUPLICATE: Finding
FINDING_PARTS_AND_TOTAL: Finding
FINDING_PART_ABOVE_WHOLE: Finding
FINDING_SCOPE_DRIFT: Finding
FINDING_UNSPECIFIED: Finding
FOLD_AVG: Fold
FOLD_COUNT: Fold
FOLD_MAX: Fold
FOLD_MEDIAN: Fold
FOLD_MIN: Fold
FOLD_UNSPECIFIED: Fold
GROWTH_CAGR: Growth
GROWTH_QOQ: Growth
GROWTH_UNSPECIFIED: Growth
GROWTH_YOY: Growth
QUERY_KIND_CELLS: QueryKind
QUERY_KIND_CHANGES: QueryKind
QUERY_KIND_CONFLICTS: QueryKind
QUERY_KIND_SHIPMENTS: QueryKind
QUERY_KIND_STATEMENTS: QueryKind
QUERY_KIND_SUM: QueryKind
QUERY_KIND_UNSPECIFIED: QueryKind

class CatalogReply(_message.Message):
    __slots__ = ["metrics", "parties", "products", "sequence", "sources"]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    PARTIES_FIELD_NUMBER: _ClassVar[int]
    PRODUCTS_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    metrics: _containers.RepeatedCompositeFieldContainer[_event_pb2.CatalogMetric]
    parties: _containers.RepeatedCompositeFieldContainer[_event_pb2.CatalogParty]
    products: _containers.RepeatedCompositeFieldContainer[_event_pb2.CatalogProduct]
    sequence: int
    sources: _containers.RepeatedCompositeFieldContainer[_event_pb2.CatalogSource]
    def __init__(self, parties: _Optional[_Iterable[_Union[_event_pb2.CatalogParty, _Mapping]]] = ..., metrics: _Optional[_Iterable[_Union[_event_pb2.CatalogMetric, _Mapping]]] = ..., products: _Optional[_Iterable[_Union[_event_pb2.CatalogProduct, _Mapping]]] = ..., sources: _Optional[_Iterable[_Union[_event_pb2.CatalogSource, _Mapping]]] = ..., sequence: _Optional[int] = ...) -> None: ...

class CatalogRequest(_message.Message):
    __slots__ = ["as_of", "at_sequence", "kind", "name"]
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    AT_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    KIND_COMPANIES: CatalogRequest.Kind
    KIND_FIELD_NUMBER: _ClassVar[int]
    KIND_GROUPS: CatalogRequest.Kind
    KIND_METRICS: CatalogRequest.Kind
    KIND_PRODUCTS: CatalogRequest.Kind
    KIND_SOURCES: CatalogRequest.Kind
    KIND_UNSPECIFIED: CatalogRequest.Kind
    NAME_FIELD_NUMBER: _ClassVar[int]
    as_of: str
    at_sequence: int
    kind: CatalogRequest.Kind
    name: str
    def __init__(self, kind: _Optional[_Union[CatalogRequest.Kind, str]] = ..., name: _Optional[str] = ..., at_sequence: _Optional[int] = ..., as_of: _Optional[str] = ...) -> None: ...

class Coverage(_message.Message):
    __slots__ = ["missing", "of", "reported"]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    OF_FIELD_NUMBER: _ClassVar[int]
    REPORTED_FIELD_NUMBER: _ClassVar[int]
    missing: _containers.RepeatedScalarFieldContainer[str]
    of: int
    reported: int
    def __init__(self, reported: _Optional[int] = ..., of: _Optional[int] = ..., missing: _Optional[_Iterable[str]] = ...) -> None: ...

class QueryChunk(_message.Message):
    __slots__ = ["rows"]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[QueryRow]
    def __init__(self, rows: _Optional[_Iterable[_Union[QueryRow, _Mapping]]] = ...) -> None: ...

class QueryDone(_message.Message):
    __slots__ = ["as_of", "coverage", "notes", "policy", "sequence", "token", "truncated"]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    COVERAGE_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    as_of: str
    coverage: Coverage
    notes: _containers.RepeatedScalarFieldContainer[str]
    policy: str
    sequence: int
    token: str
    truncated: bool
    def __init__(self, sequence: _Optional[int] = ..., as_of: _Optional[str] = ..., policy: _Optional[str] = ..., token: _Optional[str] = ..., coverage: _Optional[_Union[Coverage, _Mapping]] = ..., notes: _Optional[_Iterable[str]] = ..., truncated: bool = ...) -> None: ...

class QueryRequest(_message.Message):
    __slots__ = ["as_of", "at_sequence", "buyer", "by", "cumulative", "currency", "deadline_ms", "definition", "every", "explain", "findings", "fold", "from_as_of", "from_recorded", "from_sequence", "growth", "kind", "limit", "measure", "metric", "no_implied", "periods", "policy", "product", "select", "seller", "share", "statuses", "top"]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    AT_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    BUYER_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    CUMULATIVE_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    DEADLINE_MS_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    EVERY_FIELD_NUMBER: _ClassVar[int]
    EXPLAIN_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    FOLD_FIELD_NUMBER: _ClassVar[int]
    FROM_AS_OF_FIELD_NUMBER: _ClassVar[int]
    FROM_RECORDED_FIELD_NUMBER: _ClassVar[int]
    FROM_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    GROWTH_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    MEASURE_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    NO_IMPLIED_FIELD_NUMBER: _ClassVar[int]
    PERIODS_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    SELECT_FIELD_NUMBER: _ClassVar[int]
    SELLER_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    STATUSES_FIELD_NUMBER: _ClassVar[int]
    TOP_FIELD_NUMBER: _ClassVar[int]
    as_of: str
    at_sequence: int
    buyer: str
    by: _containers.RepeatedScalarFieldContainer[Dimension]
    cumulative: bool
    currency: str
    deadline_ms: int
    definition: str
    every: Every
    explain: bool
    findings: _containers.RepeatedScalarFieldContainer[Finding]
    fold: Fold
    from_as_of: str
    from_recorded: str
    from_sequence: int
    growth: Growth
    kind: QueryKind
    limit: int
    measure: str
    metric: str
    no_implied: bool
    periods: str
    policy: str
    product: str
    select: _containers.RepeatedScalarFieldContainer[str]
    seller: str
    share: bool
    statuses: _containers.RepeatedScalarFieldContainer[_event_pb2.Status]
    top: int
    def __init__(self, kind: _Optional[_Union[QueryKind, str]] = ..., select: _Optional[_Iterable[str]] = ..., metric: _Optional[str] = ..., periods: _Optional[str] = ..., as_of: _Optional[str] = ..., at_sequence: _Optional[int] = ..., policy: _Optional[str] = ..., statuses: _Optional[_Iterable[_Union[_event_pb2.Status, str]]] = ..., measure: _Optional[str] = ..., by: _Optional[_Iterable[_Union[Dimension, str]]] = ..., limit: _Optional[int] = ..., deadline_ms: _Optional[int] = ..., definition: _Optional[str] = ..., every: _Optional[_Union[Every, str]] = ..., fold: _Optional[_Union[Fold, str]] = ..., growth: _Optional[_Union[Growth, str]] = ..., share: bool = ..., cumulative: bool = ..., currency: _Optional[str] = ..., top: _Optional[int] = ..., explain: bool = ..., no_implied: bool = ..., findings: _Optional[_Iterable[_Union[Finding, str]]] = ..., from_as_of: _Optional[str] = ..., from_sequence: _Optional[int] = ..., seller: _Optional[str] = ..., buyer: _Optional[str] = ..., product: _Optional[str] = ..., from_recorded: _Optional[str] = ...) -> None: ...

class QueryRow(_message.Message):
    __slots__ = ["approx", "attributed_to", "buyer", "company", "counterparty", "currency", "definition", "derivation", "document", "documents", "end", "finding", "growth_only", "high", "high_kind", "low", "low_kind", "measure", "metric", "parts", "period", "product", "published_at", "reason", "retraction", "root", "roots", "seller", "sequence", "share", "source", "start", "status", "unit", "value", "withdrawn"]
    APPROX_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTED_TO_FIELD_NUMBER: _ClassVar[int]
    BUYER_FIELD_NUMBER: _ClassVar[int]
    COMPANY_FIELD_NUMBER: _ClassVar[int]
    COUNTERPARTY_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    DERIVATION_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    FINDING_FIELD_NUMBER: _ClassVar[int]
    GROWTH_ONLY_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    HIGH_KIND_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    LOW_KIND_FIELD_NUMBER: _ClassVar[int]
    MEASURE_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_AT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    RETRACTION_FIELD_NUMBER: _ClassVar[int]
    ROOTS_FIELD_NUMBER: _ClassVar[int]
    ROOT_FIELD_NUMBER: _ClassVar[int]
    SELLER_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWN_FIELD_NUMBER: _ClassVar[int]
    approx: bool
    attributed_to: str
    buyer: str
    company: str
    counterparty: str
    currency: str
    definition: str
    derivation: str
    document: str
    documents: int
    end: str
    finding: Finding
    growth_only: bool
    high: str
    high_kind: _event_pb2.BoundKind
    low: str
    low_kind: _event_pb2.BoundKind
    measure: _event_pb2.Measure
    metric: str
    parts: _containers.RepeatedCompositeFieldContainer[QueryRow]
    period: str
    product: str
    published_at: str
    reason: str
    retraction: bool
    root: str
    roots: int
    seller: str
    sequence: int
    share: Range
    source: str
    start: str
    status: _event_pb2.Status
    unit: str
    value: str
    withdrawn: bool
    def __init__(self, company: _Optional[str] = ..., metric: _Optional[str] = ..., product: _Optional[str] = ..., counterparty: _Optional[str] = ..., period: _Optional[str] = ..., start: _Optional[str] = ..., end: _Optional[str] = ..., value: _Optional[str] = ..., low: _Optional[str] = ..., high: _Optional[str] = ..., low_kind: _Optional[_Union[_event_pb2.BoundKind, str]] = ..., high_kind: _Optional[_Union[_event_pb2.BoundKind, str]] = ..., approx: bool = ..., unit: _Optional[str] = ..., currency: _Optional[str] = ..., status: _Optional[_Union[_event_pb2.Status, str]] = ..., measure: _Optional[_Union[_event_pb2.Measure, str]] = ..., source: _Optional[str] = ..., published_at: _Optional[str] = ..., sequence: _Optional[int] = ..., derivation: _Optional[str] = ..., documents: _Optional[int] = ..., roots: _Optional[int] = ..., reason: _Optional[str] = ..., document: _Optional[str] = ..., root: _Optional[str] = ..., attributed_to: _Optional[str] = ..., withdrawn: bool = ..., growth_only: bool = ..., definition: _Optional[str] = ..., retraction: bool = ..., seller: _Optional[str] = ..., buyer: _Optional[str] = ..., parts: _Optional[_Iterable[_Union[QueryRow, _Mapping]]] = ..., finding: _Optional[_Union[Finding, str]] = ..., share: _Optional[_Union[Range, _Mapping]] = ...) -> None: ...

class Range(_message.Message):
    __slots__ = ["approx", "high", "high_kind", "low", "low_kind", "value"]
    APPROX_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    HIGH_KIND_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    LOW_KIND_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    approx: bool
    high: str
    high_kind: _event_pb2.BoundKind
    low: str
    low_kind: _event_pb2.BoundKind
    value: str
    def __init__(self, value: _Optional[str] = ..., low: _Optional[str] = ..., high: _Optional[str] = ..., low_kind: _Optional[_Union[_event_pb2.BoundKind, str]] = ..., high_kind: _Optional[_Union[_event_pb2.BoundKind, str]] = ..., approx: bool = ...) -> None: ...

class ShowReply(_message.Message):
    __slots__ = ["batch_number", "event", "event_bytes", "producer_id", "recorded_at_us", "sequence", "supersedes"]
    BATCH_NUMBER_FIELD_NUMBER: _ClassVar[int]
    EVENT_BYTES_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    PRODUCER_ID_FIELD_NUMBER: _ClassVar[int]
    RECORDED_AT_US_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SUPERSEDES_FIELD_NUMBER: _ClassVar[int]
    batch_number: int
    event: _event_pb2.Event
    event_bytes: bytes
    producer_id: str
    recorded_at_us: int
    sequence: int
    supersedes: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, sequence: _Optional[int] = ..., recorded_at_us: _Optional[int] = ..., producer_id: _Optional[str] = ..., batch_number: _Optional[int] = ..., supersedes: _Optional[_Iterable[int]] = ..., event: _Optional[_Union[_event_pb2.Event, _Mapping]] = ..., event_bytes: _Optional[bytes] = ...) -> None: ...

class ShowRequest(_message.Message):
    __slots__ = ["sequence"]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    def __init__(self, sequence: _Optional[int] = ...) -> None: ...

class StatusReply(_message.Message):
    __slots__ = ["connections", "data_dir", "disk_bytes", "events_accepted", "events_duplicate", "events_rejected", "format_version", "memory_bytes", "metrics", "parties", "quarantined", "queries", "queries_running", "sequence", "server_version", "sources", "started_at_us", "subscriptions"]
    CONNECTIONS_FIELD_NUMBER: _ClassVar[int]
    DATA_DIR_FIELD_NUMBER: _ClassVar[int]
    DISK_BYTES_FIELD_NUMBER: _ClassVar[int]
    EVENTS_ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    EVENTS_DUPLICATE_FIELD_NUMBER: _ClassVar[int]
    EVENTS_REJECTED_FIELD_NUMBER: _ClassVar[int]
    FORMAT_VERSION_FIELD_NUMBER: _ClassVar[int]
    MEMORY_BYTES_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    PARTIES_FIELD_NUMBER: _ClassVar[int]
    QUARANTINED_FIELD_NUMBER: _ClassVar[int]
    QUERIES_FIELD_NUMBER: _ClassVar[int]
    QUERIES_RUNNING_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SERVER_VERSION_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_US_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTIONS_FIELD_NUMBER: _ClassVar[int]
    connections: int
    data_dir: str
    disk_bytes: int
    events_accepted: int
    events_duplicate: int
    events_rejected: int
    format_version: int
    memory_bytes: int
    metrics: int
    parties: int
    quarantined: int
    queries: int
    queries_running: int
    sequence: int
    server_version: str
    sources: int
    started_at_us: int
    subscriptions: int
    def __init__(self, sequence: _Optional[int] = ..., server_version: _Optional[str] = ..., format_version: _Optional[int] = ..., started_at_us: _Optional[int] = ..., parties: _Optional[int] = ..., metrics: _Optional[int] = ..., sources: _Optional[int] = ..., connections: _Optional[int] = ..., disk_bytes: _Optional[int] = ..., events_accepted: _Optional[int] = ..., events_duplicate: _Optional[int] = ..., events_rejected: _Optional[int] = ..., queries: _Optional[int] = ..., data_dir: _Optional[str] = ..., memory_bytes: _Optional[int] = ..., queries_running: _Optional[int] = ..., quarantined: _Optional[int] = ..., subscriptions: _Optional[int] = ...) -> None: ...

class StatusRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class Token(_message.Message):
    __slots__ = ["form", "query", "sequence"]
    FORM_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    form: int
    query: QueryRequest
    sequence: int
    def __init__(self, form: _Optional[int] = ..., sequence: _Optional[int] = ..., query: _Optional[_Union[QueryRequest, _Mapping]] = ...) -> None: ...

class QueryKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Dimension(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Fold(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Growth(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Finding(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Every(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
