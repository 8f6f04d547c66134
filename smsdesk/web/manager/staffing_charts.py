"""Draws a day in hours: what the last such day brought, what is expected, and in a band below it the people needed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from smsdesk.desk.staff import HourPlan, Plan
from smsdesk.web.agent.words import time_of_day
from smsdesk.web.manager.pictures import Tick
from smsdesk.web.manager.staffing_pictures import DayChart, HourBar

TOP, BASE, TICK_BASE = 14, 176, 196  # pixels
NEED_TOP, NEED_BASE, HEIGHT = 226, 286, 288
SHARE_OF_SLOT = 0.72
MOST_TICKS = 9
WIDTH = 1000  # of the box in which the line is drawn, whatever the screen's


def day_chart(plan: Plan, last_day: date) -> DayChart:
    """At least one hour."""
    zone, slots = plan.scope.zone, len(plan.hours)
    most = max(1.0, *(max(hour.expected, hour.last) for hour in plan.hours))
    bars = tuple(_bar(plan, place, most) for place in range(slots))
    return DayChart(
        bars=bars,
        ticks=_ticks(plan.hours, zone),
        line=" ".join(_point(hour, place, slots, most) for place, hour in enumerate(plan.hours)),
        box=BASE - TOP,
        words=_words(plan),
        height=HEIGHT,
        top=TOP,
        base=BASE,
        tick_base=TICK_BASE,
        need_base=NEED_BASE,
        last_words=f"{last_day:%A} {last_day.day} {last_day:%B}",
    )


def _bar(plan: Plan, place: int, most: float) -> HourBar:
    hour, slots = plan.hours[place], len(plan.hours)
    height = max(2, round((BASE - TOP) * hour.last / most)) if hour.last else 0
    most_people = max(1, *(each.need.people for each in plan.hours))
    need_height = round((NEED_BASE - NEED_TOP) * hour.need.people / most_people)
    starts = time_of_day(hour.starts_at, plan.scope.zone)
    return HourBar(
        left=_percent(place, slots),
        width=_percent(1, slots),
        bar_left=_percent(place + (1 - SHARE_OF_SLOT) / 2, slots),
        bar_width=_percent(SHARE_OF_SLOT, slots),
        top=BASE - height,
        height=height,
        need_top=NEED_BASE - need_height,
        need_height=need_height,
        middle=_percent(place + 0.5, slots),
        words=f"From {starts}: {count(hour.expected)} expected, {people(hour.need.people)} needed",
        hour=starts,
        expected=f"{hour.expected:.1f}",
        last=hour.last,
        people=hour.need.people,
        need_words="" if hour.need.reached else f"{share(hour.need.share)} at best",
        kept=share(hour.kept),
    )


def _point(hour: HourPlan, place: int, slots: int, most: float) -> str:
    return f"{WIDTH * (place + 0.5) / slots:.1f},{(BASE - TOP) * (1 - hour.expected / most):.1f}"


def _ticks(hours: Sequence[HourPlan], zone: str) -> tuple[Tick, ...]:
    step = -(-len(hours) // MOST_TICKS)
    return tuple(
        Tick(_percent(place + 0.5, len(hours)), time_of_day(hour.starts_at, zone), "middle")
        for place, hour in enumerate(hours)
        if place % step == 0
    )


def _words(plan: Plan) -> str:
    peak = plan.most_needed
    if peak is None:
        return ""
    return (
        f"{count(plan.forecast.whole)} expected on {plan.day:%A}. Most people are needed from "
        f"{time_of_day(peak.starts_at, plan.scope.zone)} on: {peak.need.people}, for {count(peak.expected)} in that hour."
    )


def count(texts: float) -> str:
    """`7.5 texts`, `1 text`; a whole number from ten on."""
    shown = f"{texts:.0f}" if texts >= 10 else f"{texts:.1f}".removesuffix(".0")
    return f"{shown} {'text' if shown == '1' else 'texts'}"


def people(number: int) -> str:
    return f"{number} {'person' if number == 1 else 'people'}"


def share(kept: float) -> str:
    """One decimal, and never 100% of what is only likely."""
    return f"{min(99.9, 100 * kept):.1f}%" if kept > 0 else "0%"


def _percent(slot: float, slots: int) -> str:
    return f"{100 * slot / slots:.3f}%"
