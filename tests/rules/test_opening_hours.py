"""When a promise falls due in open time: known answers, and every answer against somebody who counts minute by minute."""

import pickle
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsdesk.rules.open_time import Timeline
from smsdesk.rules.opening_hours import Hours, NeverOpen, Span, due_at, elapsed, is_open, next_change, next_open

MINUTE, DAY, TICK, NOTHING = timedelta(minutes=1), timedelta(days=1), timedelta(microseconds=1), timedelta(0)
NINE_TO_SIX = (Span(9 * 60, 18 * 60),)
OFFICE = (NINE_TO_SIX,) * 5 + ((), ())
SPLIT = ((Span(9 * 60, 12 * 60), Span(13 * 60, 18 * 60)),) * 5 + ((), ())
LATE = ((),) * 4 + ((Span(20 * 60, 26 * 60),), (Span(20 * 60, 27 * 60),), ())
ALL_DAY = ((Span(0, 24 * 60),),) * 7
NEVER = ((),) * 7
HOLIDAY, HALF_DAY = (date(2026, 12, 25), ()), (date(2026, 12, 24), (Span(9 * 60, 13 * 60),))


def there(zone: str, text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


@pytest.mark.parametrize(
    ("week", "start", "minutes", "due"),
    [
        (OFFICE, "2026-06-05T17:55", 10, "2026-06-08T09:05"),  # a Friday
        (OFFICE, "2026-06-05T17:50", 10, "2026-06-05T18:00"),  # on the very closing
        (OFFICE, "2026-06-05T18:00", 10, "2026-06-08T09:10"),
        (OFFICE, "2026-06-06T11:00", 10, "2026-06-08T09:10"),
        (OFFICE, "2026-06-08T09:00", 10, "2026-06-08T09:10"),
        (OFFICE, "2026-06-08T08:59:59.999999", 10, "2026-06-08T09:10"),
        (OFFICE, "2026-06-08T09:00:00.000001", 9 * 60, "2026-06-09T09:00:00.000001"),
        (OFFICE, "2026-06-08T09:00", 45 * 60, "2026-06-12T18:00"),
        (SPLIT, "2026-06-08T11:55", 10, "2026-06-08T13:05"),
        (SPLIT, "2026-06-08T12:30", 10, "2026-06-08T13:10"),
        (LATE, "2026-06-06T01:55", 10, "2026-06-06T20:05"),  # Friday's evening ends at two on Saturday
        (LATE, "2026-06-05T23:55", 10, "2026-06-06T00:05"),
        (LATE, "2026-06-07T02:59", 2, "2026-06-12T20:01"),
        (ALL_DAY, "2026-06-05T23:55", 10, "2026-06-06T00:05"),
        (OFFICE, "2026-12-23T17:55", 10, "2026-12-24T09:05"),
        (OFFICE, "2026-12-24T12:55", 10, "2026-12-28T09:05"),  # half a day, the holiday, a weekend
        (OFFICE, "2026-12-25T11:00", 0, "2026-12-28T09:00"),
    ],
)
def test_a_promise_falls_due_when_so_much_open_time_has_passed(
    week: tuple[tuple[Span, ...], ...], start: str, minutes: int, due: str
) -> None:
    hours = Hours("Europe/Berlin", week, (HOLIDAY, HALF_DAY))

    assert due_at(hours, there("Europe/Berlin", start), minutes * MINUTE) == there("Europe/Berlin", due)


@pytest.mark.parametrize(
    ("zone", "span", "day", "opened", "closed"),
    [
        ("Europe/Berlin", Span(60, 300), "2026-03-29", "2026-03-29T00:00", "2026-03-29T03:00"),  # three hours, not four
        ("Europe/Berlin", Span(150, 300), "2026-03-29", "2026-03-29T01:00", "2026-03-29T03:00"),  # 02:30 does not exist
        ("Europe/Berlin", Span(60, 150), "2026-03-29", "2026-03-29T00:00", "2026-03-29T01:00"),
        (
            "Europe/Berlin",
            Span(150, 300),
            "2026-10-25",
            "2026-10-25T00:30",
            "2026-10-25T04:00",
        ),  # opens at the first 02:30
        ("Europe/Berlin", Span(60, 150), "2026-10-25", "2026-10-24T23:00", "2026-10-25T01:30"),  # closes at the second
        ("America/New_York", Span(120, 300), "2026-03-08", "2026-03-08T07:00", "2026-03-08T09:00"),
        ("America/New_York", Span(60, 90), "2026-11-01", "2026-11-01T05:00", "2026-11-01T06:30"),
        ("Australia/Lord_Howe", Span(120, 180), "2026-10-04", "2026-10-03T15:30", "2026-10-03T16:00"),  # half an hour
        ("Australia/Lord_Howe", Span(90, 105), "2026-04-05", "2026-04-04T14:30", "2026-04-04T15:15"),
        ("Africa/Cairo", Span(0, 120), "2026-04-24", "2026-04-23T22:00", "2026-04-23T23:00"),  # has no midnight
        ("America/Sao_Paulo", Span(0, 60), "2018-11-04", "2018-11-04T03:00", "2018-11-04T03:00"),  # nor its first hour
        ("America/Sao_Paulo", Span(1380, 1440), "2018-02-17", "2018-02-18T01:00", "2018-02-18T03:00"),  # 23:00 twice
        ("Asia/Kathmandu", Span(540, 600), "2026-06-08", "2026-06-08T03:15", "2026-06-08T04:15"),
        ("Pacific/Apia", Span(540, 600), "2011-12-30", "2011-12-30T10:00", "2011-12-30T10:00"),  # a day that never was
    ],
)
def test_opening_is_the_first_time_that_the_clock_shows_it_and_closing_the_last(
    zone: str, span: Span, day: str, opened: str, closed: str
) -> None:
    hours = Hours(zone, NEVER, ((date.fromisoformat(day), (span,)),))
    opens, closes = datetime.fromisoformat(opened + "+00:00"), datetime.fromisoformat(closed + "+00:00")

    assert elapsed(hours, opens - 3 * DAY, closes + 3 * DAY) == closes - opens
    assert is_open(hours, opens) is (opens < closes)
    if opens < closes:
        assert next_open(hours, opens - 3 * DAY) == opens
        assert next_change(hours, opens) == closes


def test_around_the_clock_is_so_on_the_nights_on_which_clocks_change_as_well() -> None:
    for zone in ("Europe/Berlin", "Africa/Cairo", "Atlantic/Azores", "Australia/Lord_Howe"):
        hours, start = Hours(zone, ALL_DAY), datetime(2026, 1, 1, tzinfo=UTC)

        assert due_at(hours, start, 365 * DAY) == start + 365 * DAY
        assert next_change(hours, start) is None


def test_an_evening_belongs_to_the_day_on_which_it_began_even_before_a_holiday() -> None:
    evenings = Hours("Europe/Berlin", ((Span(20 * 60, 26 * 60),),) * 7, (HOLIDAY,))

    assert is_open(evenings, there("Europe/Berlin", "2026-12-25T01:00"))
    assert not is_open(evenings, there("Europe/Berlin", "2026-12-25T21:00"))
    assert not is_open(evenings, there("Europe/Berlin", "2026-12-26T01:00"))


def test_at_the_moment_of_closing_it_is_closed_yet_nothing_needs_to_wait() -> None:
    closing = there("Europe/Berlin", "2026-06-05T18:00")
    hours = Hours("Europe/Berlin", OFFICE)

    assert not is_open(hours, closing)
    assert is_open(hours, closing - TICK)
    assert next_open(hours, closing) == closing
    assert next_open(hours, closing + TICK) == there("Europe/Berlin", "2026-06-08T09:00")
    assert next_change(hours, closing) == there("Europe/Berlin", "2026-06-08T09:00")
    assert next_change(hours, closing - TICK) == closing


def test_without_hours_it_is_always_open() -> None:
    at = there("Europe/Berlin", "2026-06-06T03:00")

    assert due_at(None, at, 10 * MINUTE) == at + 10 * MINUTE
    assert elapsed(None, at, at + 10 * MINUTE) == 10 * MINUTE
    assert elapsed(None, at, at - MINUTE) == NOTHING
    assert is_open(None, at)
    assert next_open(None, at) == at
    assert next_change(None, at) is None


def test_whoever_never_opens_promises_nothing() -> None:
    at = there("Europe/Berlin", "2026-06-06T03:00")
    hours = Hours("Europe/Berlin", NEVER, ((at.date() + 402 * DAY, NINE_TO_SIX),))

    with pytest.raises(NeverOpen):
        due_at(Hours("UTC", NEVER), at, MINUTE)
    for _ in ("before the day beyond is known", "and after"):
        with pytest.raises(NeverOpen):
            due_at(hours, at, MINUTE)
        with pytest.raises(NeverOpen):
            next_open(hours, at)
        assert next_change(hours, at) is None
        assert due_at(hours, at + 5 * DAY, MINUTE) == there("Europe/Berlin", "2027-07-13T09:01")
    assert elapsed(hours, at, at + 500 * DAY) == timedelta(hours=9)


def test_a_promise_may_take_years_of_open_time_and_go_back_as_far() -> None:
    hours = Hours("Europe/Berlin", ((Span(540, 541),), *((),) * 6))
    start = there("Europe/Berlin", "2026-06-08T09:00")

    assert due_at(hours, start, 1000 * MINUTE) == there("Europe/Berlin", "2045-07-31T09:01")
    assert elapsed(hours, start - 1000 * 7 * DAY, start) == 1000 * MINUTE
    assert due_at(hours, start - 1000 * 7 * DAY, 1001 * MINUTE) == start + MINUTE


def test_a_promise_beyond_all_calendars_is_never_kept() -> None:
    hours = Hours("Europe/Berlin", ((Span(540, 541),), *((),) * 6))

    with pytest.raises(NeverOpen):
        due_at(hours, there("Europe/Berlin", "2250-06-08T09:00"), 400 * DAY)
    for year in (1850, 2400):
        assert not is_open(Hours("UTC", ALL_DAY), datetime(year, 6, 1, tzinfo=UTC))
    assert due_at(Hours("UTC", ALL_DAY), datetime(1850, 6, 1, tzinfo=UTC) + 49 * 366 * DAY, MINUTE)


def test_hours_that_mean_the_same_are_the_same() -> None:
    one = Hours("UTC", ((Span(540, 700), Span(700, 900)), *((),) * 6), (HALF_DAY, HOLIDAY))
    other = Hours("UTC", ((Span(600, 900), Span(540, 720)), *((),) * 6), (HOLIDAY, HALF_DAY))

    assert one == other
    assert hash(one) == hash(other)
    assert one.as_json() == other.as_json()
    assert Hours.from_json(one.as_json()) == one
    assert pickle.loads(pickle.dumps(one)) == one
    assert one != replace(one, zone="Europe/Berlin")


@pytest.mark.parametrize(("opens", "closes"), [(600, 600), (700, 600), (-1, 60), (1440, 1500), (0, 2881)])
def test_a_span_opens_on_its_day_and_closes_later_and_by_the_next_midnight(opens: int, closes: int) -> None:
    with pytest.raises(ValueError, match="is no span"):
        Span(opens, closes)


def test_hours_are_refused_that_nobody_could_keep() -> None:
    for zone in ("Europe/Nowhere", "", "../etc/passwd", "/etc", "Europe"):
        with pytest.raises(ValueError, match="is no time zone"):
            Hours(zone, NEVER)
    with pytest.raises(ValueError, match="seven days"):
        Hours("UTC", ((),) * 6)
    with pytest.raises(ValueError, match="told twice"):
        Hours("UTC", NEVER, (HOLIDAY, (HOLIDAY[0], NINE_TO_SIX)))


# Somebody who knows nothing of timelines: the minutes of three weeks, each open or not

NIGHTS = [  # a zone, and a day on which or near which something odd happens
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Asia/Kathmandu", date(2026, 6, 10)),
    ("Africa/Cairo", date(2026, 4, 24)),
    ("Africa/Cairo", date(2026, 10, 30)),
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("America/Sao_Paulo", date(2018, 2, 18)),
    ("Atlantic/Azores", date(2026, 10, 25)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Africa/Casablanca", date(2026, 2, 15)),
]
BEFORE, AFTER = 8, 13


@lru_cache(maxsize=32)
def walls(zone: str, middle: date) -> list[datetime]:
    """What the clock on the wall shows at each minute, without a zone."""
    begin = datetime(middle.year, middle.month, middle.day, tzinfo=UTC) - BEFORE * DAY
    moments = (begin + n * MINUTE for n in range((BEFORE + AFTER) * 24 * 60))
    return [at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for at in moments]


class Counter:
    """Marks the minutes that are open by looking at the wall, and counts."""

    def __init__(self, hours: Hours, middle: date) -> None:
        self.begin = datetime(middle.year, middle.month, middle.day, tzinfo=UTC) - BEFORE * DAY
        self.wall = walls(hours.zone, middle)
        self.open = bytearray(len(self.wall))
        days = dict(hours.days)
        for offset in range(-BEFORE - 3, AFTER + 1):
            day = middle + offset * DAY
            for span in days.get(day, hours.week[day.weekday()]):
                midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - what a wall shows has no zone
                self._mark(midnight + span.opens * MINUTE, midnight + span.closes * MINUTE)

    def _mark(self, opens: datetime, closes: datetime) -> None:
        first = next((n for n in self._around(opens) if self.wall[n] >= opens), len(self.wall))
        last = next((n for n in reversed(self._around(closes)) if self.wall[n] < closes), -1)
        for n in range(first, last + 1):
            self.open[n] = 1

    def _around(self, shown: datetime) -> range:
        """The minutes at which a wall anywhere on earth may show that, and some more."""
        there = (shown.replace(tzinfo=UTC) - self.begin) // MINUTE
        return range(min(max(there - 2880, 0), len(self.wall)), max(min(there + 2880, len(self.wall)), 0))

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        total = NOTHING
        for n in range((start - self.begin) // MINUTE, (end - self.begin) // MINUTE + 1):
            if self.open[n]:
                minute = self.begin + n * MINUTE
                total += max(min(end, minute + MINUTE) - max(start, minute), NOTHING)
        return total

    def due_at(self, start: datetime, target: timedelta) -> datetime | None:
        """None if that is further than it can see."""
        for n in range((start - self.begin) // MINUTE, len(self.open)):
            minute = max(self.begin + n * MINUTE, start)
            left = self.begin + (n + 1) * MINUTE - minute
            if self.open[n] and left > NOTHING:
                if target <= left:
                    return minute + target
                target -= left
        return None

    def is_open(self, at: datetime) -> bool:
        return bool(self.open[(at - self.begin) // MINUTE])

    def next_change(self, at: datetime) -> datetime | None:
        now = (at - self.begin) // MINUTE
        return next(
            (self.begin + n * MINUTE for n in range(now, len(self.open)) if self.open[n] != self.open[now]), None
        )


@st.composite
def spans(draw: st.DrawFn) -> Span:
    opens = draw(st.integers(0, 1439) | st.sampled_from([0, 60, 90, 120, 150, 180, 1380, 1410]))
    return Span(opens, opens + draw(st.integers(1, 2880 - opens) | st.sampled_from([15, 30, 60, 1440])))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Hours, date]:
    zone, middle = draw(st.sampled_from(NIGHTS))
    a_day = st.lists(spans(), max_size=3).map(tuple)
    own = draw(st.dictionaries(st.integers(-4, 4), a_day, max_size=3))
    week = tuple(draw(st.lists(a_day, min_size=7, max_size=7)))
    return Hours(zone, week, tuple((middle + offset * DAY, told) for offset, told in own.items())), middle


# Three days before the odd night until four after, to the microsecond
since_the_middle = st.timedeltas(min_value=-3 * DAY, max_value=4 * DAY) | st.integers(-4320, 5760).map(
    lambda minutes: minutes * MINUTE
)
targets = st.timedeltas(min_value=TICK, max_value=4 * DAY) | st.integers(1, 3000).map(lambda minutes: minutes * MINUTE)


@settings(max_examples=100, deadline=None)
@given(cases(), since_the_middle, since_the_middle, targets)
def test_whoever_counts_the_minutes_comes_to_the_same(
    case: tuple[Hours, date], early: timedelta, late: timedelta, target: timedelta
) -> None:
    hours, middle = case
    noon = datetime(middle.year, middle.month, middle.day, tzinfo=UTC)
    start, end = noon + early, noon + late
    counter = Counter(hours, middle)
    due, change = counter.due_at(start, target), counter.next_change(start)

    assert elapsed(hours, start, end) == counter.elapsed(start, end)
    assert is_open(hours, start) == counter.is_open(start)
    assert due is None or due_at(hours, start, target) == due
    assert change is None or next_change(hours, start) == change


def test_an_evening_is_whole_where_what_is_known_begins_and_ends() -> None:
    evenings, noon = [(20 * 60, 44 * 60)], datetime(2026, 6, 10, 12, tzinfo=UTC)
    asked = Timeline("Asia/Kathmandu", lambda _: evenings)
    asked.is_open(noon)

    # From the first hour that it laid out to the last, and beyond
    for hour in (*range(-60 * 24, -58 * 24), *range(428 * 24, 432 * 24)):
        at = noon + timedelta(hours=hour)
        assert asked.is_open(at) == Timeline("Asia/Kathmandu", lambda _: evenings).is_open(at), at


@settings(max_examples=200, deadline=None)
@given(cases(), since_the_middle, since_the_middle, targets)
def test_there_and_back_is_the_same_moment(
    case: tuple[Hours, date], early: timedelta, late: timedelta, target: timedelta
) -> None:
    hours, middle = case
    noon = datetime(middle.year, middle.month, middle.day, tzinfo=UTC)
    start, end = noon + early, noon + late
    try:
        due = due_at(hours, start, target)
    except NeverOpen:
        assert elapsed(hours, start, start + 400 * DAY) < target
        return

    assert elapsed(hours, start, due) == target
    assert is_open(hours, due - TICK)
    if end > start and is_open(hours, end - TICK):
        assert due_at(hours, start, elapsed(hours, start, end)) == end


@settings(max_examples=20, deadline=None)
@given(cases(), st.lists(st.integers(-1500, 1500), min_size=1, max_size=6))
def test_what_was_asked_before_changes_no_answer(case: tuple[Hours, date], days: list[int]) -> None:
    hours, middle = case
    noon = datetime(middle.year, middle.month, middle.day, 12, tzinfo=UTC)

    def answers(asked: list[int]) -> dict[int, tuple[object, ...]]:
        fresh = Timeline(hours.zone, lambda day: [(span.opens, span.closes) for span in hours.spans_on(day)])
        moments = {day: noon + day * DAY for day in asked}
        return {day: (fresh.is_open(at), fresh.next_change(at), fresh.elapsed(noon, at)) for day, at in moments.items()}

    assert answers(days) == answers(sorted(days)) == answers(sorted(days, reverse=True))
