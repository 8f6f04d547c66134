"""The reviewed table of the hours in which people may be texted who did not ask, country by country."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from smsdesk.rules.opening_hours import A_DAY, Span
from smsdesk.rules.times_of_day import NotATime, spans_of

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
OF_A_PART = {"every_day", "law", "source", "reviewed", *DAYS}
OF_A_COUNTRY = OF_A_PART | {"holidays", "regions"}

Week = tuple[tuple[Span, ...], ...]


class BadTable(ValueError):
    """The table cannot be used; the message is one sentence that names the place and the fix."""


@dataclass(frozen=True)
class Ground:
    """What hours rest on. `region` is a part of the country, None for all of it."""

    region: str | None
    law: str
    source: str
    reviewed: date


@dataclass(frozen=True)
class Rule:
    """When texts may go, as a week of spans from Monday on, none of which passes midnight: what every ground allows."""

    week: Week
    rests_on_holidays: bool
    grounds: tuple[Ground, ...]


@dataclass(frozen=True)
class QuietTable:
    """By the two letters of a country; the default for all others, and where the country is unknown."""

    default: Rule
    countries: Mapping[str, Rule]

    def rule(self, country: str | None) -> Rule:
        return self.countries.get(country or "", self.default)


def parse(data: Mapping[str, Any]) -> QuietTable:
    """What `tomllib` read. Raises BadTable."""
    reviewed = _day(data.get("reviewed"), "reviewed")
    if "default" not in data:
        raise BadTable("The quiet hours have no [default]; add one with every_day, law and source.")
    rules = {key: _rule(key, data[key], reviewed) for key in data if key != "reviewed"}
    for key in rules.keys() - {"default"}:
        if not re.fullmatch("[A-Z]{2}", key):
            raise BadTable(f"[{key}] is no country; write its two capital letters, such as [FR].")
    return QuietTable(rules.pop("default"), rules)


def shared(one: Week, other: Week) -> Week:
    """The hours that are in both."""
    return tuple(_both(mine, theirs) for mine, theirs in zip(one, other, strict=True))


def _rule(key: str, told: Any, reviewed: date) -> Rule:
    where = f"[{key}]"
    _ensure_known(where, told, OF_A_COUNTRY)
    regions = told.get("regions", [])
    if not isinstance(regions, list):
        raise BadTable(f"{where} has regions that are no list; write each as [[{key}.regions]].")
    holidays = told.get("holidays", "open")
    if holidays not in {"open", "closed"}:
        raise BadTable(f"{where} holidays is {_quoted(holidays)}; write “open” or “closed”.")
    week, grounds = _week(where, told), [_ground(where, told, reviewed)]
    for place, region in enumerate(regions, 1):
        part = f"[[{key}.regions]] number {place}"
        _ensure_known(part, region, OF_A_PART | {"name"})
        name = _words(part, region, "name")
        week = shared(week, _week(f"{part} ({name})", region))
        grounds.append(_ground(f"{part} ({name})", region, reviewed, name))
    return Rule(week, holidays == "closed", tuple(grounds))


def _ground(where: str, told: Mapping[str, Any], reviewed: date, region: str | None = None) -> Ground:
    day = _day(told.get("reviewed", reviewed), f"{where} reviewed")
    return Ground(region, _words(where, told, "law"), _words(where, told, "source"), day)


def _week(where: str, told: Mapping[str, Any]) -> Week:
    usual = _spans(where, "every_day", _words(where, told, "every_day"))
    return tuple(_spans(where, day, _words(where, told, day)) if day in told else usual for day in DAYS)


def _spans(where: str, key: str, written: str) -> tuple[Span, ...]:
    try:
        spans = tuple(sorted(spans_of(written)))
    except (NotATime, ValueError) as error:
        raise BadTable(f"{where} {key}: {error}") from None
    if any(span.closes > A_DAY for span in spans):
        raise BadTable(f"{where} {key} is {_quoted(written)} and passes midnight; write the hours of one day.")
    if any(late.opens < early.closes for early, late in pairwise(spans)):
        raise BadTable(f"{where} {key} is {_quoted(written)}, and its hours overlap; write each hour once.")
    return spans


def _ensure_known(where: str, told: Any, known: set[str]) -> None:
    if not isinstance(told, Mapping):
        raise BadTable(f"{where} is {_quoted(told)}; write it as a table with every_day, law and source.")
    for key in told:
        if key not in known:
            raise BadTable(f"{where} has “{key}”, which means nothing here; take it away or write {_listed(known)}.")


def _words(where: str, told: Mapping[str, Any], key: str) -> str:
    said = told.get(key)
    if not isinstance(said, str) or not said.strip():
        raise BadTable(f"{where} has no {key}; write it as words in quotation marks.")
    return said


def _day(told: Any, where: str) -> date:
    if not isinstance(told, date) or isinstance(told, datetime):
        raise BadTable(f"{where} is no day; write when somebody last read the sources, such as 2026-11-26.")
    return told


def _both(mine: Sequence[Span], theirs: Sequence[Span]) -> tuple[Span, ...]:
    cut = [(max(one.opens, other.opens), min(one.closes, other.closes)) for one in mine for other in theirs]
    return tuple(sorted(Span(opens, closes) for opens, closes in cut if opens < closes))


def _listed(known: set[str]) -> str:
    *most, last = sorted(known)
    return f"{', '.join(most)} or {last}"


def _quoted(told: Any) -> str:
    return f"“{str(told)[:40]}”"
