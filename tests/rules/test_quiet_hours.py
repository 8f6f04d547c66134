"""Nobody who did not ask is texted in quiet hours: to the second, in every zone, and against somebody who waits minute by minute."""

import tomllib
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from smsdesk.rules import countries
from smsdesk.rules.quiet_hours import House, is_quiet, next_allowed, parse
from smsdesk.rules.quiet_table import DAYS, BadTable

LAW = tomllib.loads((Path(__file__).parents[2] / "config" / "quiet_hours.toml").read_text(encoding="utf-8"))
TABLE = parse(LAW)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


def row(**keys: Any) -> dict[str, Any]:
    return {"every_day": "08:00–21:00", "law": "A law", "source": "A page"} | keys


def table(**countries: Any) -> dict[str, Any]:
    return {"reviewed": date(2026, 11, 26), "default": row()} | countries


def there(zone: str, text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("country", "zone", "at", "allowed"),
    [
        ("DE", "Europe/Berlin", "2026-11-26T20:59:59", "2026-11-26T20:59:59"),
        ("DE", "Europe/Berlin", "2026-11-26T20:59:59.999999", "2026-11-26T20:59:59.999999"),
        ("DE", "Europe/Berlin", "2026-11-26T21:00:00", "2026-11-27T08:00:00"),
        ("DE", "Europe/Berlin", "2026-11-26T21:00:01", "2026-11-27T08:00:00"),
        ("DE", "Europe/Berlin", "2026-11-27T00:00:00", "2026-11-27T08:00:00"),
        ("DE", "Europe/Berlin", "2026-11-27T07:59:59.999999", "2026-11-27T08:00:00"),
        ("DE", "Europe/Berlin", "2026-11-27T08:00:00", "2026-11-27T08:00:00"),
        (None, "Europe/Berlin", "2026-11-26T21:00:01", "2026-11-27T08:00:00"),
        ("US", "America/New_York", "2026-11-26T19:59:59", "2026-11-26T19:59:59"),  # a Thursday
        ("US", "America/New_York", "2026-11-26T20:00:00", "2026-11-27T09:00:00"),
        ("US", "America/New_York", "2026-11-28T20:00:00", "2026-11-29T12:00:00"),  # Sundays from noon, as in Texas
        ("US", "America/New_York", "2026-11-29T11:59:59", "2026-11-29T12:00:00"),
        ("US", "America/New_York", "2026-11-29T19:59:59", "2026-11-29T19:59:59"),
        ("US", "America/New_York", "2026-11-29T20:00:00", "2026-11-30T09:00:00"),
        ("FR", "Europe/Paris", "2026-11-28T21:59:59", "2026-11-28T21:59:59"),
        ("FR", "Europe/Paris", "2026-11-28T22:00:00", "2026-11-30T08:00:00"),  # over the whole Sunday
        ("IN", "Asia/Kolkata", "2026-11-26T21:00:00", "2026-11-27T09:00:00"),
        ("AE", "Asia/Dubai", "2026-11-26T05:00:00", "2026-11-26T07:00:00"),
        # Clocks go forward at two and back at three
        ("DE", "Europe/Berlin", "2027-03-27T21:00:01", "2027-03-28T08:00:00"),
        ("DE", "Europe/Berlin", "2027-10-30T21:00:01", "2027-10-31T08:00:00"),
        ("US", "America/New_York", "2027-03-13T23:00:00", "2027-03-14T12:00:00"),
        ("US", "America/New_York", "2026-10-31T23:00:00", "2026-11-01T12:00:00"),
    ],
)
def test_a_text_goes_out_to_the_second_when_the_law_of_the_place_allows_it(
    country: str | None, zone: str, at: str, allowed: str
) -> None:
    now = there(zone, at)

    found = next_allowed(now, country, [zone], TABLE)

    assert found == there(zone, allowed)
    assert found.tzinfo is UTC
    assert is_quiet(now, country, [zone], TABLE) == (at != allowed)


