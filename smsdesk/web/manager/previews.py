"""“Friday 17:55 + 10 minutes → Monday 09:05”: what hours make of a promise, at a moment that one picks and at some that matter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from smsdesk.desk.keep_hours import Plan
from smsdesk.desk.set_up import BadTarget, ensure_target
from smsdesk.rules.durations import NotADuration, parse, spell
from smsdesk.rules.hours_examples import examples, telling_moment
from smsdesk.rules.opening_hours import Hours, NeverOpen, due_at
from smsdesk.rules.time_zones import NotAZone, parse_zone
from smsdesk.web.manager.hours_pictures import MomentWords, moment_words

USUAL = "10m"
BACK, AHEAD = timedelta(days=365), timedelta(days=730)  # further away no holidays are known


@dataclass(frozen=True)
class Line:
    """One text and when it must be answered."""

    why: str
    start: MomentWords
    due: MomentWords


@dataclass(frozen=True)
class Preview:
    """The fields as they stand, and what comes of them; `asked` is None where they cannot be read."""

    moment: str
    target: str
    zone: str
    target_words: str
    asked: Line | None
    lines: tuple[Line, ...]
    problems: Mapping[str, str] = field(default_factory=dict)


def preview(plan: Plan, asked: Mapping[str, str], usual_zone: str, now: datetime) -> Preview:
    """`asked` has `moment` (local, as the browser writes it), `target` and `zone`; what is missing is chosen."""
    problems: dict[str, str] = {}
    zone = _zone(asked.get("zone") or usual_zone, problems) or usual_zone
    target = _target(asked.get("target") or USUAL, problems)
    hours = plan.hours(zone, now)
    start = _moment(asked.get("moment", ""), hours, now, problems)
    line, lines = None, tuple[Line, ...]()
    if target is not None:
        special = _special_days(plan, now)
        lines = tuple(_line(one.why, one.start, one.due, zone, now) for one in examples(hours, target, now, special))
        line = _asked(hours, start, target, now, problems)
    return Preview(
        moment=asked.get("moment") or (f"{start.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}" if start else ""),
        target=asked.get("target") or USUAL,
        zone=asked.get("zone") or usual_zone,
        target_words=spell(target) if target is not None else "",
        asked=line,
        lines=tuple(one for one in lines if line is None or one.start != line.start),
        problems=problems,
    )


def _zone(written: str, problems: dict[str, str]) -> str | None:
    try:
        return parse_zone(written)
    except NotAZone as problem:
        problems["zone"] = str(problem)
        return None


def _target(written: str, problems: dict[str, str]) -> timedelta | None:
    try:
        target = parse(written)
        ensure_target(target)
    except (NotADuration, BadTarget) as problem:
        problems["target"] = str(problem)
        return None
    return target


def _moment(written: str, hours: Hours, now: datetime, problems: dict[str, str]) -> datetime | None:
    if not written:
        return telling_moment(hours, now)
    try:
        start = datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(hours.zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        problems["moment"] = "Pick a day and a time."
        return None
    if not now - BACK <= start <= now + AHEAD:
        problems["moment"] = "Pick a moment from last year to two years ahead: further away, no holidays are known."
        return None
    return start


def _asked(
    hours: Hours, start: datetime | None, target: timedelta, now: datetime, problems: dict[str, str]
) -> Line | None:
    if start is None:
        return None
    try:
        return _line("", start, due_at(hours, start, target), hours.zone, now)
    except NeverOpen:
        problems["week"] = "Nobody is there for the next 400 days, so nothing can be promised."
        return None


def _line(why: str, start: datetime, due: datetime, zone: str, now: datetime) -> Line:
    return Line(why, moment_words(start, zone, now), moment_words(due, zone, now))


def _special_days(plan: Plan, now: datetime) -> list[tuple[date, str]]:
    named = {holiday.day: holiday.name for holiday in plan.closed_holidays(now)}
    named |= {own.day: own.name or "your own day" for own in plan.own_days}
    return sorted(named.items())
