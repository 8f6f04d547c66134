"""Lengths of time: read as an operator types them, spelt for people, and shown on a clock's face."""

import re
from datetime import timedelta

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_TYPED = re.compile(r"(\d{1,5})([smhd])", re.ASCII)
_DAY = 86_400
_SPELT = (("day", _DAY), ("hour", 3_600), ("minute", 60), ("second", 1))
_MINUS = "\u2212"


class NotADuration(ValueError):
    """What was typed is not a length of time; the sentence says what to type."""


def parse(typed: str) -> timedelta:
    """Read `90s`, `10m`, `2h` or `1d`; raises NotADuration for anything else, and for nothing at all (`0m`)."""
    found = _TYPED.fullmatch(typed.strip().lower())
    if found is None or int(found[1]) == 0:
        raise NotADuration(
            f"{typed[:40]!r} is not a length of time: write a whole number and s, m, h or d, such as 90s, 10m, 2h or 1d."
        )
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def typed(length: timedelta) -> str:
    """As one would type it: `90s`, `10m`, `2h`; whole seconds."""
    seconds = _whole_seconds(length)
    unit, size = next(
        (unit, size) for unit, size in (("d", _DAY), ("h", 3_600), ("m", 60), ("s", 1)) if not seconds % size
    )
    return f"{seconds // size}{unit}"


def spell(length: timedelta) -> str:
    """`10 minutes`, `1 hour 5 minutes`: the two largest units, whole seconds, the sign left out."""
    left = _whole_seconds(length)
    words: list[str] = []
    for name, size in _SPELT:
        count, left = divmod(left, size)
        if count:
            words.append(f"{count} {name}{'' if count == 1 else 's'}")
        elif words:
            break  # "1 day 3 seconds" would pretend to a precision that nobody needs
    return " ".join(words[:2]) or "0 seconds"


def clock_face(length: timedelta) -> str:
    """`3:12`, `1:05:00`, `2d 4h`; time past its end has a real minus sign (U+2212), as in `−2:14`."""
    seconds = _whole_seconds(length)
    sign = _MINUS if seconds and length < timedelta(0) else ""
    return sign + _face(seconds)


def _face(seconds: int) -> str:
    if seconds >= _DAY:
        return f"{seconds // _DAY}d {seconds % _DAY // 3_600}h"
    minutes, second = divmod(seconds, 60)
    if minutes >= 60:
        return f"{minutes // 60}:{minutes % 60:02}:{second:02}"
    return f"{minutes}:{second:02}"


def _whole_seconds(length: timedelta) -> int:
    # towards zero on both sides, so that a reply on the deadline second is not shown as late
    return abs(length) // timedelta(seconds=1)
