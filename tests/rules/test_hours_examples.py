"""The moments that are shown by themselves are those at which hours matter."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from smsdesk.rules.hours_examples import examples, telling_moment
from smsdesk.rules.opening_hours import Hours, Span

OFFICE = ((Span(540, 1080),),) * 5 + ((), ())
ALWAYS = ((Span(0, 1440),),) * 7
NIGHTS = ((Span(1200, 1560),),) * 7
NOON = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)  # a Thursday
TEN_MINUTES = timedelta(minutes=10)
EVE, CHRISTMAS = (date(2026, 12, 24), "Christmas Eve"), (date(2026, 12, 25), "Christmas Day")


def told(hours: Hours, special: list[tuple[date, str]] | None = None, now: datetime = NOON) -> list[str]:
    def local(at: datetime) -> str:
        return f"{at.astimezone(ZoneInfo(hours.zone)):%a %d %b %H:%M}"

    found = examples(hours, TEN_MINUTES, now, special or [])
    return [f"{one.why}: {local(one.start)} → {local(one.due)}" for one in found]


def test_an_office_is_shown_its_evening_its_weekend_its_holiday_and_the_clock_change() -> None:
    hours = Hours("Europe/Berlin", OFFICE, ((CHRISTMAS[0], ()),))

    assert told(hours, [CHRISTMAS]) == [
        "Shortly before closing: Thu 26 Nov 17:55 → Fri 27 Nov 09:05",
        "Over the longest break of the week: Fri 27 Nov 17:55 → Mon 30 Nov 09:05",
        "Around Christmas Day: Thu 24 Dec 17:55 → Mon 28 Dec 09:05",
        "When clocks go forward: Fri 26 Mar 17:55 → Mon 29 Mar 09:05",
    ]
    assert telling_moment(hours, NOON) == datetime(2026, 11, 27, 16, 55, tzinfo=UTC)


def test_a_half_day_is_shown_by_its_own_closing() -> None:
    hours = Hours("Europe/Berlin", OFFICE, ((EVE[0], (Span(540, 780),)), (CHRISTMAS[0], ())))

    assert "Around Christmas Eve: Thu 24 Dec 12:55 → Mon 28 Dec 09:05" in told(hours, [EVE, CHRISTMAS])


def test_an_evening_over_midnight_into_a_holiday_is_the_last_before_it() -> None:
    hours = Hours("Europe/Berlin", NIGHTS, ((CHRISTMAS[0], ()),))

    assert "Around Christmas Day: Fri 25 Dec 01:55 → Sat 26 Dec 20:05" in told(hours, [CHRISTMAS])


def test_a_special_day_on_which_nothing_is_different_or_that_is_over_is_not_shown() -> None:
    hours = Hours("UTC", OFFICE, ((date(2026, 11, 26), ()), (date(2026, 11, 28), ())))

    shown = told(hours, [(date(2026, 11, 26), "Thanksgiving"), (date(2026, 11, 28), "A Saturday")])

    assert not [line for line in shown if line.startswith("Around")]


def test_around_the_clock_only_the_clock_change_is_of_interest() -> None:
    assert told(Hours("America/New_York", ALWAYS)) == ["When clocks go forward: Sun 14 Mar 01:55 → Sun 14 Mar 03:05"]
    assert told(Hours("Asia/Kathmandu", ALWAYS)) == []
    assert telling_moment(Hours("UTC", ALWAYS), NOON) == NOON


def test_hours_that_never_open_have_nothing_to_show() -> None:
    assert told(Hours("Europe/Berlin", ((),) * 7)) == []
