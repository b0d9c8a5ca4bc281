from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

AGGREGATION_FLOW: Aggregation
AGGREGATION_NONE: Aggregation
AGGREGATION_RATE: Aggregation
AGGREGATION_STOCK: Aggregation
AGGREGATION_UNSPECIFIED: Aggregation
ATTRIBUTION_ANONYMOUS: Attribution
ATTRIBUTION_ISSUER: Attribution
ATTRIBUTION_NAMED: Attribution
ATTRIBUTION_PUBLISHER: Attribution
ATTRIBUTION_SECOND_HAND: Attribution
ATTRIBUTION_THIRD_HAND: Attribution
ATTRIBUTION_UNATTRIBUTED: Attribution
ATTRIBUTION_UNSPECIFIED: Attribution
BOUND_KIND_APPROXIMATE: BoundKind
BOUND_KIND_CLOSED: BoundKind
BOUND_KIND_OPEN: BoundKind
BOUND_KIND_UNSPECIFIED: BoundKind
DESCRIPTOR: _descriptor.FileDescriptor
IDENTIFIER_SCHEME_ALIAS: IdentifierScheme
IDENTIFIER_SCHEME_CIK: IdentifierScheme
IDENTIFIER_SCHEME_ISIN: IdentifierScheme
IDENTIFIER_SCHEME_LEI: IdentifierScheme
IDENTIFIER_SCHEME_TICKER: IdentifierScheme
IDENTIFIER_SCHEME_UNSPECIFIED: IdentifierScheme
MEASURE_CONVERSION: Measure
MEASURE_DIRECTION: Measure
MEASURE_DURATION: Measure
MEASURE_GROWTH: Measure
MEASURE_GROWTH_QOQ: Measure
MEASURE_GROWTH_SINCE_LISTING: Measure
MEASURE_GROWTH_YOY: Measure
MEASURE_GROWTH_YTD: Measure
MEASURE_LEVEL: Measure
MEASURE_PRICE: Measure
MEASURE_RANK: Measure
MEASURE_RATE: Measure
MEASURE_RATIO: Measure
MEASURE_SHARE: Measure
MEASURE_UNSPECIFIED: Measure
PARTY_KIND_COMPANY: PartyKind
PARTY_KIND_COUNTRY: PartyKind
PARTY_KIND_GROUP: PartyKind
PARTY_KIND_MARKET: PartyKind
PARTY_KIND_PRODUCT: PartyKind
PARTY_KIND_SEGMENT: PartyKind
PARTY_KIND_UNSPECIFIED: PartyKind
PERIOD_KIND_INSTANT: PeriodKind
PERIOD_KIND_NONE: PeriodKind
PERIOD_KIND_OPEN: PeriodKind
PERIOD_KIND_SPAN: PeriodKind
PERIOD_KIND_UNSPECIFIED: PeriodKind
PERIOD_KIND_WINDOW: PeriodKind
ROLE_BUYER: Role
ROLE_COMPARATOR: Role
ROLE_CUSTOMER: Role
ROLE_INVESTOR: Role
ROLE_OTHER: Role
ROLE_SELLER: Role
ROLE_SUPPLIER: Role
ROLE_UNSPECIFIED: Role
STATUS_ACTUAL: Status
STATUS_COMMITMENT: Status
STATUS_ESTIMATE: Status
STATUS_GUIDANCE: Status
STATUS_TARGET: Status
STATUS_UNSPECIFIED: Status
UNIT_CLASS_COUNT: UnitClass
UNIT_CLASS_MONEY: UnitClass
UNIT_CLASS_PRICE: UnitClass
UNIT_CLASS_RATE: UnitClass
UNIT_CLASS_RATIO: UnitClass
UNIT_CLASS_UNSPECIFIED: UnitClass

