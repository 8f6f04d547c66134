"""Holidays are known by country and region, in English where there is English."""

from datetime import date

import pytest

from smsdesk.adapters.holidays import NoSuchCountry, countries, holidays, regions


def test_countries_are_told_by_the_names_that_people_know() -> None:
    names = {country.code: country.name for country in countries()}

    assert names["US"] == "United States"
    assert names["IM"] == "Isle of Man"
    assert names["BA"] == "Bosnia and Herzegovina"
    assert list(names.values()) == sorted(names.values())


def test_a_region_has_holidays_of_its_own() -> None:
    assert ("BY", "Bayern") in {(region.code, region.name) for region in regions("DE")}
    assert regions("IS") == ()

    country, region = holidays("DE", None, 2026), holidays("DE", "BY", 2026)

    assert {day.day for day in region} - {day.day for day in country} >= {date(2026, 1, 6)}  # Epiphany


def test_a_holiday_that_falls_on_a_weekend_is_kept_where_it_is_moved_to() -> None:
    assert date(2026, 7, 3) in {day.day for day in holidays("US", None, 2026)}
    assert date(2021, 12, 31) in {day.day for day in holidays("US", None, 2021)}  # the first of 2022 was a Saturday


def test_every_country_and_each_of_its_regions_can_be_asked() -> None:
    for country in countries():
        for region in (None, *(found.code for found in regions(country.code))):
            days = holidays(country.code, region, 2026)
            assert list(days) == sorted(days)
            assert all(day.name for day in days)


def test_what_is_no_country_or_no_region_of_it_is_refused() -> None:
    for country, region in (("XX", None), ("", None), ("DE", "TX"), ("holidays", None)):
        with pytest.raises(NoSuchCountry):
            holidays(country, region, 2026)
