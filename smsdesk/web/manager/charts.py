"""Draws a day in quarter hours. Widths are percent and heights pixels, so that the words keep their size on every screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from smsdesk.desk.figures import Quarter
from smsdesk.desk.look_ahead import Outlook
from smsdesk.rules.days import QUARTER
from smsdesk.web.agent.words import time_of_day
from smsdesk.web.manager.lines_ahead import BASE, TOP, line_ahead, percent
from smsdesk.web.manager.pictures import Bar, Chart, Tick

HEIGHT, TICK_BASE = 232, 224  # pixels
FEWEST_SLOTS = 24  # six hours: a young day has thin bars too, and room to grow
MOST_TICKS = 7
CLEAR_OF_NOW, CLEAR_AFTER = 0.18, 0.1  # of the width: a word nearer than this would touch "now"
SHARE_OF_SLOT = 0.78


def chart(quarters: Sequence[Quarter], zone: str, outlook: Outlook) -> Chart:
    """At least one quarter: the present one, with which the outlook begins."""
    slots = max(FEWEST_SLOTS, len(quarters) + max(0, len(outlook.texts) - 1))
    most = max(1, *(quarter.texts for quarter in quarters), *(quarter.late for quarter in quarters), *outlook.texts)
    bars = tuple(_bar(quarter, place, slots, most, zone) for place, quarter in enumerate(quarters))
    late, first = sum(quarter.late for quarter in quarters), len(quarters) - 1
    ahead = line_ahead(outlook, first, slots, most, quarters[-1].starts_at, zone) if len(outlook.texts) > 1 else None
    words = _words(quarters, late, zone) + (f" From now on {ahead.words}." if ahead and ahead.words else "")
    return Chart(bars, ahead, _ticks(quarters, slots, zone), words, HEIGHT, BASE, TICK_BASE, late)


def _bar(quarter: Quarter, place: int, slots: int, most: float, zone: str) -> Bar:
    height, late_height = _scaled(quarter.texts, most), _scaled(quarter.late, most)
    starts, ends = time_of_day(quarter.starts_at, zone), time_of_day(quarter.starts_at + timedelta(minutes=15), zone)
    words = f"{starts} to {ends}: {_texts(quarter.texts)}" + (f", {quarter.late} of them late" if quarter.late else "")
    return Bar(
        left=percent(place + (1 - SHARE_OF_SLOT) / 2, slots),
        width=percent(SHARE_OF_SLOT, slots),
        top=BASE - height,
        height=height,
        late_top=BASE - late_height,
        late_height=late_height,
        words=words,
        starts=starts,
        texts=quarter.texts,
        late=quarter.late,
    )


def _scaled(count: int, most: float) -> int:
    # one in a thousand is still to be seen
    return max(2, round((BASE - TOP) * count / most)) if count else 0


def _ticks(quarters: Sequence[Quarter], slots: int, zone: str) -> tuple[Tick, ...]:
    """Full hours, as many as fit, and "now" under the last bar."""
    last, first_at = len(quarters) - 1, quarters[0].starts_at
    starts = [first_at + QUARTER * place for place in range(slots)]
    hours = [place for place, at in enumerate(starts) if at.astimezone(ZoneInfo(zone)).minute == 0]
    free = [place for place in hours if place < slots - 2 and not -CLEAR_AFTER < (last - place) / slots < CLEAR_OF_NOW]
    step = -(-len(free) // MOST_TICKS) or 1
    shown = [Tick(percent(place, slots), time_of_day(starts[place], zone), "start") for place in free[::step]]
    at_the_edge = last + 1 == slots
    now = Tick(percent(last + (1 if at_the_edge else 0.5), slots), "now", "end" if at_the_edge else "middle")
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