class Attribute(_message.Message):
    __slots__ = ["name", "value"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    name: str
    value: str
    def __init__(self, name: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...

class CapexFact(_message.Message):
    __slots__ = ["amount", "counterparties", "definition", "measure", "period", "product", "subject"]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    COUNTERPARTIES_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    MEASURE_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    amount: Quantity
    counterparties: _containers.RepeatedCompositeFieldContainer[Counterparty]
    definition: str
    measure: Measure
    period: Period
    product: str
    subject: Party
    def __init__(self, subject: _Optional[_Union[Party, _Mapping]] = ..., counterparties: _Optional[_Iterable[_Union[Counterparty, _Mapping]]] = ..., period: _Optional[_Union[Period, _Mapping]] = ..., measure: _Optional[_Union[Measure, str]] = ..., amount: _Optional[_Union[Quantity, _Mapping]] = ..., definition: _Optional[str] = ..., product: _Optional[str] = ...) -> None: ...

class CatalogChange(_message.Message):
    __slots__ = ["automatic", "merges", "metrics", "parties", "products", "sources"]
    AUTOMATIC_FIELD_NUMBER: _ClassVar[int]
    MERGES_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    PARTIES_FIELD_NUMBER: _ClassVar[int]
    PRODUCTS_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    automatic: bool
    merges: _containers.RepeatedCompositeFieldContainer[PartyMerge]
    metrics: _containers.RepeatedCompositeFieldContainer[CatalogMetric]
    parties: _containers.RepeatedCompositeFieldContainer[CatalogParty]
    products: _containers.RepeatedCompositeFieldContainer[CatalogProduct]
    sources: _containers.RepeatedCompositeFieldContainer[CatalogSource]
    def __init__(self, parties: _Optional[_Iterable[_Union[CatalogParty, _Mapping]]] = ..., metrics: _Optional[_Iterable[_Union[CatalogMetric, _Mapping]]] = ..., products: _Optional[_Iterable[_Union[CatalogProduct, _Mapping]]] = ..., sources: _Optional[_Iterable[_Union[CatalogSource, _Mapping]]] = ..., automatic: bool = ..., merges: _Optional[_Iterable[_Union[PartyMerge, _Mapping]]] = ...) -> None: ...

class CatalogMetric(_message.Message):
    __slots__ = ["aggregation", "aliases", "default_measure", "id", "name", "tags", "unit_class"]
    AGGREGATION_FIELD_NUMBER: _ClassVar[int]
    ALIASES_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_MEASURE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    UNIT_CLASS_FIELD_NUMBER: _ClassVar[int]
    aggregation: Aggregation
    aliases: _containers.RepeatedScalarFieldContainer[str]
    default_measure: Measure
    id: str
    name: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    unit_class: UnitClass
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., unit_class: _Optional[_Union[UnitClass, str]] = ..., aggregation: _Optional[_Union[Aggregation, str]] = ..., default_measure: _Optional[_Union[Measure, str]] = ..., tags: _Optional[_Iterable[str]] = ..., aliases: _Optional[_Iterable[str]] = ...) -> None: ...

class CatalogParty(_message.Message):
    __slots__ = ["aliases", "cik", "country", "fiscal_year_end", "id", "identifiers", "kind", "members", "memberships", "merged", "name", "tickers"]
    ALIASES_FIELD_NUMBER: _ClassVar[int]
    CIK_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    FISCAL_YEAR_END_FIELD_NUMBER: _ClassVar[int]
    IDENTIFIERS_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    MEMBERSHIPS_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    MERGED_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TICKERS_FIELD_NUMBER: _ClassVar[int]
    aliases: _containers.RepeatedScalarFieldContainer[str]
    cik: str
    country: str
    fiscal_year_end: str
    id: str
    identifiers: _containers.RepeatedCompositeFieldContainer[Identifier]
    kind: PartyKind
    members: _containers.RepeatedScalarFieldContainer[str]
    memberships: _containers.RepeatedCompositeFieldContainer[Membership]
    merged: _containers.RepeatedScalarFieldContainer[str]
    name: str
    tickers: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., kind: _Optional[_Union[PartyKind, str]] = ..., aliases: _Optional[_Iterable[str]] = ..., tickers: _Optional[_Iterable[str]] = ..., cik: _Optional[str] = ..., country: _Optional[str] = ..., fiscal_year_end: _Optional[str] = ..., members: _Optional[_Iterable[str]] = ..., identifiers: _Optional[_Iterable[_Union[Identifier, _Mapping]]] = ..., memberships: _Optional[_Iterable[_Union[Membership, _Mapping]]] = ..., merged: _Optional[_Iterable[str]] = ...) -> None: ...

