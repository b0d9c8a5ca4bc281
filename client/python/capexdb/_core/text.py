"""Texts as the store compares and takes them: the rules of proto/model/text.h."""

from __future__ import annotations

import re
from datetime import date

from ..errors import InvalidArgument

_UNCLEAN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_NOT_IN_SLUG = re.compile("[\x00-/:-@\\[-`{-\x7f]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)

BLANKS = " \t\r\n"
YEAR_MIN = 1800
YEAR_MAX = 2299


def is_clean(text: str) -> bool:
    """Without control characters and lone surrogates, which no message can carry."""
    return _UNCLEAN.search(text) is None


def check_clean(field: str, text: str) -> str:
    if not is_clean(text):
        raise InvalidArgument(f"{field}: control characters, or no Unicode text", field=field,
                              reason="bad_text")
    return text


def slug(name: str) -> str:
    """How names are compared: without regard to case, spaces and punctuation."""
    lower = "".join(c.lower() if c < "\x80" else c for c in name)
    return _NOT_IN_SLUG.sub("-", lower).strip("-")


def parse_date(text: str) -> date:
    """Error: InvalidArgument."""
    why = "use YYYY-MM-DD"
    if _DATE.fullmatch(text):
        if not YEAR_MIN <= int(text[:4]) <= YEAR_MAX:
            why = f"the year must be within {YEAR_MIN}..{YEAR_MAX}"
        else:
            try:
                return date.fromisoformat(text)
            except ValueError:
                why = "there is no such day in the calendar"
    raise InvalidArgument(f"'{text[:40]}' is not a date: {why}", reason="bad_date")
