"""When somebody may be texted who did not ask: never in quiet hours, by the clock on the wall wherever they may be.

Quiet is what the table of the law or the house itself calls quiet, in any zone in which the person may be. An hour that
the wall shows twice counts twice; one that it skips counts for nothing.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from smsdesk.rules import countries as atlas
from smsdesk.rules.open_time import jump
from smsdesk.rules.opening_hours import A_DAY, Span
from smsdesk.rules.quiet_table import BadTable, QuietTable, Rule, Week, parse, shared

__all__ = ["BadTable", "House", "QuietTable", "is_quiet", "next_allowed", "parse"]

PATIENCE, DAY = timedelta(days=8), timedelta(days=1)

House = tuple[time, time]  # from, to: over midnight where it ends no later than it begins, so the same twice is all day


def is_quiet(
    at: datetime,
    country: str | None,
    zones: Sequence[str],
    table: QuietTable,
    house: House | None = None,
    holidays: Collection[date] = (),
) -> bool:
    """Whether nothing may go out then to somebody who did not ask.

    Without zones, all of the country's are meant; without a known country either, ValueError: the caller brings a zone.
    `holidays` are the country's, as dates there; they count only where the country's rule rests on them. The hours of
    the house are read to the minute.
    """
    rule = table.rule(country)
    return not _allows(_week(rule, house), _rest(rule, holidays), _places(country, zones), _utc(at))


def next_allowed(
    at: datetime,
    country: str | None,
    zones: Sequence[str],
    table: QuietTable,
    house: House | None = None,
    holidays: Collection[date] = (),
) -> datetime | None:
    """The first moment from `at` on that is not quiet, in UTC: `at` itself where it is not; None if not within 8 days.

    What is given is read as in `is_quiet`.
    """
    rule, start, places = table.rule(country), _utc(at), _places(country, zones)
    week, rest = _week(rule, house), _rest(rule, holidays)
    if _allows(week, rest, places, start):
        return start
    # Quiet ends only where it ends in one of the zones, so nothing lies between these moments
    ends = sorted({end for zone in places for end in _ends(week, zone, start) if start < end <= start + PATIENCE})
    return next((end for end in ends if _allows(week, rest, places, end)), None)


def _allows(week: Week, rest: Collection[date], places: Sequence[ZoneInfo], at: datetime) -> bool:
    return all(_is_open(week, rest, at.astimezone(zone)) for zone in places)


def _is_open(week: Week, rest: Collection[date], there: datetime) -> bool:
    minute = there.hour * 60 + there.minute
    return there.date() not in rest and any(span.opens <= minute < span.closes for span in week[there.weekday()])


def _ends(week: Week, zone: ZoneInfo, start: datetime) -> Iterator[datetime]:
    """Every moment at which quiet can end in that zone: an opening, or clocks being changed."""
    first = start.replace(microsecond=0)
    for step in range(PATIENCE // DAY + 2):
        day = first.astimezone(zone).date() + step * DAY
        for span in week[day.weekday()]:
            wall = datetime.combine(day, time(span.opens // 60, span.opens % 60), zone)
            yield from (wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC))
        before, after = first + step * DAY, first + (step + 1) * DAY
        if before.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            yield jump(zone, before, after)


def _week(rule: Rule, house: House | None) -> Week:
    return rule.week if house is None else shared(rule.week, (_spans(*house),) * 7)


def _spans(opens: time, closes: time) -> tuple[Span, ...]:
    begin, end = opens.hour * 60 + opens.minute, closes.hour * 60 + closes.minute
    if begin < end:
        return (Span(begin, end),)
    return (*([Span(0, end)] if end else []), Span(begin, A_DAY))


def _rest(rule: Rule, holidays: Collection[date]) -> Collection[date]:
    return holidays if rule.rests_on_holidays else ()


def _places(country: str | None, zones: Sequence[str]) -> list[ZoneInfo]:
    names = zones or atlas.zones_of(country or "")
    if not names:
        raise ValueError("nobody knows where that is: bring a time zone, such as the number's own")
    try:
        return [_zone(name) for name in dict.fromkeys(names)]
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"no such time zone among {names}") from None


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    # ZoneInfo itself keeps eight, and a large country has more: reading them again costs a third of a millisecond each
    return ZoneInfo(name)


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a moment without a zone")
    return at.astimezone(UTC)