class CatalogProduct(_message.Message):
    __slots__ = ["aliases", "id"]
    ALIASES_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    aliases: _containers.RepeatedScalarFieldContainer[str]
    id: str
    def __init__(self, id: _Optional[str] = ..., aliases: _Optional[_Iterable[str]] = ...) -> None: ...

class CatalogSource(_message.Message):
    __slots__ = ["aliases", "name", "rank"]
    ALIASES_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    RANK_FIELD_NUMBER: _ClassVar[int]
    aliases: _containers.RepeatedScalarFieldContainer[str]
    name: str
    rank: int
    def __init__(self, name: _Optional[str] = ..., aliases: _Optional[_Iterable[str]] = ..., rank: _Optional[int] = ...) -> None: ...

class Cell(_message.Message):
    __slots__ = ["counterparties", "currency", "definition", "measure", "metric", "period", "product", "subject", "unit"]
    COUNTERPARTIES_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    MEASURE_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    counterparties: _containers.RepeatedCompositeFieldContainer[Counterparty]
    currency: str
    definition: str
    measure: Measure
    metric: str
    period: Period
    product: str
    subject: Party
    unit: str
    def __init__(self, subject: _Optional[_Union[Party, _Mapping]] = ..., metric: _Optional[str] = ..., counterparties: _Optional[_Iterable[_Union[Counterparty, _Mapping]]] = ..., product: _Optional[str] = ..., period: _Optional[_Union[Period, _Mapping]] = ..., measure: _Optional[_Union[Measure, str]] = ..., unit: _Optional[str] = ..., currency: _Optional[str] = ..., definition: _Optional[str] = ...) -> None: ...

class ChipShipmentFact(_message.Message):
    __slots__ = ["counterparties", "measure", "period", "product", "subject", "subject_role", "unit_price", "units", "value"]
    COUNTERPARTIES_FIELD_NUMBER: _ClassVar[int]
    MEASURE_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_ROLE_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    UNIT_PRICE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    counterparties: _containers.RepeatedCompositeFieldContainer[Counterparty]
    measure: Measure
    period: Period
    product: str
    subject: Party
    subject_role: Role
    unit_price: Quantity
    units: Quantity
    value: Quantity
    def __init__(self, subject: _Optional[_Union[Party, _Mapping]] = ..., subject_role: _Optional[_Union[Role, str]] = ..., counterparties: _Optional[_Iterable[_Union[Counterparty, _Mapping]]] = ..., product: _Optional[str] = ..., period: _Optional[_Union[Period, _Mapping]] = ..., measure: _Optional[_Union[Measure, str]] = ..., units: _Optional[_Union[Quantity, _Mapping]] = ..., unit_price: _Optional[_Union[Quantity, _Mapping]] = ..., value: _Optional[_Union[Quantity, _Mapping]] = ...) -> None: ...

class Citation(_message.Message):
    __slots__ = ["accession", "published_at", "publisher", "text", "title", "url"]
    ACCESSION_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_AT_FIELD_NUMBER: _ClassVar[int]
    PUBLISHER_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    accession: str
    published_at: str
    publisher: str
    text: str
    title: str
    url: str
    def __init__(self, accession: _Optional[str] = ..., url: _Optional[str] = ..., publisher: _Optional[str] = ..., title: _Optional[str] = ..., published_at: _Optional[str] = ..., text: _Optional[str] = ...) -> None: ...

class Counterparty(_message.Message):
    __slots__ = ["party", "role"]
    PARTY_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    party: Party
    role: Role
    def __init__(self, party: _Optional[_Union[Party, _Mapping]] = ..., role: _Optional[_Union[Role, str]] = ...) -> None: ...

