"""What is to be answered about published filings, computed out of them alone.

Quarters, halves and years are paths over the days between which something was
reported: a second, slow way to the figures that the store derives.
"""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

TERMS_MAX = 12


class Statement(NamedTuple):
    """What one filing says of one concept in one period."""

    concept: str
    start: date
    end: date  # inclusive
    value: Decimal
    filed: date
    accession: str


class Edge(NamedTuple):
    """A period as the store is to see it: its newest figure, and since when."""

    start: date
    end: date  # exclusive
    value: Decimal
    last_stated: date
    restated: date | None


def edges_of(statements) -> list[Edge]:
    """One edge for each period of one concept, as of the newest statement."""
    cells = defaultdict(list)
    for s in statements:
        cells[s.start, s.end + timedelta(days=1)].append(s)
    edges = []
    for (start, end), said in sorted(cells.items()):
        newest = max(s.filed for s in said)
        values = {s.value for s in said if s.filed == newest}
        assert len(values) == 1, f"two values on one day: {said}"
        value = values.pop()
        others = [s.filed for s in said if s.value != value]
        agreeing = [s.filed for s in said if s.value == value]
        restated = min(f for f in agreeing if f > max(others)) if others else None
        edges.append(Edge(start, end, value, max(agreeing), restated))
    return edges


def quarter_of(end: date) -> int:
    """Year * 4 + 0..3 of a fiscal quarter that ends before `end`: last day - 7 days decides."""
    day = end - timedelta(days=8)
    months = day.year * 12 + day.month - 2  # February is the first month of a quarter
    return months // 3


def calendar_days(quarter: int) -> tuple[date, date]:
    def first(q: int) -> date:
        return date(q // 4, q % 4 * 3 + 1, 1)
    return first(quarter), first(quarter + 1)


class Truth:
    """One concept of one company."""

    def __init__(self, statements):
        self.edges = edges_of(statements)
        self.leaving = defaultdict(list)
        for e in self.edges:
            self.leaving[e.start].append((e.end, e, 1))
            self.leaving[e.end].append((e.start, e, -1))
        self.derive = lru_cache(maxsize=None)(self._derive)
        self.distances = lru_cache(maxsize=None)(self._distances)
        self.quarters = self._quarters()

    def _distances(self, goal: date) -> dict[date, int]:
        found = {goal: 0}
        ring = [goal]
        while ring:
            ring = [n for day in ring for n, _, _ in self.leaving[day] if n not in found and
                    found.setdefault(n, found[day] + 1)]
        return found

    def _paths(self, start: date, goal: date, terms: int):
        distance = self.distances(goal)

        def visit(day, path, met):
            left = terms - len(path)
            if left == 0:
                if day == goal:
                    yield path
                return
            if day == goal or distance.get(day, TERMS_MAX + 1) > left:
                return
            for to, edge, sign in self.leaving[day]:
                if to not in met:
                    yield from visit(to, path + [(edge, sign)], met | {to})

        return visit(start, [], {start})

    def _derive(self, start: date, goal: date):
        """(terms, the values that may be answered, whether vintages are mixed) or None."""
        shortest = self.distances(goal).get(start)
        if shortest is None or shortest > TERMS_MAX:
            return None
        mixed = None
        for terms in range(shortest, min(shortest + 2, TERMS_MAX) + 1):
            pure, other = set(), set()
            for path in self._paths(start, goal, terms):
                value = sum(sign * edge.value for edge, sign in path)
                (other if mixes(path) else pure).add(value)
            if pure:
                return terms, pure, False
            if other and mixed is None:
                mixed = terms, other, True
        return mixed

    def _quarters(self) -> dict[int, tuple[date, date]]:
        candidates = defaultdict(list)
        days = sorted(self.leaving)
        for start in days:
            for end in days:
                if 70 <= (end - start).days <= 125:
                    candidates[quarter_of(end)].append((start, end))

        def rank(days):
            derived = self.derive(*days)
            return derived[0] if derived else 1000, abs((days[1] - days[0]).days - 91), days[0]

        return {q: min(found, key=rank) for q, found in candidates.items()}

    def days(self, last: int, count: int) -> tuple[date, date]:
        """The days of `count` quarters up to `last`: the company's own, the calendar's last."""
        parts = [self.quarters.get(q) for q in range(last - count + 1, last + 1)]
        if all(parts) and all(a[1] == b[0] for a, b in zip(parts, parts[1:])):
            return parts[0][0], parts[-1][1]
        calendar = calendar_days(last - count + 1)[0], calendar_days(last)[1]
        if count == 1:
            return calendar
        # A year that was reported, though not its quarters.
        near = self.reported(count).get(last, [])
        return min(near, default=(0, calendar), key=lambda x: (x[1] != calendar, *x))[1]

    def reported(self, count: int) -> dict[int, list]:
        """By their last quarters, what was reported for the days of so many: how far off, days."""
        found = defaultdict(list)
        for e in self.edges:
            off = abs((e.end - e.start).days - 91 * count)
            if count > 1 and off <= 16:
                found[quarter_of(e.end)].append((off, (e.start, e.end)))
        return found


def mixes(path) -> bool:
    edges = [edge for edge, _ in path]

    def of_before(b, a):
        """`a` was restated since `b` was said, and `b` not with it, within its year."""
        in_step = b.restated and b.restated >= a.restated - timedelta(days=366)
        return b.last_stated < a.restated and not in_step

    return any(a.restated and of_before(b, a) for a in edges for b in edges)


class Every(NamedTuple):
    """Periods of `count` quarters, one with each `step`-th quarter."""

    word: str
    count: int
    step: int

    def label(self, last: int) -> str:
        year, quarter = divmod(last, 4)
        if self.count == 1:
            return f"{year}-Q{quarter + 1}"
        if self.count == 2:
            return f"{year}-H{quarter // 2 + 1}"
        if quarter == 3:
            return str(year)
        return f"{calendar_days(last - 3)[0]}/{calendar_days(last)[1] - timedelta(days=1)}"


QUARTERS, HALVES = Every("quarter", 1, 1), Every("half", 2, 2)
YEARS, TWELVE_MONTHS = Every("year", 4, 4), Every("ttm", 4, 1)


def expected(statements, tags: list[str], every: Every):
    """{period: (start, last day, values, mixed) or None} from the first to the last known."""
    concepts = sorted({s.concept for s in statements}, key=tags.index)
    truths = [Truth([s for s in statements if s.concept == c]) for c in concepts]
    known = [q for t in truths for q in (*t.quarters, *t.reported(every.count))]
    answers = {}
    for last in range(min(known, default=0), max(known, default=-1) + 1):
        if (last + 1) % every.step != 0:
            continue
        answers[every.label(last)] = None
        for truth in truths:
            start, end = truth.days(last, every.count)
            derived = truth.derive(start, end)
            if derived:
                answers[every.label(last)] = (start, end - timedelta(days=1), derived[1], derived[2])
                break
    return answers
