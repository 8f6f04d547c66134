"""Draws a watch: a trial as one strip a day, and the last day as a line under its limit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from smsdesk.desk.try_watch import Firing, Trial
from smsdesk.rules.days import midnight
from smsdesk.rules.durations import spell
from smsdesk.rules.watch_words import NONE_THERE, shown
from smsdesk.rules.watches import Found, Unit, WatchRule
from smsdesk.web.agent.words import time_of_day
from smsdesk.web.manager.watch_pictures import Block, DayStrip, FiringRow, LinePicture, TrialPicture

WIDTH, HEIGHT = 600, 120
THINNEST = 0.4  # percent: a firing of two minutes is still to be seen
MOST_ROWS = 200
HEADROOM = 1.15


def trial_picture(trial: Trial, zone: str) -> TrialPicture:
    count, days = len(trial.firings), len({_day(one.since, zone) for one in trial.firings})
    whole = f"in the last {_days(trial)}"
    if not count:
        headline, words = "It would not have fired.", f"Not once {whole}."
    else:
        longest = max(trial.firings, key=lambda one: (one.until or trial.until) - one.since)
        headline = f"It would have fired {_times(count)}, on {days} {'day' if days == 1 else 'days'}."
        words = (
            f"For {spell(trial.lasted)} in all {whole}; the longest was {spell((longest.until or trial.until) - longest.since)}, "
            f"on {_day(longest.since, zone)} from {time_of_day(longest.since, zone)}."
        )
    rows = tuple(_row(one, trial, zone) for one in reversed(trial.firings))
    stands_on = f"Looked at every {spell(trial.step).removeprefix('1 ')}, by the same sum as a real look."
    return TrialPicture(headline, words, _strips(trial, zone), rows[:MOST_ROWS], max(0, count - MOST_ROWS), stands_on)


def line_picture(looks: Sequence[tuple[datetime, Found]], rule: WatchRule, zone: str) -> LinePicture:
    values = [found.value for _, found in looks if found.value is not None]
    top = max([rule.limit, *values]) * HEADROOM
    parts = _parts([None if found.value is None else found.value / top for _, found in looks])
    over = sum(value >= rule.limit for value in values)
    peak = shown(rule.unit, max(values)) if values else NONE_THERE
    return LinePicture(
        lines=tuple(" ".join(f"{x},{y}" for x, y in part) for part in parts if len(part) > 1),
        dots=tuple(part[0] for part in parts if len(part) == 1),
        limit_y=_y(rule.limit / top),
        clears_y=_y(rule.clears_at / top),
        top=shown(rule.unit, _rounded(top, rule.unit)),
        limit_words=f"limit {shown(rule.unit, rule.limit)}",
        ticks=tuple(time_of_day(at, zone) for at, _ in looks[:: max(1, len(looks) // 4)]),
        words=f"The last 24 hours: at most {peak}. At its limit or over it at {over} of {len(looks)} looks."
        if values
        else "The last 24 hours: there was nothing to measure.",
        rows=tuple((time_of_day(at, zone), shown(rule.unit, found.value)) for at, found in reversed(looks[::6])),
    )


def _strips(trial: Trial, zone: str) -> tuple[DayStrip, ...]:
    """Newest first."""
    strips, ends = [], trial.until
    while ends > trial.since:
        begins = midnight(ends - timedelta(microseconds=1), zone)
        following = midnight(begins + timedelta(hours=30), zone)
        blocks = [_block(one, trial, begins, following, zone) for one in trial.firings]
        own = tuple(block for block in blocks if block)
        began = sum(begins <= one.since < following for one in trial.firings)
        unknown = _unknown(trial, begins, following)
        strips.append(DayStrip(_day(begins, zone), own, unknown, _times(began) if began else ""))
        ends = begins
    return tuple(strips)


def _block(one: Firing, trial: Trial, begins: datetime, ends: datetime, zone: str) -> Block | None:
    since, until = max(one.since, begins), min(one.until or trial.until, ends)
    if since >= until:
        return None
    still = "now" if one.until is None else time_of_day(one.until, zone)
    words = f"{time_of_day(one.since, zone)} to {still}, at most {shown(trial.rule.unit, one.peak)}"
    left = 100 * (since - begins) / (ends - begins)
    width = max(THINNEST, 100 * (until - since) / (ends - begins))
    return Block(f"{min(left, 100 - THINNEST):.2f}%", f"{width:.2f}%", words)


def _unknown(trial: Trial, begins: datetime, ends: datetime) -> Block | None:
    """What is not looked at: before the trial begins, and what is still to come today."""
    if trial.since > begins:
        return Block("0%", f"{100 * (trial.since - begins) / (ends - begins):.2f}%", "not looked at")
    if trial.until < ends:
        left = 100 * (trial.until - begins) / (ends - begins)
        return Block(f"{left:.2f}%", f"{100 - left:.2f}%", "still to come")
    return None


def _row(one: Firing, trial: Trial, zone: str) -> FiringRow:
    return FiringRow(
        day=_day(one.since, zone),
        since=time_of_day(one.since, zone),
        until="still" if one.until is None else time_of_day(one.until, zone),
        lasted=spell((one.until or trial.until) - one.since),
        peak=shown(trial.rule.unit, one.peak),
    )


def _parts(shares: Sequence[float | None]) -> list[list[tuple[str, str]]]:
    parts: list[list[tuple[str, str]]] = [[]]
    for place, share in enumerate(shares):
        if share is None:
            parts.append([])
        else:
            parts[-1].append((f"{WIDTH * place / max(1, len(shares) - 1):.1f}", _y(share)))
    return [part for part in parts if part]


def _y(share: float) -> str:
    return f"{HEIGHT * (1 - share):.1f}"


def _rounded(value: float, unit: Unit) -> float:
    return value if unit is Unit.SHARE else float(round(value))


def _day(at: datetime, zone: str) -> str:
    there = at.astimezone(ZoneInfo(zone))
    return f"{there:%a} {there.day} {there:%b}"


def _days(trial: Trial) -> str:
    length = trial.until - trial.since
    return f"{round(length / timedelta(days=1))} days" if length >= timedelta(days=2) else spell(length)


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
