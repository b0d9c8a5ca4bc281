"""The vocabularies, each member being the word that docs/cli.md has for it.

They are texts: `row.status == "actual"` holds, and wherever a member is taken its word is too.
"""

from __future__ import annotations

import difflib
from enum import StrEnum
from typing import Generic, TypeVar

from google.protobuf.descriptor import EnumDescriptor

from .errors import InvalidArgument, ProtocolError
from .v1 import event_pb2, feed_pb2, ingest_pb2, query_pb2


class Status(StrEnum):
    """The kind of claim."""

    ACTUAL = "actual"
    ESTIMATE = "estimate"
    GUIDANCE = "guidance"
    COMMITMENT = "commitment"
    TARGET = "target"


class Measure(StrEnum):
    """What sort of number a statement gives about its metric."""

    LEVEL = "level"
    GROWTH = "growth"
    GROWTH_YOY = "growth-yoy"
    GROWTH_QOQ = "growth-qoq"
    GROWTH_YTD = "growth-ytd"
    GROWTH_SINCE_LISTING = "growth-since-listing"
    RATIO = "ratio"
    SHARE = "share"
    RANK = "rank"
    PRICE = "price"
    RATE = "rate"
    DURATION = "duration"
    CONVERSION = "conversion"
    DIRECTION = "direction"