def test_clocks_that_change_make_a_night_an_hour_shorter_or_longer() -> None:
    lengths = [
        (next_allowed(evening, "DE", ["Europe/Berlin"], TABLE) or evening) - evening
        for evening in [there("Europe/Berlin", f"2027-{day}T21:00") for day in ("03-27", "10-30", "11-01")]
    ]

    assert lengths == [timedelta(hours=10), timedelta(hours=12), timedelta(hours=11)]


@pytest.mark.parametrize(
    ("at", "allowed"),
    [
        ("2026-11-26T13:59:59", "2026-11-26T16:00:00"),  # 8:00 in Los Angeles, 11:00 in New York
        ("2026-11-26T16:00:00", "2026-11-26T16:00:00"),
        ("2026-11-27T01:59:59", "2026-11-27T01:59:59"),
        ("2026-11-27T02:00:00", "2026-11-27T16:00:00"),  # 21:00 in New York
    ],
)
def test_in_several_zones_it_must_be_allowed_in_each(at: str, allowed: str) -> None:
    zones = ["America/New_York", "America/Los_Angeles", "America/New_York"]

    assert next_allowed(there("UTC", at), None, zones, TABLE) == there("UTC", allowed)


def test_where_only_the_country_is_known_all_of_its_zones_count() -> None:
    in_new_york = there("America/New_York", "2026-11-26T10:00")

    found = next_allowed(in_new_york, "US", (), TABLE)

    assert found == next_allowed(in_new_york, "US", countries.zones_of("US"), TABLE)
    assert found == there("Pacific/Honolulu", "2026-11-26T09:00") == there("America/New_York", "2026-11-26T14:00")


def test_a_holiday_is_quiet_in_the_countries_that_rest_on_it() -> None:
    christmas, eve = {date(2026, 12, 25)}, there("Europe/Paris", "2026-12-24T23:00")

    assert next_allowed(eve, "FR", ["Europe/Paris"], TABLE, holidays=christmas) == there(
        "Europe/Paris", "2026-12-26T08:00"
    )
    assert next_allowed(eve, "DE", ["Europe/Paris"], TABLE, holidays=christmas) == there(
        "Europe/Paris", "2026-12-25T08:00"
    )
    assert is_quiet(there("Europe/Paris", "2026-12-25T12:00"), "FR", ["Europe/Paris"], TABLE, holidays=christmas)
    assert not is_quiet(there("Europe/Paris", "2026-12-25T12:00"), "FR", ["Europe/Paris"], TABLE)


@pytest.mark.parametrize(
    ("house", "at", "allowed"),
    [
        ((time(10), time(18)), "2026-11-26T09:30", "2026-11-26T10:00"),
        ((time(10), time(18)), "2026-11-26T18:00", "2026-11-27T10:00"),
        ((time(6), time(23)), "2026-11-26T06:30", "2026-11-26T08:00"),  # the house makes nothing wider
        ((time(6), time(23)), "2026-11-26T21:30", "2026-11-27T08:00"),
        ((time(18), time(10)), "2026-11-26T12:00", "2026-11-26T18:00"),  # over midnight
        ((time(18), time(10)), "2026-11-26T21:00", "2026-11-27T08:00"),
        ((time(18), time(10)), "2026-11-27T09:59:59", "2026-11-27T09:59:59"),
        ((time(18), time(0)), "2026-11-27T09:00", "2026-11-27T18:00"),
        ((time(9), time(9)), "2026-11-26T08:30", "2026-11-26T08:30"),  # all day
        ((time(22), time(7)), "2026-11-26T12:00", None),
    ],
)
def test_the_house_can_make_the_hours_shorter_and_never_longer(house: House, at: str, allowed: str | None) -> None:
    expected = there("Europe/Berlin", allowed) if allowed else None

    assert next_allowed(there("Europe/Berlin", at), "DE", ["Europe/Berlin"], TABLE, house) == expected