class Event(_message.Message):
    __slots__ = ["capex", "catalog_change", "chip_shipment", "event_id", "measure", "note", "origin", "published_at", "retraction", "source", "status"]
    CAPEX_FIELD_NUMBER: _ClassVar[int]
    CATALOG_CHANGE_FIELD_NUMBER: _ClassVar[int]
    CHIP_SHIPMENT_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    MEASURE_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_AT_FIELD_NUMBER: _ClassVar[int]
    RETRACTION_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    capex: CapexFact
    catalog_change: CatalogChange
    chip_shipment: ChipShipmentFact
    event_id: str
    measure: MeasureFact
    note: str
    origin: Origin
    published_at: str
    retraction: Retraction
    source: Source
    status: Status
    def __init__(self, event_id: _Optional[str] = ..., source: _Optional[_Union[Source, _Mapping]] = ..., published_at: _Optional[str] = ..., status: _Optional[_Union[Status, str]] = ..., origin: _Optional[_Union[Origin, _Mapping]] = ..., note: _Optional[str] = ..., capex: _Optional[_Union[CapexFact, _Mapping]] = ..., chip_shipment: _Optional[_Union[ChipShipmentFact, _Mapping]] = ..., measure: _Optional[_Union[MeasureFact, _Mapping]] = ..., retraction: _Optional[_Union[Retraction, _Mapping]] = ..., catalog_change: _Optional[_Union[CatalogChange, _Mapping]] = ...) -> None: ...

class Identifier(_message.Message):
    __slots__ = ["scheme", "valid_from", "valid_to", "value"]
    SCHEME_FIELD_NUMBER: _ClassVar[int]
    VALID_FROM_FIELD_NUMBER: _ClassVar[int]
    VALID_TO_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    scheme: IdentifierScheme
    valid_from: str
    valid_to: str
    value: str
    def __init__(self, scheme: _Optional[_Union[IdentifierScheme, str]] = ..., value: _Optional[str] = ..., valid_from: _Optional[str] = ..., valid_to: _Optional[str] = ...) -> None: ...

class MeasureFact(_message.Message):
    __slots__ = ["counterparties", "definition", "measure", "metric", "period", "product", "quantity", "subject"]
    COUNTERPARTIES_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    MEASURE_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    counterparties: _containers.RepeatedCompositeFieldContainer[Counterparty]
    definition: str
    measure: Measure
    metric: str
    period: Period
    product: str
    quantity: Quantity
    subject: Party
    def __init__(self, subject: _Optional[_Union[Party, _Mapping]] = ..., counterparties: _Optional[_Iterable[_Union[Counterparty, _Mapping]]] = ..., metric: _Optional[str] = ..., product: _Optional[str] = ..., period: _Optional[_Union[Period, _Mapping]] = ..., measure: _Optional[_Union[Measure, str]] = ..., quantity: _Optional[_Union[Quantity, _Mapping]] = ..., definition: _Optional[str] = ...) -> None: ...

class Membership(_message.Message):
    __slots__ = ["party", "valid_from", "valid_to"]
    PARTY_FIELD_NUMBER: _ClassVar[int]
    VALID_FROM_FIELD_NUMBER: _ClassVar[int]
    VALID_TO_FIELD_NUMBER: _ClassVar[int]
    party: str
    valid_from: str
    valid_to: str
    def __init__(self, party: _Optional[str] = ..., valid_from: _Optional[str] = ..., valid_to: _Optional[str] = ...) -> None: ...

class Origin(_message.Message):
    __slots__ = ["file", "line", "metric_label", "period_certainty", "printed", "related", "row_id"]
    FILE_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    METRIC_LABEL_FIELD_NUMBER: _ClassVar[int]
    PERIOD_CERTAINTY_FIELD_NUMBER: _ClassVar[int]
    PRINTED_FIELD_NUMBER: _ClassVar[int]
    RELATED_FIELD_NUMBER: _ClassVar[int]
    ROW_ID_FIELD_NUMBER: _ClassVar[int]
    file: str
    line: int
    metric_label: str
    period_certainty: str
    printed: _containers.RepeatedCompositeFieldContainer[Attribute]
    related: _containers.RepeatedScalarFieldContainer[str]
    row_id: str
    def __init__(self, row_id: _Optional[str] = ..., file: _Optional[str] = ..., line: _Optional[int] = ..., related: _Optional[_Iterable[str]] = ..., metric_label: _Optional[str] = ..., period_certainty: _Optional[str] = ..., printed: _Optional[_Iterable[_Union[Attribute, _Mapping]]] = ...) -> None: ...

