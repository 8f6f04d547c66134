"""What a day will bring, from the same day of the week in the weeks before."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from smsdesk.rules.forecast import CLOSED, TOO_EARLY, forecast, smoothed, trimmed_mean

FRIDAY = date(2026, 6, 12)
LONG_AGO = date(2026, 1, 1)


def fridays(*counts: float, slot: int = 10) -> dict[date, tuple[float, ...]]:
    """The latest first; each brought so many in one slot of the day, and nothing in the others."""
    return {
        FRIDAY - timedelta(weeks=back): tuple(count if at == slot else 0.0 for at in range(24))
        for back, count in enumerate(counts, 1)
    }


def test_eight_fridays_say_what_a_friday_brings() -> None:
    said = forecast(FRIDAY, fridays(4, 6, 5, 5, 5, 6, 4, 5), LONG_AGO)

    assert said.expected[10] == 5
    assert said.expected[11] == 0
    assert said.whole == 5
    assert said.used == tuple(FRIDAY - timedelta(weeks=back) for back in range(1, 9))
    assert said.left_out == ()


def test_one_odd_day_changes_nothing() -> None:
    usual = forecast(FRIDAY, fridays(5, 5, 5, 5), LONG_AGO, weeks=4)
    with_a_rush = forecast(FRIDAY, fridays(5, 400, 5, 5), LONG_AGO, weeks=4)

    assert usual.expected == with_a_rush.expected


def test_a_day_that_was_closed_says_nothing_about_an_open_one() -> None:
    holiday = FRIDAY - timedelta(weeks=2)

    said = forecast(FRIDAY, fridays(6, 0, 6), LONG_AGO, closed={holiday}, weeks=3)

    assert said.expected[10] == 6
    assert said.used == (FRIDAY - timedelta(weeks=1), FRIDAY - timedelta(weeks=3))
    assert said.left_out == ((holiday, CLOSED),)


def test_a_day_before_there_was_anything_is_left_out_and_a_quiet_one_is_not() -> None:
    first = FRIDAY - timedelta(days=15)

    said = forecast(FRIDAY, fridays(3), first, weeks=3)

    assert said.expected[10] == 1.5  # the Friday before last brought nothing, and that counts
    assert said.left_out == ((FRIDAY - timedelta(weeks=3), TOO_EARLY),)


def test_the_first_whole_day_counts() -> None:
    said = forecast(FRIDAY, fridays(3), FRIDAY - timedelta(weeks=1))

    assert said.used == (FRIDAY - timedelta(weeks=1),)


def test_without_any_such_day_nothing_is_claimed() -> None:
    assert forecast(FRIDAY, {}, None).expected == ()
    assert forecast(FRIDAY, {}, FRIDAY - timedelta(days=6)).expected == ()


def test_other_days_of_the_week_have_no_say() -> None:
    thursdays = {FRIDAY - timedelta(days=1 + 7 * back): (9.0,) * 24 for back in range(8)}

    assert forecast(FRIDAY, thursdays, LONG_AGO).whole == 0


@pytest.mark.parametrize(("counts", "mean"), [([4], 4), ([4, 6], 5), ([1, 5, 90], 5), ([0, 4, 6, 99], 5), ([5] * 8, 5)])
def test_the_highest_and_the_lowest_are_left_out_once_there_are_three(counts: list[float], mean: float) -> None:
    assert trimmed_mean(counts) == mean


def test_quarter_hours_are_smoothed_with_their_neighbours_and_the_edges_with_those_they_have() -> None:
    assert smoothed([0, 0, 10, 0, 0], reach=2) == (10 / 3, 2.5, 2, 2.5, 10 / 3)
    assert smoothed([], reach=2) == ()
