"""How often, as an operator types it: 5/s, 30/m, 200/h."""

from __future__ import annotations

import re

PER = {"s": 1, "m": 60, "h": 3600}  # seconds
MOST = 100.0  # a second: more is a benchmark, and there is one
_TYPED = re.compile(r"([0-9]{1,5}(?:\.[0-9]{1,3})?)/([smh])", re.ASCII)


class NotARate(ValueError):
    """What was typed is not a rate; the sentence says what to type."""


def parse(typed: str) -> float:
    """Times a second. Raises NotARate for anything but a number and /s, /m or /h, for nothing at all, and for more than 100/s."""
    found = _TYPED.fullmatch(typed.strip().lower())
    rate = float(found[1]) / PER[found[2]] if found else 0.0
    if rate <= 0:
        raise NotARate(f"{typed[:40]!r} is not a rate: write a number and /s, /m or /h, such as 5/s, 30/m or 200/h.")
    if rate > MOST:
        raise NotARate(
            f"{typed[:40]} is more than a crowd of customers can text: write 100/s or less, or use make bench."
        )
    return rate
