"""Time zones by the names of cities, as people write them."""

from functools import lru_cache
from zoneinfo import available_timezones

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
