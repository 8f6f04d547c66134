"""Countries by their two letters: what they are called, and the time zones of each, as the time zone database has them."""

from functools import lru_cache
from importlib.resources import files

# How a sentence has them, where the table is written for a list
_SPOKEN = {
    "BS": "the Bahamas",
    "CD": "the Democratic Republic of the Congo",
    "CG": "the Republic of the Congo",
    "DO": "the Dominican Republic",
    "GB": "the United Kingdom",
    "GM": "the Gambia",
    "KP": "North Korea",
    "KR": "South Korea",
    "NL": "the Netherlands",
    "PH": "the Philippines",
    "AE": "the United Arab Emirates",
    "US": "the United States",
    "VG": "the British Virgin Islands",
    "VI": "the US Virgin Islands",
}
# These have calling codes or ranges of their own, and no row in the tables
_CALLED = {"AC": "Ascension Island", "TA": "Tristan da Cunha", "XK": "Kosovo"}
_RUNS_BY = {"AC": ("Atlantic/St_Helena",), "TA": ("Atlantic/St_Helena",), "XK": ("Europe/Belgrade",)}


def name_of(code: str) -> str:
    """`the United Kingdom`; the code itself where nobody knows the country."""
    return _SPOKEN.get(code) or _names().get(code) or code


def zones_of(code: str) -> tuple[str, ...]:
    """In order; none for a code that nobody knows, and for a territory without people."""
    return _zones().get(code, ())


@lru_cache
def _names() -> dict[str, str]:
    return _CALLED | {code: name for code, name, *_ in _rows("iso3166.tab")}


@lru_cache
def _zones() -> dict[str, tuple[str, ...]]:
    found = {code: list(zones) for code, zones in _RUNS_BY.items()}
    for code, _, zone, *_ in _rows("zone.tab"):
        found.setdefault(code, []).append(zone)
    return {code: tuple(sorted(zones)) for code, zones in found.items()}


def _rows(table: str) -> list[list[str]]:
    text = files("tzdata").joinpath("zoneinfo", table).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
