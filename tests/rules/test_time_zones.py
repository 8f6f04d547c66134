"""A time zone is named by its city."""

from datetime import UTC, datetime, timedelta

import pytest

from smsdesk.rules.time_zones import NotAZone, next_clock_change, parse_zone, zones


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        (" berlin ", "Europe/Berlin"),
        ("New York", "America/New_York"),
        ("utc", "UTC"),
        ("America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
    ],
)
def test_a_zone_is_found_by_its_name_or_its_city(written: str, zone: str) -> None:
    assert parse_zone(written) == zone


@pytest.mark.parametrize("written", ["", "Atlantis", "../etc/passwd", "posixrules", "<b>", "Etc/GMT+5", "x" * 400])
def test_what_is_no_zone_is_refused_with_one_that_is(written: str) -> None:
    with pytest.raises(NotAZone, match="Europe/Berlin") as refused:
        parse_zone(written)
    assert len(str(refused.value)) < 140


def test_the_list_holds_places_alone() -> None:
    assert {"UTC", "Asia/Kathmandu", "Australia/Lord_Howe"} <= set(zones())
    assert not [zone for zone in zones() if zone.startswith(("Etc", "posix", "US/"))]


@pytest.mark.parametrize(
    ("zone", "at", "minutes"),
    [
        ("Europe/Berlin", "2027-03-28T01:00", 60),
        ("America/New_York", "2027-03-14T07:00", 60),
        ("Australia/Lord_Howe", "2027-04-03T15:00", -30),
    ],
)
def test_the_next_clock_change_is_known_to_the_second(zone: str, at: str, minutes: int) -> None:
    now = datetime(2026, 11, 26, 12, 0, 0, 123, tzinfo=UTC)

    assert next_clock_change(zone, now) == (datetime.fromisoformat(at + "+00:00"), timedelta(minutes=minutes))


def test_where_clocks_are_not_changed_there_is_no_change() -> None:
    assert next_clock_change("Asia/Kathmandu", datetime(2026, 11, 26, tzinfo=UTC)) is None
