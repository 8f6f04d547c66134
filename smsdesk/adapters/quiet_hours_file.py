"""The reviewed table of quiet hours, read once from the file that ships with the product."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from pathlib import Path

from smsdesk.adapters.holidays import NoSuchCountry, holidays
from smsdesk.rules.quiet_table import QuietTable, parse

FILE = Path(__file__).resolve().parents[2] / "config" / "quiet_hours.toml"


@cache
def quiet_hours() -> QuietTable:
    """Raises BadTable, whose sentence names the place in the file."""
    return parse(tomllib.loads(FILE.read_text()))


@cache
def resting_days(country: str | None, year: int) -> frozenset[date]:
    """The country's holidays of a year, where its rule rests on them."""
    if country is None or not quiet_hours().rule(country).rests_on_holidays:
        return frozenset()
    try:
        return frozenset(holiday.day for holiday in holidays(country, None, year))
    except NoSuchCountry:
        return frozenset()