class Party(_message.Message):
    __slots__ = ["cik", "kind", "name", "ticker"]
    CIK_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TICKER_FIELD_NUMBER: _ClassVar[int]
    cik: str
    kind: PartyKind
    name: str
    ticker: str
    def __init__(self, name: _Optional[str] = ..., kind: _Optional[_Union[PartyKind, str]] = ..., cik: _Optional[str] = ..., ticker: _Optional[str] = ...) -> None: ...

class PartyMerge(_message.Message):
    __slots__ = ["into", "party", "undo"]
    INTO_FIELD_NUMBER: _ClassVar[int]
    PARTY_FIELD_NUMBER: _ClassVar[int]
    UNDO_FIELD_NUMBER: _ClassVar[int]
    into: str
    party: str
    undo: bool
    def __init__(self, party: _Optional[str] = ..., into: _Optional[str] = ..., undo: bool = ...) -> None: ...

class Period(_message.Message):
    __slots__ = ["end", "kind", "label", "start"]
    END_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    end: str
    kind: PeriodKind
    label: str
    start: str
    def __init__(self, kind: _Optional[_Union[PeriodKind, str]] = ..., start: _Optional[str] = ..., end: _Optional[str] = ..., label: _Optional[str] = ...) -> None: ...

class Quantity(_message.Message):
    __slots__ = ["approx", "currency", "growth_only", "high", "high_kind", "low", "low_kind", "stated_decimals", "unit", "unquantified", "value"]
    APPROX_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    GROWTH_ONLY_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    HIGH_KIND_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    LOW_KIND_FIELD_NUMBER: _ClassVar[int]
    STATED_DECIMALS_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    UNQUANTIFIED_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    approx: bool
    currency: str
    growth_only: bool
    high: str
    high_kind: BoundKind
    low: str
    low_kind: BoundKind
    stated_decimals: int
    unit: str
    unquantified: bool
    value: str
    def __init__(self, value: _Optional[str] = ..., low: _Optional[str] = ..., low_kind: _Optional[_Union[BoundKind, str]] = ..., high: _Optional[str] = ..., high_kind: _Optional[_Union[BoundKind, str]] = ..., approx: bool = ..., stated_decimals: _Optional[int] = ..., unit: _Optional[str] = ..., currency: _Optional[str] = ..., growth_only: bool = ..., unquantified: bool = ...) -> None: ...

class Retraction(_message.Message):
    __slots__ = ["cell", "document_published_at", "event_id", "reason"]
    CELL_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_PUBLISHED_AT_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    cell: Cell
    document_published_at: str
    event_id: str
    reason: str
    def __init__(self, event_id: _Optional[str] = ..., cell: _Optional[_Union[Cell, _Mapping]] = ..., reason: _Optional[str] = ..., document_published_at: _Optional[str] = ...) -> None: ...

class Source(_message.Message):
    __slots__ = ["accession", "attributed_to", "attribution", "cites", "form", "published_at_certainty", "publisher", "publisher_certainty", "title", "url"]
    ACCESSION_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTED_TO_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    CITES_FIELD_NUMBER: _ClassVar[int]
    FORM_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_AT_CERTAINTY_FIELD_NUMBER: _ClassVar[int]
    PUBLISHER_CERTAINTY_FIELD_NUMBER: _ClassVar[int]
    PUBLISHER_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    accession: str
    attributed_to: str
    attribution: Attribution
    cites: _containers.RepeatedCompositeFieldContainer[Citation]
    form: str
    published_at_certainty: str
    publisher: str
    publisher_certainty: str
    title: str
    url: str
    def __init__(self, publisher: _Optional[str] = ..., url: _Optional[str] = ..., title: _Optional[str] = ..., accession: _Optional[str] = ..., form: _Optional[str] = ..., attributed_to: _Optional[str] = ..., attribution: _Optional[_Union[Attribution, str]] = ..., cites: _Optional[_Iterable[_Union[Citation, _Mapping]]] = ..., publisher_certainty: _Optional[str] = ..., published_at_certainty: _Optional[str] = ...) -> None: ...

class Status(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Measure(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class BoundKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class PeriodKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class PartyKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Role(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Attribution(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class IdentifierScheme(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class UnitClass(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Aggregation(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
