"""Public holidays by country and region, from the package of that name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from holidays import country_holidays
from holidays.registry import COUNTRIES

ENGLISH = "en_US"
SPOKEN = {"DRCongo": "Congo, Democratic Republic", "HeardIslandAndMcDonaldIslands": "Heard and McDonald Islands"}


class NoSuchCountry(LookupError):
    """Its holidays are not known, or not those of that region."""


@dataclass(frozen=True)
class Country:
    code: str  # ISO 3166-1, two letters
    name: str


@dataclass(frozen=True)
class Region:
    code: str  # ISO 3166-2 without the country, or what the package calls it
    name: str


@dataclass(frozen=True, order=True)
class Holiday:
    day: date
    name: str


@lru_cache
def countries() -> tuple[Country, ...]:
    """By name."""
    known = (Country(entry[1], _spoken(entry[0])) for entry in COUNTRIES.values())
    return tuple(sorted(known, key=lambda country: country.name))


@lru_cache
def regions(country: str) -> tuple[Region, ...]:
    """Those whose holidays differ from the country's, by name; none for most. Raises NoSuchCountry."""
    if country not in {known.code for known in countries()}:
        raise NoSuchCountry(country)
    kind = type(country_holidays(country))
    names = {code: name for name, code in reversed(getattr(kind, "subdivisions_aliases", {}).items())}
    return tuple(
        sorted((Region(code, names.get(code, code)) for code in kind.subdivisions), key=lambda region: region.name)
    )


@lru_cache(maxsize=512)
def holidays(country: str, region: str | None, year: int) -> tuple[Holiday, ...]:
    """In order, those that are moved to a working day included. Raises NoSuchCountry."""
    if region is not None and region not in {known.code for known in regions(country)}:
        raise NoSuchCountry(f"{country} {region}")
    regions(country)
    found = country_holidays(country, subdiv=region, years=year, language=_language(country))
    return tuple(sorted(Holiday(day, name) for day, name in found.items()))


def _language(country: str) -> str | None:
    return ENGLISH if ENGLISH in country_holidays(country).supported_languages else None


def _spoken(name: str) -> str:
    """`IsleOfMan` as it is said."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", SPOKEN.get(name, name))
    return re.sub(r"\b(And|Of|The)\b", lambda word: word[0].lower(), words)