@pytest.mark.parametrize(
    ("hours", "at", "fold", "allowed", "allowed_fold"),
    [
        ("02:30–03:00", "2027-03-27T04:00", 0, "2027-03-29T02:30", 0),  # the night of the 28th has no such hour
        ("02:30–04:00", "2027-03-27T05:00", 0, "2027-03-28T03:00", 0),  # open as soon as the clock has jumped into it
        ("02:30–04:00", "2027-03-27T05:00:00.300000", 0, "2027-03-28T03:00", 0),
        ("02:30–04:00", "2027-10-31T01:00", 0, "2027-10-31T02:30", 0),
        ("02:00–02:15", "2027-10-31T02:20", 0, "2027-10-31T02:00", 1),  # the wall shows it again
        ("01:00–02:15", "2027-10-31T02:20", 0, "2027-10-31T02:00", 1),
        ("02:30–02:45", "2027-10-31T02:50", 0, "2027-10-31T02:30", 1),
        ("02:30–02:45", "2027-10-31T02:50", 1, "2027-11-01T02:30", 0),
        ("00:00–24:00", "2027-10-31T02:50", 1, "2027-10-31T02:50", 1),
    ],
)
def test_on_the_nights_on_which_clocks_are_changed_the_clock_on_the_wall_decides(
    hours: str, at: str, fold: int, allowed: str, allowed_fold: int
) -> None:
    small = parse(table(DE=row(every_day=hours)))

    found = next_allowed(there("Europe/Berlin", at, fold), "DE", ["Europe/Berlin"], small)

    assert found == there("Europe/Berlin", allowed, allowed_fold)


def test_a_day_that_opens_at_midnight_ends_the_quiet_of_the_day_before() -> None:
    sabbath = parse(table(IL=row(every_day="00:00–24:00", saturday="closed")))

    saturday = there("Asia/Jerusalem", "2026-11-28T12:00")
    assert next_allowed(saturday, "IL", ["Asia/Jerusalem"], sabbath) == there("Asia/Jerusalem", "2026-11-29T00:00")


def test_a_holiday_ends_at_midnight_where_the_night_is_open() -> None:
    day_and_night = parse(table(FR=row(every_day="00:00–24:00", holidays="closed")))

    found = next_allowed(
        there("Europe/Paris", "2026-12-25T12:00"), "FR", ["Europe/Paris"], day_and_night, holidays=[date(2026, 12, 25)]
    )
    assert found == there("Europe/Paris", "2026-12-26T00:00")


def test_a_text_that_could_not_go_within_eight_days_has_no_moment() -> None:
    never = parse(table(XX=row(every_day="closed"), YY=row(every_day="closed", monday="09:00–10:00")))
    monday = there("UTC", "2026-11-30T10:00")

    assert next_allowed(monday, "XX", ["UTC"], never) is None
    assert next_allowed(monday, "YY", ["UTC"], never) == there("UTC", "2026-12-07T09:00")
    assert next_allowed(monday, "YY", ["UTC", "Asia/Tokyo"], never) is None


@pytest.mark.parametrize(("at", "is_near"), [("2026-12-01T08:00", True), ("2026-12-01T07:59:59", False)])
def test_eight_days_are_counted_to_the_second(at: str, is_near: bool) -> None:
    rest, opening = {date(2026, 12, day) for day in range(1, 9)}, there("Europe/Paris", "2026-12-09T08:00")

    found = next_allowed(there("Europe/Paris", at), "FR", ["Europe/Paris"], TABLE, holidays=rest)

    assert found == (opening if is_near else None)


@pytest.mark.parametrize(("country", "zones"), [(None, ()), ("QQ", ()), ("US", ("Mars/Base",)), (None, ("../etc",))])
def test_nobody_guesses_where_somebody_is(country: str | None, zones: Sequence[str]) -> None:
    with pytest.raises(ValueError, match="zone"):
        next_allowed(datetime(2026, 11, 26, tzinfo=UTC), country, zones, TABLE)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        is_quiet(datetime(2026, 11, 26), "DE", ["UTC"], TABLE)  # noqa: DTZ001 - that is the point


