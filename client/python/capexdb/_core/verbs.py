"""The named questions, as calls; `capex` has the same ones."""

from __future__ import annotations

from typing import Any, Mapping, Union

from ..answer import Answer
from . import calls
from .asking import Call
from .question import (Day, Everything, Explained, Figures, Period, Reading, Sums, Words, build,
                       check_options, question_of, since)

Options = Mapping[str, Any]


def query(kind: str, select: Words | None, metric: Words | None, periods: Period | None,
          options: Options) -> Call[Answer]:
    check_options("query", options, Everything)
    return calls.query(build(kind, select, metric, periods, **options))


def get(select: Words, metric: Words, periods: Period | None, options: Options) -> Call[Answer]:
    check_options("get", options, Figures)
    return calls.query(build("cells", select, metric, periods, **options))


def sum_(select: Words, metric: str, periods: Period | None, options: Options) -> Call[Answer]:
    check_options("sum", options, Sums)
    return calls.query(build("sum", select, metric, periods, **options))


def top(metric: str, period: Period, n: int, group: str | None, share: bool,
        options: Options) -> Call[Answer]:
    check_options("top", options, Figures)
    return calls.query(build("sum", group or "all", metric, period, by=("period", "company"), top=n,
                             share=share, **options))


def history(company: Words, metric: Words, period: Period | None, options: Options) -> Call[Answer]:
    check_options("history", options, Reading)
    return calls.query(build("statements", company, metric, period, **options))


def conflicts(select: Words | None, metric: Words | None, periods: Period | None, classes: Words,
              options: Options) -> Call[Answer]:
    check_options("conflicts", options, Reading)
    return calls.query(build("conflicts", select, metric, periods, findings=classes, **options))


def diff(earlier: Day, later: Day | None, select: Words | None, metric: Words | None,
         periods: Period | None, options: Options) -> Call[Answer]:
    check_options("diff", options, Explained)
    if later is not None:
        if options.get("as_of") is not None:
            raise TypeError("diff() takes later or as_of, which are the same, not both")
        options = {**options, "as_of": later}
    return calls.query(build("changes", select, metric, periods, from_as_of=earlier, **options))


def changes(since_: Union[int, Day], select: Words | None, metric: Words | None,
            periods: Period | None, options: Options) -> Call[Answer]:
    check_options("changes", options, Explained)
    return calls.query(build("changes", select, metric, periods, **since(since_), **options))


def shipments(periods: Period | None, seller: str | None, buyer: str | None, product: str | None,
              metric: str | None, options: Options) -> Call[Answer]:
    check_options("shipments", options, Explained)
    return calls.query(build("shipments", None, metric, periods, seller=seller, buyer=buyer,
                             product=product, **options))


def replay(token: str) -> Call[Answer]:
    return calls.query(question_of(token))
