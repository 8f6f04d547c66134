"""Words for places with little room."""

from __future__ import annotations

from datetime import timedelta

from smsdesk.rules.durations import spell

SHORT_UNITS = (("minute", "min"), ("second", "s"), ("hour", "h"))


def short(length: timedelta) -> str:
    """`10 min`, `1 h 30 min`: a figure has little room beside it."""
    shorter = spell(length)
    for unit, short in SHORT_UNITS:
        shorter = shorter.replace(f"{unit}s", short).replace(unit, short)
    return shorter
