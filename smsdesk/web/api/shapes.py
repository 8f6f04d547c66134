"""What every shape of the API has in common: strict on the way in, plain on the way out, moments in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

LARGEST = 2**31 - 1  # what both databases keep in an integer
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_RFC3339 = re.compile(
    r"(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt ]([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)
_WORDS = r"[^\s\u0000-\u001f]"
_ONE_LINE = r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$"


class Asked(BaseModel):
    """What a program sends: nothing is guessed or converted, and a field that we do not know is refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)


class Told(BaseModel):
    """What a program is told: every field is always there; later versions may add some."""

    model_config = ConfigDict(strict=True, frozen=True, use_attribute_docstrings=True)


def moment_of(value: object) -> object:
    """A moment as RFC 3339 writes it, in UTC; one that no calendar of ours reaches becomes the nearest that it does.

    Pydantic alone would take "123" for a moment of 1970, and one without a zone. Raises ValueError.
    """
    if not isinstance(value, str):
        return value
    found = _RFC3339.fullmatch(value)
    if found is None:
        raise ValueError("write a moment as RFC 3339 does, with its zone: 2026-01-31T09:30:00Z")
    year, month, day, hour, minute, second, fraction, zone = found.group(1, 2, 3, 4, 5, 6, 7, 8)
    if year == "0000":
        return FIRST
    # A leap second has no place in Python's day: its last microsecond stands for it
    tail = "59.999999" if second == "60" else f"{second}{(fraction or '.0')[:7]}"
    at = datetime.fromisoformat(f"{year}-{month}-{day}T{hour}:{minute}:{tail}{zone.upper().replace('Z', '+00:00')}")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        return FIRST if year == "0001" else LAST


AskedMoment = Annotated[
    datetime, BeforeValidator(moment_of), WithJsonSchema({"type": "string", "format": "date-time"}, mode="validation")
]
Moment = AwareDatetime
OneLine = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=_ONE_LINE)]
Words = Annotated[str, StringConstraints(min_length=1, pattern=_WORDS)]
Seq = Annotated[int, Field(ge=0, le=LARGEST)]
