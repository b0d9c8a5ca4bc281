"""Questions: keyword arguments into a QueryRequest, and tokens into questions."""

from __future__ import annotations

import base64
import binascii
from datetime import date, datetime
from typing import Any, Iterable, Mapping, Sequence, TypeAlias, TypedDict, Union

from ..errors import InvalidArgument
from ..terms import DIMENSIONS, EVERIES, FINDINGS, FOLDS, GROWTHS, MEASURES, QUERY_KINDS, STATUSES
from ..terms import QueryKind, Vocabulary
from ..v1.query_pb2 import QueryRequest, Token
from .messages import parse
from .text import check_clean, parse_date

TOKEN_FORM = 1
ROWS_MAX = 1_000_000
SEQUENCE_MAX = 2**64 - 1

Words: TypeAlias = Union[str, Iterable[str]]  # one or several; a text may be a comma list
Day: TypeAlias = Union[str, date]  # YYYY-MM-DD
Period: TypeAlias = Union[str, int]  # "2024-Q2", "2020..2024", 2024


class Reading(TypedDict, total=False):
    """Options of every question; docs/cli.md explains them."""

    as_of: Day | None  # only what the world could know on that day, UTC
    at: int | None  # what this store would have answered at that sequence
    policy: str | None  # "default", "newest", "first-print", "source:NAME"
    status: Words  # only these
    measure: str | None  # without it the metric's default
    definition: str | None  # only this XBRL concept
    limit: int | None  # rows at most


class Explained(Reading, total=False):
    explain: bool  # with the statements behind each value, in `parts`


class Figures(Explained, total=False):
    """Options of get, sum, top."""

    every: str | None  # "quarter", "half", "year", "ttm"; "reported" is the default
    growth: str | None  # "yoy", "qoq", "cagr", computed from levels
    currency: str | None  # converted into this one
    no_implied: bool  # without levels that follow from a growth and another level


class Sums(Figures, total=False):
    by: Words  # "period", "company", "group" ...; without it the period
    fn: str | None  # "sum", "avg", "min", "max", "median", "count"
    share: bool  # with each row's share of its period, in percent
    cumulative: bool  # added up from the first period on
    top: int | None  # the so many largest rows of each period only


class Everything(Sums, total=False):
    """All fields of a QueryRequest that a kind of question may have."""

    findings: Words  # of conflicts: only these classes; "all" has the duplicates too
    # Of changes: the earlier time, as as_of and at are the later one.
    from_as_of: Day | None
    from_sequence: int | None
    from_recorded: Day | None
    # Of shipments.
    seller: str | None
    buyer: str | None
    product: str | None


def check_options(verb: str, options: Mapping[str, Any], known: Any) -> None:
    """Error: TypeError, as of any function that is called with an unknown keyword."""
    names = sorted(known.__required_keys__ | known.__optional_keys__)
    for name in options:
        if name not in names:
            raise TypeError(f"{verb}() has no option '{name}'; it has {', '.join(names)}")


def build(kind: str, select: Words | None = None, metric: Words | None = None,
          periods: Period | None = None, *, as_of: Day | None = None, at: int | None = None,
          policy: str | None = None, status: Words = (), measure: str | None = None,
          definition: str | None = None, limit: int | None = None, explain: bool = False,
          every: str | None = None, growth: str | None = None, currency: str | None = None,
          no_implied: bool = False, by: Words = (), fn: str | None = None, share: bool = False,
          cumulative: bool = False, top: int | None = None, findings: Words = (),
          from_as_of: Day | None = None, from_sequence: int | None = None,
          from_recorded: Day | None = None, seller: str | None = None, buyer: str | None = None,
          product: str | None = None) -> QueryRequest:
    """Errors: InvalidArgument, `field` being the option; TypeError for a wrong type."""
    return QueryRequest(
        kind=QUERY_KINDS.number(kind, "kind"),  # type: ignore[arg-type]
        select=[_text("select", one) for one in _list("select", select)],
        metric=",".join(_text("metric", one) for one in _list("metric", metric)),
        periods=_period(periods),
        as_of=day_text("as_of", as_of),
        at_sequence=_count("at", at, SEQUENCE_MAX),
        policy=_text("policy", policy),
        statuses=_numbers(STATUSES, "status", status),
        measure=str(MEASURES.term(measure, "measure")) if measure else "",
        by=_numbers(DIMENSIONS, "by", by),
        limit=_count("limit", limit, ROWS_MAX),
        definition=_text("definition", definition),
        every=_number(EVERIES, "every", every),  # type: ignore[arg-type]
        fold=_number(FOLDS, "fn", fn),  # type: ignore[arg-type]
        growth=_number(GROWTHS, "growth", growth),  # type: ignore[arg-type]
        share=flag("share", share),
        cumulative=flag("cumulative", cumulative),
        currency=_text("currency", currency),
        top=_count("top", top, ROWS_MAX),
        explain=flag("explain", explain),
        no_implied=flag("no_implied", no_implied),
        findings=_findings(findings),
        from_as_of=day_text("from_as_of", from_as_of),
        from_sequence=_count("from_sequence", from_sequence, SEQUENCE_MAX),
        from_recorded=day_text("from_recorded", from_recorded),
        seller=_text("seller", seller),
        buyer=_text("buyer", buyer),
        product=_text("product", product),
    )


