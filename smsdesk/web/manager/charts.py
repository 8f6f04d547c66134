"""Draws a day in quarter hours. Widths are percent and heights pixels, so that the words keep their size on every screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from smsdesk.desk.figures import Quarter
from smsdesk.web.agent.words import time_of_day
from smsdesk.web.manager.pictures import Bar, Chart, Tick

HEIGHT, TOP, BASE, TICK_BASE = 232, 12, 204, 224  # pixels
FEWEST_SLOTS = 24  # six hours: a young day has thin bars too, and room to grow
MOST_TICKS = 7
CLEAR_OF_NOW = 0.18  # of the width: a word nearer than this would touch "now"
SHARE_OF_SLOT = 0.78


def chart(quarters: Sequence[Quarter], zone: str) -> Chart:
    """At least one quarter: the present one."""
    slots = max(FEWEST_SLOTS, len(quarters))
    most = max(1, *(quarter.texts for quarter in quarters), *(quarter.late for quarter in quarters))
    bars = tuple(_bar(quarter, place, slots, most, zone) for place, quarter in enumerate(quarters))
    late = sum(quarter.late for quarter in quarters)
    return Chart(bars, _ticks(quarters, slots, zone), _words(quarters, late, zone), HEIGHT, BASE, TICK_BASE, late)


def _bar(quarter: Quarter, place: int, slots: int, most: int, zone: str) -> Bar:
    height, late_height = _scaled(quarter.texts, most), _scaled(quarter.late, most)
    starts, ends = time_of_day(quarter.starts_at, zone), time_of_day(quarter.starts_at + timedelta(minutes=15), zone)
    words = f"{starts} to {ends}: {_texts(quarter.texts)}" + (f", {quarter.late} of them late" if quarter.late else "")
    return Bar(
        left=_percent(place + (1 - SHARE_OF_SLOT) / 2, slots),
        width=_percent(SHARE_OF_SLOT, slots),
        top=BASE - height,
        height=height,
        late_top=BASE - late_height,
        late_height=late_height,
        words=words,
        starts=starts,
        texts=quarter.texts,
        late=quarter.late,
    )


def _scaled(count: int, most: int) -> int:
    # one in a thousand is still to be seen
    return max(2, round((BASE - TOP) * count / most)) if count else 0


def _ticks(quarters: Sequence[Quarter], slots: int, zone: str) -> tuple[Tick, ...]:
    """Full hours, as many as fit, and "now" under the last bar."""
    last = len(quarters) - 1
    hours = [
        place for place, quarter in enumerate(quarters) if quarter.starts_at.astimezone(ZoneInfo(zone)).minute == 0
    ]
    free = [place for place in hours if (last - place) / slots > CLEAR_OF_NOW]
    step = -(-len(free) // MOST_TICKS) or 1
    shown = [
        Tick(_percent(place, slots), time_of_day(quarters[place].starts_at, zone), "start") for place in free[::step]
    ]
    at_the_edge = last + 1 == slots
    now = Tick(_percent(last + (1 if at_the_edge else 0.5), slots), "now", "end" if at_the_edge else "middle")
    return (*shown, now)


def _words(quarters: Sequence[Quarter], late: int, zone: str) -> str:
    whole = sum(quarter.texts for quarter in quarters)
    if not whole:
        return "No texts today yet."
    busiest = max(quarters, key=lambda quarter: quarter.texts)
    return (
        f"{_texts(whole)} today since {time_of_day(quarters[0].starts_at, zone)}, {late} of them late. "
        f"The busiest quarter hour began at {time_of_day(busiest.starts_at, zone)}, with {_texts(busiest.texts)}."
    )


def _texts(count: int) -> str:
    return "1 text" if count == 1 else f"{count} texts"


def _percent(slot: float, slots: int) -> str:
    return f"{100 * slot / slots:.3f}%"