# Somebody who reads the wall clock of every place, and waits a minute, and reads again

HOURS = {"usual": "08:00-21:00", "early": "00:00-06:30", "night": "01:30-02:30", "split": "01:00-01:45,12:00-23:15"}
PLACES = [
    "Europe/Berlin", "America/New_York", "Pacific/Honolulu", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Cairo",
    "America/Santiago", "Asia/Kolkata", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/St_Johns",
]  # fmt: skip
CHANGES = ["2027-03-28T01:00", "2027-10-31T01:00", "2027-03-14T07:00", "2026-11-01T06:00", "2027-04-03T15:00", "2026-10-03T15:30"]  # fmt: skip


def watched(
    at: datetime, zones: Sequence[str], hours: Sequence[str], house: House | None, holidays: Collection[date]
) -> bool:
    for zone in zones:
        wall = at.astimezone(ZoneInfo(zone))
        clock = wall.time().replace(second=0, microsecond=0)
        spans = [span.split("-") for span in hours[wall.weekday()].split(",") if span]
        if wall.date() in holidays or not any(opens <= f"{clock:%H:%M}" < closes for opens, closes in spans):
            return False
        if house is not None:
            opens, closes = house
            if not (opens <= clock < closes if opens < closes else clock >= opens or clock < closes):
                return False
    return True


moments = st.one_of(
    st.builds(lambda days: datetime(2026, 1, 1, tzinfo=UTC) + days, st.timedeltas(timedelta(0), timedelta(days=730))),
    st.builds(
        lambda change, off: datetime.fromisoformat(change + "+00:00") + off,
        st.sampled_from(CHANGES),
        st.timedeltas(timedelta(hours=-30), timedelta(hours=6)),
    ),
)
walls = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30]))


@settings(max_examples=40)
@given(
    at=moments,
    zones=st.lists(st.sampled_from(PLACES), min_size=1, max_size=3),
    usual=st.sampled_from([*HOURS.values()]),
    sunday=st.sampled_from(["", *HOURS.values()]),
    house=st.none() | st.tuples(walls, walls),
    rest=st.sets(st.sampled_from([date(2027, 3, 28), date(2027, 10, 31), date(2027, 3, 14), date(2026, 11, 1)])),
    parts=st.lists(st.floats(0, 1, exclude_max=True), max_size=20),
)
@example(datetime(2027, 10, 31, 0, 20, tzinfo=UTC), ["Europe/Berlin"], "01:30-02:30", "01:00-01:45,12:00-23:15", None, set(), [])  # fmt: skip
def test_it_is_the_very_first_moment_that_somebody_who_waits_would_find(
    at: datetime,
    zones: list[str],
    usual: str,
    sunday: str,
    house: House | None,
    rest: set[date],
    parts: list[float],
) -> None:
    rule = row(every_day=usual.replace(",", ", "), sunday=sunday.replace(",", ", ") or "closed", holidays="closed")
    laws, hours = parse(table(ZZ=rule)), [usual] * 6 + [sunday]

    found = next_allowed(at, "ZZ", zones, laws, house, rest)

    waited = next(
        (at + n * MINUTE for n in range(8 * 24 * 60 + 1) if watched(at + n * MINUTE, zones, hours, house, rest)), None
    )
    assert is_quiet(at, "ZZ", zones, laws, house, rest) == (found != at) == (waited != at)
    if found is None or waited is None:
        # Whoever looks once a minute may miss the last of the eight days
        assert waited is None
        assert found is None or found > at + timedelta(days=8) - MINUTE
        return
    assert waited - MINUTE < found <= waited
    assert watched(found, zones, hours, house, rest)
    earlier = [at + part * (found - at) for part in parts] + ([found - SECOND, found - MINUTE] if found > at else [])
    assert not [moment for moment in earlier if at <= moment < found and watched(moment, zones, hours, house, rest)]


