"""A time zone is named by its city."""

import pytest

from smsdesk.rules.time_zones import NotAZone, parse_zone, zones


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
