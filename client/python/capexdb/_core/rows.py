"""Rows into events: the columns of the minimal form of docs/cli.md as keys."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from google.protobuf import json_format

from ..errors import InvalidArgument, RowTypeError
from ..terms import MEASURES, PARTY_KINDS, ROLES, STATUSES, Vocabulary
from ..v1 import event_pb2 as pb
from .facts import Fact, put_fact
from .periods import period_of_row
from .quantities import DIGITS_MAX, QUANTITY_KEYS, QuantityCells, decimal_text, quantity_of_row
from .text import BLANKS, is_clean, slug

KEYS = ("company", "company_kind", "cik", "ticker", "metric", "measure", "product", "counterparty",
        "counterparty_role", "period", "start", "end", "label", "value", "low", "high", "bounds",
        "approx", "stated_decimals", "growth_only", "unquantified", "unit", "currency", "status",
        "definition", "source", "url", "title", "accession", "form", "attributed_to", "cites",
        "published_at", "note", "event_id")  # yapf: disable
_KNOWN = frozenset(KEYS)
_LISTS = frozenset(("counterparty", "counterparty_role", "cites"))  # or texts

_EVENT_MESSAGES = frozenset(
    name for field in pb.Event.DESCRIPTOR.fields if field.message_type is not None
    for name in (field.name, field.json_name))

_LEGAL_FORMS = frozenset(("inc", "ltd", "llc", "co", "corp", "corporation", "limited", "plc",
                          "gmbh", "ag", "sa", "s.a", "n.v", "nv", "lp", "l.p", "se",
                          "incorporated"))  # yapf: disable


def event_of_row(row: Any) -> pb.Event:
    """Of a mapping with the keys above, or of an Event as protobuf's JSON (`capex show`). Keys are
    compared without regard to case, "published at" is published_at; unknown ones are kept with the
    event, in origin.printed. Errors: RowTypeError for a type that no row has, such as float, else
    InvalidArgument; `field` is the key."""
    if not isinstance(row, Mapping):
        if not hasattr(row, "keys"):  # sqlite3.Row has them and is no Mapping
            raise RowTypeError(f"a record is a capexdb.Event or a mapping of columns, not "
                               f"{_type_name(row)}", reason="bad_record")
        row = dict(row)
    if any(isinstance(value, Mapping) and key in _EVENT_MESSAGES for key, value in row.items()):
        return _event_of_json(row)
    cells, printed = _cells_of(row)
    _check_keys(cells)
    event = pb.Event()
    put_fact(_fact_of(cells), event)
    event.status = _word(STATUSES, "status", cells)
    event.published_at = _cell(cells, "published_at")
    event.event_id = _cell(cells, "event_id")
    event.note = _cell(cells, "note")
    _put_source(cells, event.source)
    for name, value in printed:
        event.origin.printed.add(name=name, value=value)
    return event


def _event_of_json(row: Mapping[str, Any]) -> pb.Event:
    try:
        return json_format.ParseDict(row, pb.Event())
    except (json_format.ParseError, ValueError, TypeError) as error:
        raise InvalidArgument(f"not a capexdb.v1.Event: {error}",
                              reason="bad_event_json") from None


Cells = dict[str, Any]  # texts, and lists of texts where a key may have them


def _cells_of(row: Mapping[Any, Any]) -> tuple[Cells, list[tuple[str, str]]]:
    cells: Cells = {}
    printed: list[tuple[str, str]] = []
    for key, value in row.items():
        if not isinstance(key, str):
            raise RowTypeError(f"a key of the row is {_type_name(key)}: keys are texts",
                               reason="bad_key")
        column = _column(key)
        text = _texts(key, value) if column in _LISTS else _text(key, value)
        if column not in _KNOWN:
            if text:
                printed.append((key, str(text)))
        elif column in cells:
            raise InvalidArgument(f"the column {column} comes twice", field=column,
                                  reason="column_twice")
        else:
            cells[column] = text.strip(BLANKS) if isinstance(text, str) else text
    return cells, printed


@functools.lru_cache(maxsize=1024)
def _column(key: str) -> str:
    return "".join(c.lower() if c < "\x80" else c for c in key.strip(BLANKS)).replace(" ", "_")


def _text(key: str, value: Any) -> str:
    """What a value says, exactly."""
    if isinstance(value, str):
        if "\r" in value:
            value = value.replace("\r\n", "\n").replace("\r", "\n")
        if not is_clean(value):
            raise InvalidArgument(f"{key} holds control characters or no Unicode text", field=key,
                                  reason="bad_text")
        return str(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        if _column(key) in ("value", "low", "high", "stated_decimals"):
            raise _bad_type(key, value, "give a number as text, int or decimal.Decimal")
        return "yes" if value else "no"
    if isinstance(value, int) or hasattr(value, "__index__"):
        return _digits(key, operator.index(value))
    if isinstance(value, Decimal):
        try:
            return decimal_text(value)
        except InvalidArgument as error:
            raise InvalidArgument(f"{key}: {error.message}", field=key,
                                  reason=error.reason) from None
    if isinstance(value, datetime):
        return _instant(key, value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        raise _bad_type(key, value, "a float is not exact; give the number as text, int or "
                        "decimal.Decimal, and None for a cell that is empty")
    raise _bad_type(key, value, "give text, int, decimal.Decimal, bool, date or None")


def _digits(key: str, number: int) -> str:
    if abs(number) >= 10**DIGITS_MAX:  # Python itself refuses to print very long ones
        raise InvalidArgument(f"{key} needs more than {DIGITS_MAX} digits", field=key,
                              reason="decimal_overflow")
    return str(number)


def _texts(key: str, value: Any) -> str | list[str]:
    if isinstance(value, (list, tuple)):
        return [_text(key, one).strip(BLANKS) for one in value]
    return _text(key, value)


def _instant(key: str, value: datetime) -> str:
    if value.tzinfo is None:
        raise InvalidArgument(f"{key} is a datetime without a time zone: give one in UTC, or a day",
                              field=key, reason="no_time_zone")
    utc = value.astimezone(timezone.utc)
    if utc.microsecond:  # known to the second: not before the world could know
        utc = utc.replace(microsecond=0) + timedelta(seconds=1)
    return utc.strftime("%Y-%m-%dT%H:%M:%SZ")


def _check_keys(cells: Cells) -> None:
    missing = []
    for keys, what in ((("company", "cik", "ticker"), "company (who)"), (("metric",),
                                                                         "metric (what)"),
                       (("period", "start", "end"), "period (when)"),
                       (("value", "low", "high", "unquantified"), "value (how much)"),
                       (("source",), "source (says who)"),
                       (("published_at",), "published_at (known since when)")):
        if not any(key in cells for key in keys):
            missing.append(what)
    if missing:
        raise InvalidArgument("these columns are missing: " + ", ".join(missing) +
                              "; a statement has company, metric, period, value, currency, source "
                              "and published_at", reason="missing_columns")


def _fact_of(cells: Cells) -> Fact:
    metric = _cell(cells, "metric")
    if not metric:
        raise InvalidArgument("the metric is empty", field="metric", reason="missing_metric")
    subject = pb.Party(name=_cell(cells, "company"), cik=_cell(cells, "cik"),
                       ticker=_cell(cells, "ticker"),
                       kind=_word(PARTY_KINDS, "company_kind", cells))
    period = period_of_row(_cell(cells, "period"), _cell(cells, "start"), _cell(cells, "end"),
                           _cell(cells, "label"))
    quantity = quantity_of_row(
        QuantityCells(*(_cell(cells, key) for key in QUANTITY_KEYS)))
    return Fact(subject=subject, counterparties=_counterparties(cells), metric=metric,
                product=_cell(cells, "product"), definition=_cell(cells, "definition"),
                period=period, quantity=quantity, measure=_word(MEASURES, "measure", cells))


def _cell(cells: Cells, key: str) -> str:
    text = cells.get(key, "")
    assert isinstance(text, str)
    return text


def _word(vocabulary: Vocabulary[Any], key: str, cells: Cells) -> Any:
    """Words may have blanks where the vocabulary has hyphens."""
    text = _cell(cells, key)
    return vocabulary.number(text.lower().replace(" ", "-"), key) if text else 0


def _put_source(cells: Cells, source: pb.Source) -> None:
    source.publisher = _cell(cells, "source")
    source.url = _cell(cells, "url")
    source.title = _cell(cells, "title")
    source.accession = _cell(cells, "accession")
    source.form = _cell(cells, "form")
    source.attributed_to = _cell(cells, "attributed_to")
    cites = cells.get("cites", "")
    for cited in cites.split(";") if isinstance(cites, str) else cites:
        cited = cited.strip(BLANKS)
        if cited.startswith(("https://", "http://")):
            source.cites.add(url=cited)
        elif cited:
            source.cites.add(text=cited)


def _counterparties(cells: Cells) -> list[pb.Counterparty]:
    """One per name; roles are one for all of them, or one for each."""
    given = cells.get("counterparty", "")
    names = split_names(given) if isinstance(given, str) else [name for name in given if name]
    given = cells.get("counterparty_role", "")
    words = [word.strip(BLANKS) for word in given.split(",")] if isinstance(given, str) else given
    if len(words) not in (1, len(names)) and names:
        raise InvalidArgument(f"counterparty_role has {len(words)} roles for {len(names)} "
                              "counterparties: give one for all, or one for each",
                              field="counterparty_role", reason="bad_role")
    return [
        pb.Counterparty(party=pb.Party(name=name), role=_role(word))  # type: ignore[arg-type]
        for name, word in zip(names, words if len(words) == len(names) else words * len(names))
    ]


def _role(word: str) -> int:
    return ROLES.number(word.lower(), "counterparty_role") if word else 0


def split_names(text: str) -> list[str]:
    """Parted by ';', else by ", " (", Inc." and other legal forms stay with their name), else,
    between ids only, by ','."""
    if ";" in text:
        return _parts(text, ";")
    if ", " not in text:
        parts = [part.strip(BLANKS) for part in text.split(",")]
        ids = all(part and slug(part) == part for part in parts)
        return parts if ids else [text] if text else []
    names: list[str] = []
    for part in _parts(text, ", "):
        if names and part.lower().removesuffix(".") in _LEGAL_FORMS:
            names[-1] += f", {part}"
        else:
            names.append(part)
    return names


def _parts(text: str, separator: str) -> list[str]:
    return [part for part in (p.strip(BLANKS) for p in text.split(separator)) if part]


def _bad_type(key: str, value: Any, what: str) -> RowTypeError:
    return RowTypeError(f"{key} is {value!r:.60}, {_type_name(value)}: {what}", field=key,
                        reason="bad_type")


def _type_name(value: Any) -> str:
    name = type(value).__name__
    return ("an " if name[0] in "aeio" else "a ") + name


def check_iterable(events: Iterable[Any] | Any) -> None:
    """One record where many are asked for would be taken apart. Error: TypeError."""
    if isinstance(events, (str, bytes, Mapping, pb.Event)):
        raise TypeError(f"ingest takes an iterable of records, not {_type_name(events)}; put one "
                        "record into a list")