# The table


def test_the_table_holds_the_strictest_of_a_countrys_regions_and_says_which() -> None:
    us = TABLE.rule("US")

    assert [ground.region for ground in us.grounds] == [
        None, "Florida", "Oklahoma", "Maryland", "Mississippi", "New Jersey", "Connecticut", "Texas",
    ]  # fmt: skip
    assert [(span.opens // 60, span.closes // 60) for day in us.week for span in day] == [(9, 20)] * 6 + [(12, 20)]


def test_every_row_names_its_law_its_source_and_when_it_was_read() -> None:
    rules = [TABLE.default, *TABLE.countries.values()]

    for ground in [ground for rule in rules for ground in rule.grounds]:
        assert ground.law
        assert ground.source.startswith("https://") or "Our own" in ground.source
        assert ground.reviewed == date(2026, 11, 26)
    assert TABLE.rule("FR").rests_on_holidays
    assert TABLE.rule("QQ") is TABLE.rule(None) is TABLE.default
    assert set(TABLE.countries) == {"US", "FR", "IN", "AE"}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"default": row()}, "reviewed is no day; write when"),
        ({"reviewed": "2026-11-26", "default": row()}, "reviewed is no day"),
        ({"reviewed": datetime(2026, 11, 26, tzinfo=UTC), "default": row()}, "reviewed is no day"),
        ({"reviewed": date(2026, 11, 26)}, r"have no \[default\]; add one"),
        (table(France=row()), r"\[France\] is no country; write its two capital letters"),
        (table(fr=row()), r"\[fr\] is no country"),
        (table(FR="08:00"), r"\[FR\] is “08:00”; write it as a table"),
        (table(FR=row(evry_day="x")), r"\[FR\] has “evry_day”, which means nothing here; take it away or write every_day, "),
        (table(FR=row(every_day=8)), r"\[FR\] has no every_day; write it as words"),
        (table(FR={"every_day": "08:00–21:00", "law": "A law"}), r"\[FR\] has no source"),
        (table(FR=row(law=" ")), r"\[FR\] has no law"),
        (table(FR=row(sunday="eight")), r"\[FR\] sunday: “eight” is no span; write it like 9:00–13:00"),
        (table(FR=row(sunday="8:00–25:00")), r"\[FR\] sunday: “25:00” is no time; write it like"),
        (table(FR=row(sunday="")), r"\[FR\] has no sunday"),
        (table(FR=row(sunday="20:00–02:00")), r"\[FR\] sunday is “20:00–02:00” and passes midnight"),
        (table(FR=row(sunday="8:00–12:00, 11:00–13:00")), r"\[FR\] sunday is .* overlap"),
        (table(FR=row(holidays="shut")), r"\[FR\] holidays is “shut”; write “open” or “closed”"),
        (table(FR=row(reviewed="soon")), r"\[FR\] reviewed is no day"),
        (table(US=row(regions=row())), r"\[US\] has regions that are no list; write each as \[\[US.regions\]\]"),
        (table(US=row(regions=[row()])), r"\[\[US.regions\]\] number 1 has no name"),
        (table(US=row(regions=[row(name="Texas", holidays="closed")])), r"number 1 has “holidays”, which means nothing"),
        (table(US=row(regions=[row(name="A"), row(name="Texas", monday="x")])), r"number 2 \(Texas\) monday: “x” is no span"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_used_says_where_and_how_to_mend_it(data: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadTable, match=sentence):
        parse(data)


def test_a_day_that_differs_and_a_pause_at_noon_are_understood() -> None:
    rule = parse(table(DE=row(every_day="9–12, 13:00–17:30", sunday="closed", reviewed=date(2026, 1, 2)))).rule("DE")

    assert [(span.opens, span.closes) for span in rule.week[0]] == [(540, 720), (780, 1050)]
    assert rule.week[DAYS.index("sunday")] == ()
    assert rule.grounds[0].reviewed == date(2026, 1, 2)
