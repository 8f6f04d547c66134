"""A day begins at the midnight of the number, not of the server."""

from datetime import UTC, datetime

import pytest

from smsdesk.rules.days import midnight, quarter_of, quarters


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "zone", "began"),
    [
        ("2026-06-10T12:00", "UTC", "2026-06-10T00:00"),
        ("2026-06-10T03:00", "America/Los_Angeles", "2026-06-09T07:00"),
        ("2026-06-10T20:00", "Asia/Kathmandu", "2026-06-10T18:15"),
        ("2026-03-29T12:00", "Europe/Berlin", "2026-03-28T23:00"),  # that night an hour is skipped after midnight
        ("2026-09-06T15:00", "America/Santiago", "2026-09-06T04:00"),  # that day has no midnight
    ],
)
def test_a_day_begins_at_midnight_where_the_number_is(now: str, zone: str, began: str) -> None:
    assert midnight(at(now), zone) == at(began)


def test_a_moment_belongs_to_the_quarter_hour_that_began_last() -> None:
    assert quarter_of(at("2026-06-10T09:29:59.999")) == at("2026-06-10T09:15")
    assert quarter_of(at("2026-06-10T09:30")) == at("2026-06-10T09:30")


def test_a_row_of_quarter_hours_holds_the_first_and_the_last() -> None:
    assert quarters(at("2026-06-10T09:20"), at("2026-06-10T09:46")) == [
        at("2026-06-10T09:15"),
        at("2026-06-10T09:30"),
        at("2026-06-10T09:45"),
    ]
    assert quarters(at("2026-06-10T09:20"), at("2026-06-10T09:20")) == [at("2026-06-10T09:15")]
