"""Draws what is expected after "now", and says how many people keep the promise in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from smsdesk.desk.look_ahead import Outlook
from smsdesk.rules.days import QUARTER
from smsdesk.web.agent.words import time_of_day
from smsdesk.web.manager.pictures import Ahead
from smsdesk.web.manager.short_words import short
from smsdesk.web.manager.staffing_charts import share

TOP, BASE = 12, 204  # pixels
WIDTH = 1000  # of the box in which the line is drawn, whatever the screen's
ROOM_FOR_WORDS = 0.36  # of the width
ABOVE_THE_LINE = 14


def line_ahead(outlook: Outlook, first: int, slots: int, most: float, starts_at: datetime, zone: str) -> Ahead:
    """From the slot `first`, which is now, to the right; `most` texts are as high as the box."""
    tops = [(BASE - TOP) * (1 - texts / most) for texts in outlook.texts]
    points = (f"{WIDTH * (first + place + 0.5) / slots:.1f},{top:.1f}" for place, top in enumerate(tops))
    return Ahead(
        line=" ".join(points),
        top=TOP,
        box=BASE - TOP,
        words=_words(outlook),
        words_y=_above(tops, slots) if (slots - first) / slots > ROOM_FOR_WORDS else None,
        rows=tuple(
            (time_of_day(starts_at + QUARTER * place, zone), f"{texts:.1f}")
            for place, texts in enumerate(outlook.texts)
            if place
        ),
    )


def percent(slot: float, slots: int) -> str:
    return f"{100 * slot / slots:.3f}%"


def _above(tops: Sequence[float], slots: int) -> int:
    """Over the part of the line that the words stand above."""
    under = tops[-round(slots * ROOM_FOR_WORDS) :]
    return max(TOP, round(TOP + min(under) - ABOVE_THE_LINE))


def _words(outlook: Outlook) -> str:
    """`expected: 5 people keep 95% within 10 min`."""
    if not outlook.people:
        return ""
    within = f"within {short(outlook.target)}" if outlook.target else "in time"
    who = f"{outlook.people} people keep" if outlook.people > 1 else "1 person keeps"
    return f"expected: {who} {share(outlook.share).replace('.0%', '%')} {within}"
