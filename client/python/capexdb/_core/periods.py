"""Periods as rows write them, by the rules of proto/model/period.h."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from datetime import date, timedelta

from ..errors import InvalidArgument
from ..v1 import event_pb2 as pb
from .text import BLANKS, YEAR_MAX, YEAR_MIN, parse_date

_FORMS = ("use 2024, 2024-H1, 2024-Q2, 2024-06, 2024-04-01/2024-06-30, 2024-03-01/.. or "
          "@2024-08-26")

_CANONICAL = re.compile(r"([0-9]{4})(?:-?([QHSMA])([0-9]{1,2})|-([0-9]{2}))?")
_FRAME = re.compile(r"CY([0-9]{4})(?:Q([1-4])(I)?)?")
_PART_FIRST = re.compile(r"([QH])([1-4])[ -]?([0-9]{4}|[0-9]{2})")
_NUMBER_FIRST = re.compile(r"([1-4])([QH])[ -]?([0-9]{4}|[0-9]{2})")

# Of a company's fiscal year: the server knows its days.
_FISCAL = re.compile(r"FY([0-9]{4}|[0-9]{2})(?:[- ]?(?:Q[1-4]|H[12]|9M))?|"
                     r"(?:Q[1-4]|H[12]|9M)[- ]?FY([0-9]{4}|[0-9]{2})")

# Months in each part of a year, by its letter.
_MONTHS = {"Q": 3, "H": 6, "S": 6, "M": 1, "A": 12}


@dataclass(frozen=True, slots=True)
class Span:
    """A period with its kind; a side that is not known is None. Both days are of it."""

    kind: pb.PeriodKind
    first: date | None = None
    last: date | None = None

    @property
    def start_text(self) -> str:
        return self.first.isoformat() if self.first else ""

    @property
    def end_text(self) -> str:
        return self.last.isoformat() if self.last else ""


@functools.lru_cache(maxsize=4096)
def parse_period(text: str) -> Span:
    """Error: InvalidArgument that lists the forms."""
    given = text.strip(BLANKS)
    if not given or len(given.encode()) > 40:
        raise _bad(given, _FORMS)
    if given == "none":
        return Span(pb.PERIOD_KIND_NONE)
    instant = given.startswith("@")
    body = given[1:] if instant else given
    left, slash, right = (part.strip(BLANKS) for part in body.partition("/"))
    if slash:
        if not instant and right == "..":
            return Span(pb.PERIOD_KIND_OPEN, parse_date(left), None)
        if not instant and left == "..":
            return Span(pb.PERIOD_KIND_OPEN, None, parse_date(right))
        return _between(parse_date(left), parse_date(right), instant)
    if instant:
        day = parse_date(body)
        return Span(pb.PERIOD_KIND_INSTANT, day, day)
    upper = "".join(c.upper() if c < "\x80" else c for c in body)
    named = _named(upper)
    if named is not None:
        return named
    if len(body) == 10 and body[4] == "-":
        day = parse_date(body)
        return Span(pb.PERIOD_KIND_SPAN, day, day)
    raise _bad(given, _FORMS)


def is_fiscal(text: str) -> bool:
    """Whether it names a fiscal year or a part of one: "FY2025-Q1"."""
    return _FISCAL.fullmatch(text.strip(BLANKS).upper()) is not None


def period_text(period: Span) -> str:
    """The shortest way to write it."""
    first, last = period.first, period.last
    if first is None or last is None:
        if period.kind == pb.PERIOD_KIND_NONE:
            return "none"
        return f"{period.start_text or '..'}/{period.end_text or '..'}"
    if period.kind == pb.PERIOD_KIND_INSTANT:
        return f"@{first}"
    if period.kind == pb.PERIOD_KIND_WINDOW:
        return f"@{first}/{last}"
    after = last + timedelta(days=1)
    if first.day == 1 and after.day == 1:
        year = f"{first.year:04}"
        months = (after.year - first.year) * 12 + after.month - first.month
        if months == 12 and first.month == 1:
            return year
        if months == 6 and first.month % 6 == 1:
            return f"{year}-H{first.month // 6 + 1}"
        if months == 3 and first.month % 3 == 1:
            return f"{year}-Q{first.month // 3 + 1}"
        if months == 1:
            return f"{year}-{first.month:02}"
    return f"{first}/{last}"


def period_of_row(period: str, start: str, end: str, label: str) -> pb.Period:
    """A period, dates, or both; then the dates decide and the text is the label. Error:
    InvalidArgument."""
    if not start and not end:
        return _undated(period, label)
    first = _day("start", start)
    last = _day("end", end)
    if first and last and last < first:
        raise InvalidArgument(f"the period ends on {end}, before it starts on {start}", field="end",
                              reason="period_backwards")
    named = _named_or_none(period)
    agree = (named is not None and (not start or named.start_text == start) and
             (not end or named.end_text == end))
    message = pb.Period(start=start, end=end, label=label)
    if agree and named is not None:
        message.kind = named.kind
        message.start, message.end = named.start_text, named.end_text
    else:
        message.kind = pb.PERIOD_KIND_SPAN if start and end else pb.PERIOD_KIND_OPEN
    plain = agree and named is not None and period == period_text(named)
    if not label and period and not plain:
        message.label = period
    return message


def _undated(period: str, label: str) -> pb.Period:
    text = period or label
    if not text:
        raise InvalidArgument("the period is empty: give a period (2024-H1), a start and an end, "
                              "or none", field="period", reason="missing_period")
    if is_fiscal(text):
        if label and label != text:
            raise InvalidArgument("the label is what tells the days of a fiscal period: leave one "
                                  "of period and label out, or give start and end", field="label",
                                  reason="contradiction")
        return pb.Period(kind=pb.PERIOD_KIND_SPAN, label=text)
    try:
        named = parse_period(text)
    except InvalidArgument as error:
        raise InvalidArgument(error.message, field="period", reason="bad_period") from None
    if not label and text != period_text(named):
        label = text
    return pb.Period(kind=named.kind, start=named.start_text, end=named.end_text, label=label)


def _named_or_none(text: str) -> Span | None:
    try:
        return parse_period(text)
    except InvalidArgument:
        return None


def _day(column: str, text: str) -> date | None:
    try:
        return parse_date(text) if text else None
    except InvalidArgument as error:
        raise InvalidArgument(f"{column}: {error.message}", field=column,
                              reason="bad_date") from None


def _between(first: date, last: date, instant: bool) -> Span:
    if last < first:
        raise _bad(f"{first}/{last}", "it ends before it begins")
    if not instant:
        return Span(pb.PERIOD_KIND_SPAN, first, last)
    return Span(pb.PERIOD_KIND_INSTANT if first == last else pb.PERIOD_KIND_WINDOW, first, last)


def _named(upper: str) -> Span | None:
    """The named forms: year, quarter, half, month."""
    if m := _CANONICAL.fullmatch(upper):
        year, letter, number = m[1], m[2] or ("M" if m[4] else "A"), m[3] or m[4] or "1"
    elif m := _FRAME.fullmatch(upper):
        year, letter, number = m[1], "Q" if m[2] else "A", m[2] or "1"
    elif m := _PART_FIRST.fullmatch(upper):
        letter, number, year = m[1], m[2], m[3]
    elif m := _NUMBER_FIRST.fullmatch(upper):
        number, letter, year = m[1], m[2], m[3]
    else:
        return None
    months = _MONTHS[letter]
    part, full = int(number), _full_year(year)
    if not 1 <= part <= 12 // months or not YEAR_MIN <= full <= YEAR_MAX:
        return None
    end_month = part * months
    first = date(full, end_month - months + 1, 1)
    last = (date(full + end_month // 12, end_month % 12 + 1, 1)) - timedelta(days=1)
    if upper.startswith("CY") and upper.endswith("I"):
        return Span(pb.PERIOD_KIND_INSTANT, last, last)
    return Span(pb.PERIOD_KIND_SPAN, first, last)


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 2:
        return year
    return 2000 + year if year < 70 else 1900 + year


def _bad(text: str, why: str) -> InvalidArgument:
    return InvalidArgument(f"'{text[:60]}' is not a period: {why}", reason="bad_period")
