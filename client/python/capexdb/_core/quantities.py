"""Numbers of rows: plain and exact. What the press writes (23bn, ~5, >1M) is refused with the keys
that say the same exactly; `capex ingest` reads such notations.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from decimal import Decimal

from ..errors import InvalidArgument
from ..v1 import event_pb2 as pb

DIGITS_MAX = 38

_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?", re.ASCII)
_SCALED = re.compile(r"(-?[0-9]+)(?:\.([0-9]+))? ?([A-Za-z]+)", re.ASCII)
_GROUPED = re.compile(r"-?[0-9]{1,3}(?:[, ][0-9]{3})+(?:\.[0-9]+)?", re.ASCII)

_SCALES = {
    "k": 3, "thousand": 3, "m": 6, "mn": 6, "mln": 6, "million": 6, "millions": 6, "b": 9,
    "bn": 9, "bln": 9, "billion": 9, "billions": 9, "tn": 12, "trn": 12, "trillion": 12,
    "trillions": 12
}  # yapf: disable

_CURRENCY_WORDS = {
    "us$": "USD", "$": "USD", "dollar": "USD", "dollars": "USD", "rmb": "CNY", "cn¥": "CNY",
    "yuan": "CNY", "renminbi": "CNY", "hk$": "HKD", "nt$": "TWD", "a$": "AUD", "c$": "CAD",
    "s$": "SGD", "€": "EUR", "euro": "EUR", "euros": "EUR", "£": "GBP", "pounds": "GBP",
    "jp¥": "JPY", "yen": "JPY", "₩": "KRW", "won": "KRW", "₹": "INR", "rupees": "INR",
    "ringgit": "MYR", "shekels": "ILS", "riyals": "SAR"
}  # yapf: disable

_CURRENCY_CODES = frozenset(
    "usd cny eur gbp jpy krw twd hkd inr aud cad chf sgd sek nok dkk nzd brl mxn zar rub try pln "
    "czk huf ils sar aed qar kwd myr thb idr php vnd clp cop ars".split())


@dataclass(frozen=True, slots=True)
class QuantityCells:
    """The cells of a row, without blanks around them; empty where there is none."""

    value: str
    low: str
    high: str
    bounds: str
    approx: str
    stated_decimals: str
    growth_only: str
    unquantified: str
    unit: str
    currency: str


QUANTITY_KEYS = tuple(field.name for field in fields(QuantityCells))


def quantity_of_row(cells: QuantityCells) -> pb.Quantity:
    """Error: InvalidArgument; `field` is the key."""
    quantity = pb.Quantity(value=_number("value", cells.value), low=_number("low", cells.low),
                           high=_number("high", cells.high))
    if cells.bounds:
        _put_bound_kinds(cells, quantity)
    if cells.stated_decimals:
        quantity.stated_decimals = _stated_decimals(cells.stated_decimals)
    quantity.approx = _yes_or_no("approx", cells.approx)
    quantity.growth_only = _yes_or_no("growth_only", cells.growth_only)
    unquantified = _yes_or_no("unquantified", cells.unquantified)
    has_number = bool(cells.value or cells.low or cells.high)
    if not has_number and not unquantified:
        raise _bad("value", "missing_value", "the row has no value: give a value, low or high, or "
                   "unquantified = yes")
    if has_number and unquantified:
        raise _bad("unquantified", "contradiction", "unquantified is yes beside a number")
    quantity.unquantified = unquantified
    if cells.unit:
        quantity.unit = _unit(cells.unit)
    if cells.currency:
        quantity.currency = currency_code(cells.currency)
    return quantity


def currency_code(text: str) -> str:
    """ISO 4217 for the words and codes that are known; others stay as they are."""
    lower = text.lower()
    if lower in _CURRENCY_CODES:
        return lower.upper()
    return _CURRENCY_WORDS.get(lower, text)


def decimal_text(number: Decimal) -> str:
    """Without an exponent; every digit is kept. Error: InvalidArgument when it is no finite one."""
    if not number.is_finite():
        raise _bad("", "bad_decimal", f"{number} is no number")
    # 1E+1000000 is not to be written out to find that it is too long.
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    if number.adjusted() > DIGITS_MAX or -exponent > DIGITS_MAX:
        raise _bad("", "decimal_overflow", f"the number needs more than {DIGITS_MAX} digits")
    return format(number, "f")


def _number(column: str, text: str) -> str:
    if not text:
        return ""
    if not _PLAIN.fullmatch(text):
        raise _bad(column, "bad_number", _why_not_plain(column, text))
    minus, digits = ("-", text[1:]) if text[0] == "-" else ("", text)
    whole, dot, fraction = digits.partition(".")
    whole = whole.lstrip("0")
    if len(fraction) > DIGITS_MAX or len((whole + fraction).lstrip("0")) > DIGITS_MAX:
        raise _bad(column, "decimal_overflow", f"{column} needs more than {DIGITS_MAX} digits")
    is_zero = not (whole + fraction).strip("0")
    return ("" if is_zero else minus) + (whole or "0") + dot + fraction


def _why_not_plain(column: str, text: str) -> str:
    said = f"{column} is '{text[:60]}', which is no plain decimal number (-?digits[.digits]): "
    scaled = _SCALED.fullmatch(text)
    scale = None
    if scaled:
        scale = 12 if scaled[3] == "T" else _SCALES.get(scaled[3].lower())
    if scaled and scale is not None:
        fraction = scaled[2] or ""
        digits = scaled[1] + fraction.ljust(scale, "0")
        point = len(digits) - max(len(fraction) - scale, 0)
        plain = digits[:point] + ("." + digits[point:] if digits[point:] else "")
        if column != "value":
            return said + f"write {plain}"
        return said + (f"write value {plain}, and stated_decimals {len(fraction) - scale} if the "
                       "source rounds to its last written digit; capex ingest reads such notations")
    if _GROUPED.fullmatch(text):
        return said + "write it without separators"
    return said + ("write the digits alone, with approx for 'about', low or high with bounds for "
                   "'more than' and 'less than', unit for '%' and the like, currency for money; "
                   "capex ingest reads press notations")


def _put_bound_kinds(cells: QuantityCells, quantity: pb.Quantity) -> None:
    """"[]", "(]", "[)", "()": which ends are possible themselves."""
    text = cells.bounds
    if len(text) != 2 or text[0] not in "[(" or text[1] not in "])":
        raise _bad("bounds", "bad_bounds", f"bounds is '{text[:20]}': use [], (], [) or ()")
    if cells.low:
        quantity.low_kind = pb.BOUND_KIND_CLOSED if text[0] == "[" else pb.BOUND_KIND_OPEN
    if cells.high:
        quantity.high_kind = pb.BOUND_KIND_CLOSED if text[1] == "]" else pb.BOUND_KIND_OPEN


def _stated_decimals(text: str) -> int:
    digits = text[1:] if text.startswith("-") else text
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18 and int(digits) <= 37):
        raise _bad("stated_decimals", "out_of_range", f"stated_decimals is '{text[:40]}': use a "
                   "whole number within -37..37")
    return int(text)


def _unit(text: str) -> str:
    # "USD bn" would silently be a billion times too small.
    last = text.rpartition(" ")[2]
    if len(last) > 1 and last.lower() in _SCALES:
        raise _bad("unit", "scaled_unit", f"the unit '{text[:60]}' holds a scale: multiply the "
                   "value, and give stated_decimals")
    return text


def _yes_or_no(column: str, text: str) -> bool:
    word = text.lower()
    if word in ("", "no", "false", "0", "n"):
        return False
    if word in ("yes", "true", "1", "y"):
        return True
    raise _bad(column, "bad_flag", f"{column} is '{text[:40]}': write yes or no")


def _bad(column: str, reason: str, message: str) -> InvalidArgument:
    return InvalidArgument(message, field=column, reason=reason)