def since(time: Union[int, Day]) -> dict[str, Any]:
    """A sequence, or a day by the store's own clock."""
    if isinstance(time, int):
        return {"from_sequence": time}
    return {"from_recorded": time}


def question_of(token: str) -> QueryRequest:
    """The question of an answer's token, at its sequence. Error: InvalidArgument."""

    def no_token(why: str) -> InvalidArgument:
        return InvalidArgument(f"this is no token of an answer: {why}", field="token",
                               reason="bad_token")

    whole = 'copy it whole from the member "token" of an answer'
    if not isinstance(token, str):
        raise TypeError(f"a token is text, not {type(token).__name__}")
    try:
        data = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise no_token(whole) from None
    message = parse(Token(), data)
    if message is None or message.sequence == 0:
        raise no_token(whole)
    if message.form != TOKEN_FORM:
        raise no_token("its form is another version's")
    message.query.at_sequence = message.sequence
    return message.query


def kind_of(request: QueryRequest) -> QueryKind:
    return QUERY_KINDS.of(request.kind) or QueryKind.CELLS


def _list(field: str, words: Words | None) -> Sequence[str]:
    if words is None:
        return ()
    return (words,) if isinstance(words, str) else tuple(words)


def _text(field: str, text: str | None) -> str:
    if text is None:
        return ""
    if not isinstance(text, str):
        raise TypeError(f"{field} is text, not {type(text).__name__}")
    return check_clean(field, text)


def _period(period: Period | None) -> str:
    if isinstance(period, int) and not isinstance(period, bool):
        return str(period)
    return _text("periods", period)  # type: ignore[arg-type]


def day_text(field: str, day: Day | None) -> str:
    if isinstance(day, datetime):
        raise TypeError(f"{field} is a day (datetime.date, or YYYY-MM-DD), not a datetime")
    if isinstance(day, date):
        return day.isoformat()
    text = _text(field, day)
    if text:
        try:
            parse_date(text)
        except InvalidArgument as error:
            raise InvalidArgument(f"{field}: {error.message}", field=field,
                                  reason=error.reason) from None
    return text


def _count(field: str, number: int | None, most: int) -> int:
    if number is None:
        return 0
    if isinstance(number, bool) or not isinstance(number, int):
        raise TypeError(f"{field} is a whole number, not {type(number).__name__}")
    if not 1 <= number <= most:
        raise InvalidArgument(f"{field} is {number}: give a whole number from 1 to {most}",
                              field=field, reason="out_of_range")
    return number


def flag(field: str, flag: bool) -> bool:
    if not isinstance(flag, bool):
        raise TypeError(f"{field} is True or False, not {type(flag).__name__}")
    return flag


def _number(vocabulary: Vocabulary[Any], field: str, word: str | None) -> int:
    return vocabulary.number(word, field) if word is not None else 0


def _numbers(vocabulary: Vocabulary[Any], field: str, words: Words) -> list[Any]:
    return [vocabulary.number(word, field) for word in _comma_list(field, words)]


def _comma_list(field: str, words: Words) -> list[str]:
    parts = [part.strip() for text in _list(field, words) for part in _text(field, text).split(",")]
    return [part for part in parts if part]


def words_of(field: str, words: Words) -> list[str]:
    """A text may be a comma list; in a list each text is one word, which may have commas."""
    if isinstance(words, str):
        return _comma_list(field, words)
    return [_text(field, word) for word in words]


def _findings(words: Words) -> list[Any]:
    wanted = _comma_list("findings", words)
    if "all" in wanted:
        wanted = FINDINGS.words()
    return _numbers(FINDINGS, "findings", wanted)
