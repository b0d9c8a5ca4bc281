"""Which fact of an Event a row's number becomes, by the rules of client/importers/fact.cc."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Union

from ..v1 import event_pb2 as pb
from .text import slug


@dataclass(frozen=True, slots=True)
class Fact:
    """One number about one cell."""

    subject: pb.Party
    counterparties: list[pb.Counterparty]
    metric: str
    product: str
    definition: str
    period: pb.Period
    quantity: pb.Quantity
    measure: pb.Measure


class _ChipMetric(NamedTuple):
    field: str  # of a ChipShipmentFact
    buys: bool  # the subject is the buyer


_CHIP_METRICS = {
    "unit-shipments": _ChipMetric("units", False),
    "unit-purchases": _ChipMetric("units", True),
    "unit-price": _ChipMetric("unit_price", False),
    "shipment-value": _ChipMetric("value", False),
    "purchase-value": _ChipMetric("value", True),
}
_CHIP_UNITS = ("{chip}", "{gpu}", "{processor}")


def put_fact(fact: Fact, event: pb.Event) -> None:
    """`capex` as CapexFact, the metrics of chip shipments as ChipShipmentFact where that can hold
    them, all others as MeasureFact."""
    name = slug(fact.metric)
    chip = None if name == "capex" else _chip_metric(name, fact)
    if name == "capex":
        _put_common(fact, event.capex)
        event.capex.definition = fact.definition
        event.capex.amount.CopyFrom(fact.quantity)
    elif chip is not None:
        _put_shipment(chip, fact, event.chip_shipment)
    else:
        _put_common(fact, event.measure)
        event.measure.metric = fact.metric
        event.measure.definition = fact.definition
        event.measure.quantity.CopyFrom(fact.quantity)


def _chip_metric(name: str, fact: Fact) -> _ChipMetric | None:
    metric = _CHIP_METRICS.get(name)
    if metric is None or fact.definition:
        return None
    unit, currency = fact.quantity.unit, fact.quantity.currency
    per_chip = any(chip in unit for chip in _CHIP_UNITS)
    if metric.field == "units":
        return metric if unit in ("", "%") or per_chip else None
    if metric.field == "unit_price":
        # A shipment's unit price has no measure but price.
        if fact.measure not in (pb.MEASURE_UNSPECIFIED, pb.MEASURE_PRICE):
            return None
        return metric if per_chip or (currency and unit in ("", currency)) else None
    # Without a unit a shipment would read it as chips.
    return metric if unit or currency else None


def _put_common(fact: Fact, to: Union[pb.CapexFact, pb.ChipShipmentFact, pb.MeasureFact]) -> None:
    to.subject.CopyFrom(fact.subject)
    to.counterparties.extend(fact.counterparties)
    to.product = fact.product
    to.period.CopyFrom(fact.period)
    to.measure = fact.measure


def _put_shipment(metric: _ChipMetric, fact: Fact, to: pb.ChipShipmentFact) -> None:
    # A price tells its side only by the role of the other one.
    faces_seller = (metric.field == "unit_price" and bool(fact.counterparties) and
                    all(other.role == pb.ROLE_SELLER for other in fact.counterparties))
    to.subject_role = pb.ROLE_BUYER if metric.buys or faces_seller else pb.ROLE_SELLER
    _put_common(fact, to)
    getattr(to, metric.field).CopyFrom(fact.quantity)
