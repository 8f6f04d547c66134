"""The carrier is asked again after growing pauses, for two weeks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from smsdesk.rules.removals import next_try

ASKED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("tries", "after", "asked_for", "pause"),
    [
        (1, MINUTE, None, MINUTE),
        (2, MINUTE, None, 2 * MINUTE),
        (5, HOUR, None, 16 * MINUTE),
        (40, DAY, None, 12 * HOUR),
        (1, MINUTE, timedelta(seconds=5), MINUTE),
        (1, MINUTE, HOUR, HOUR),
        (40, 14 * DAY - HOUR, None, HOUR),  # the last time is when the two weeks are over
        (40, 14 * DAY - timedelta(seconds=1), None, MINUTE),
        (40, 14 * DAY, None, None),
        (1, 30 * DAY, HOUR, None),
    ],
)
def test_when_the_carrier_is_asked_again(
    tries: int, after: timedelta, asked_for: timedelta | None, pause: timedelta | None
) -> None:
    now = ASKED + after
    assert next_try(tries, ASKED, now, asked_for) == (now + pause if pause else None)


def test_two_weeks_take_fewer_than_forty_calls() -> None:
    now, tries = ASKED, 0
    while (again := next_try(tries + 1, ASKED, now)) is not None:
        now, tries = again, tries + 1
    assert (now, 30 < tries < 40) == (ASKED + 14 * DAY, True)
