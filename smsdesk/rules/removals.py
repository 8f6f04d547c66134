"""How often the carrier is asked again to remove a text: after a minute, then after growing pauses, for two weeks.

Source: the carrier's page on error 20009: wait a minute, then several; in rare cases it takes up to 14 days.
"""

from __future__ import annotations

from datetime import datetime, timedelta

FIRST = timedelta(minutes=1)
LONGEST = timedelta(hours=12)
GIVES_UP_AFTER = timedelta(days=14)


def next_try(tries: int, asked_at: datetime, now: datetime, asked_for: timedelta | None = None) -> datetime | None:
    """When to ask again after the `tries`th time; None where two weeks are over. `asked_for` is a least."""
    if now >= asked_at + GIVES_UP_AFTER:
        return None
    doubled: int = 2 ** min(max(tries - 1, 0), 20)
    pause = max(min(FIRST * doubled, LONGEST), asked_for or timedelta(0))
    return min(now + pause, max(asked_at + GIVES_UP_AFTER, now + FIRST))  # the last time is when they are over
