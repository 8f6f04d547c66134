"""Time zones by the names of cities, as people write them, and when their clocks are changed."""

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

_CONTINENTS = {
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
}

_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)


class NotAZone(ValueError):
    """There is no such zone, or more than one; the message says how to name one."""


@lru_cache
def zones() -> tuple[str, ...]:
    """Those with a place in their name, and UTC; in order."""
    return ("UTC", *sorted(zone for zone in available_timezones() if zone.partition("/")[0] in _CONTINENTS))


def parse_zone(written: str) -> str:
    """`Europe/Berlin`, `berlin` and `New York` all name one. Raises NotAZone."""
    wanted = "_".join(written.split()).casefold()
    by_name = {zone.casefold(): zone for zone in zones()}
    cities = [zone for zone in zones() if zone.rpartition("/")[2].casefold() == wanted]
    if wanted in by_name:
        return by_name[wanted]
    if len(cities) == 1:
        return cities[0]
    if not wanted:
        raise NotAZone("Name a time zone, such as Europe/Berlin.")
    raise NotAZone(f"“{written.strip()[:40]}” is no time zone; take one from the list, such as Europe/Berlin.")


def next_clock_change(zone: str, now: datetime) -> tuple[datetime, timedelta] | None:
    """When the clocks there are next changed, in UTC, and by how much they go forward; None if not within 400 days."""
    there = ZoneInfo(zone)
    for day in range(400):
        before, after = now + day * _DAY, now + (day + 1) * _DAY
        forward = _offset(after, there) - _offset(before, there)
        if forward:
            while after - before > _SECOND:
                middle = before + (after - before) / 2
                before, after = (before, middle) if _offset(middle, there) == _offset(after, there) else (middle, after)
            return after.replace(microsecond=0), forward
    return None


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta(0)