class BoundKind(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    APPROXIMATE = "approximate"


class PartyKind(StrEnum):
    COMPANY = "company"
    GROUP = "group"
    SEGMENT = "segment"
    MARKET = "market"
    COUNTRY = "country"
    PRODUCT = "product"


class Role(StrEnum):
    """What a counterparty is to the subject."""

    BUYER = "buyer"
    SELLER = "seller"
    SUPPLIER = "supplier"
    CUSTOMER = "customer"
    INVESTOR = "investor"
    COMPARATOR = "comparator"
    OTHER = "other"


class IdentifierScheme(StrEnum):
    """What an identifier of a party is."""

    ALIAS = "alias"  # any other name, a former one too
    TICKER = "ticker"
    CIK = "cik"
    LEI = "lei"
    ISIN = "isin"


class UnitClass(StrEnum):
    MONEY = "money"
    COUNT = "count"
    PRICE = "price"
    RATIO = "ratio"
    RATE = "rate"


class Aggregation(StrEnum):
    FLOW = "flow"
    STOCK = "stock"
    RATE = "rate"
    NONE = "none"


class QueryKind(StrEnum):
    CELLS = "cells"  # one resolved row for each cell: `capex get`
    SUM = "sum"
    STATEMENTS = "statements"  # every statement: `capex history`
    CONFLICTS = "conflicts"
    CHANGES = "changes"  # `capex diff` and `capex changes`
    SHIPMENTS = "shipments"


class Dimension(StrEnum):
    PERIOD = "period"
    COMPANY = "company"
    PRODUCT = "product"
    COUNTERPARTY = "counterparty"
    STATUS = "status"
    SOURCE = "source"
    GROUP = "group"


class Fold(StrEnum):
    SUM = "sum"
    AVG = "avg"
    MIN = "min"
    MAX = "max"
    MEDIAN = "median"
    COUNT = "count"


class Growth(StrEnum):
    YOY = "yoy"
    QOQ = "qoq"
    CAGR = "cagr"


class Every(StrEnum):
    REPORTED = "reported"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"
    TTM = "ttm"


class Finding(StrEnum):
    """Classes of conflicts; the first two are no contradictions."""

    COMPLETE_DUPLICATE = "complete-duplicate"
    CONSISTENT_DUPLICATE = "consistent-duplicate"
    INCONSISTENT_DUPLICATE = "inconsistent-duplicate"
    SCOPE_DRIFT = "scope-drift"
    BOUND_LOST = "bound-lost"
    PART_ABOVE_WHOLE = "part-above-whole"
    BROKEN_IDENTITY = "broken-identity"
    PARTS_AND_TOTAL = "parts-and-total"
    CONVERSION = "conversion"


class Outcome(StrEnum):
    """What became of a record."""

    ACCEPTED = "accepted"  # stored; has a verdict only when there is a warning
    DUPLICATE = "duplicate"  # already stored, under the verdict's sequence
    REJECTED = "rejected"  # not stored; code, field and message say why
    CONFLICT = "conflict"  # same event_id as `sequence`, other content; not stored
    QUARANTINED = "quarantined"  # held for review


class Meaning(StrEnum):
    """What a change does to the answer of a cell."""

    FIRST_PRINT = "first-print"  # the cell had no statement before
    # Another value or status answers, or none any more, or one again that was withdrawn. By what
    # the event says itself: what a merge or new ranks do to answers, Client.changes tells.
    REVISION = "revision"
    BECAME_ACTUAL = "became-actual"  # an actual figure where guidance or an estimate answered
    CONFLICT_OPENED = "conflict-opened"  # statements contradict each other that did not before
    CONFLICT_CLOSED = "conflict-closed"


class QuarantineState(StrEnum):
    """Of a record that was ever held for review; ALL only to ask for."""

    HELD = "held"
    APPROVED = "approved"
    REJECTED = "rejected"
    ALL = "all"


class CatalogKind(StrEnum):
    COMPANIES = "companies"  # every party but groups
    GROUPS = "groups"
    METRICS = "metrics"
    SOURCES = "sources"
    PRODUCTS = "products"


E = TypeVar("E", bound=StrEnum)


class Vocabulary(Generic[E]):
    """Words and the numbers of their enum in the messages; number 0 is no word unless said."""

    def __init__(self, what: str, terms: type[E], proto: EnumDescriptor, prefix: str,
                 unspecified: E | None = None) -> None:
        self.what = what
        self.proto = proto
        self._terms = terms
        self._numbers = {
            term: 0 if term is unspecified else proto.values_by_name[prefix + term.name].number
            for term in terms
        }
        self._of_number = {number: term for term, number in self._numbers.items()}

    def words(self) -> list[str]:
        return [str(term) for term in self._terms]

    def term(self, word: str, field: str = "") -> E:
        """Error: InvalidArgument that lists the words."""
        try:
            return self._terms(word)
        except ValueError:
            words = self.words()
            near = difflib.get_close_matches(str(word), words, 1)
            hint = f'did you mean "{near[0]}"?' if near else "choose one of " + ", ".join(words)
            raise InvalidArgument(f'unknown {self.what} "{str(word)[:60]}"; {hint}', field=field,
                                  reason="unknown_word") from None

    def number(self, word: str, field: str = "") -> int:
        return self._numbers[self.term(word, field)]

    def of(self, number: int) -> E | None:
        """None for 0, where that is no word. Error: ProtocolError for a later release's number."""
        term = self._of_number.get(number)
        if term is None and number != 0:
            raise ProtocolError(f"unknown {self.what} {number}; use a client of the server's "
                                "release")
        return term

    def known(self, number: int) -> E:
        """Where 0 is no answer either."""
        term = self.of(number)
        if term is None:
            raise ProtocolError(f"the server does not say which {self.what} it is")
        return term


_EVENT = event_pb2.DESCRIPTOR.enum_types_by_name
_FEED = feed_pb2.DESCRIPTOR.enum_types_by_name
_INGEST = ingest_pb2.DESCRIPTOR.enum_types_by_name
_QUERY = query_pb2.DESCRIPTOR.enum_types_by_name
_CATALOG_REQUEST = query_pb2.CatalogRequest.DESCRIPTOR.enum_types_by_name

STATUSES = Vocabulary("status", Status, _EVENT["Status"], "STATUS_")
MEASURES = Vocabulary("measure", Measure, _EVENT["Measure"], "MEASURE_")
BOUND_KINDS = Vocabulary("bound kind", BoundKind, _EVENT["BoundKind"], "BOUND_KIND_")
PARTY_KINDS = Vocabulary("kind of party", PartyKind, _EVENT["PartyKind"], "PARTY_KIND_")
ROLES = Vocabulary("role", Role, _EVENT["Role"], "ROLE_")
IDENTIFIER_SCHEMES = Vocabulary("scheme", IdentifierScheme, _EVENT["IdentifierScheme"],
                                "IDENTIFIER_SCHEME_")
UNIT_CLASSES = Vocabulary("unit class", UnitClass, _EVENT["UnitClass"], "UNIT_CLASS_")
AGGREGATIONS = Vocabulary("aggregation", Aggregation, _EVENT["Aggregation"], "AGGREGATION_")
QUERY_KINDS = Vocabulary("kind of question", QueryKind, _QUERY["QueryKind"], "QUERY_KIND_")
DIMENSIONS = Vocabulary("dimension", Dimension, _QUERY["Dimension"], "DIMENSION_")
FOLDS = Vocabulary("function", Fold, _QUERY["Fold"], "FOLD_", unspecified=Fold.SUM)
GROWTHS = Vocabulary("growth", Growth, _QUERY["Growth"], "GROWTH_")
EVERIES = Vocabulary("series", Every, _QUERY["Every"], "EVERY_", unspecified=Every.REPORTED)
FINDINGS = Vocabulary("class", Finding, _QUERY["Finding"], "FINDING_")
OUTCOMES = Vocabulary("outcome", Outcome, _INGEST["Outcome"], "OUTCOME_")
MEANINGS = Vocabulary("meaning", Meaning, _FEED["Meaning"], "MEANING_")
QUARANTINE_STATES = Vocabulary("state", QuarantineState, _INGEST["QuarantineState"],
                               "QUARANTINE_STATE_")
CATALOG_KINDS = Vocabulary("catalogue", CatalogKind, _CATALOG_REQUEST["Kind"], "KIND_")
