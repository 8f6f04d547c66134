"""The terms of a promise: its deadline, and at which moments somebody is told."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdesk.rules.opening_hours import Hours, Span
from smsdesk.rules.terms import (
    EVERYBODY,
    AlertTimes,
    ClockKind,
    Counts,
    Rung,
    Step,
    Terms,
    Whom,
    as_json,
    from_json,
    plain,
    steps,
    untold,
    weight,
)

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FRIDAY_EVENING = datetime(2026, 3, 6, 17, 55, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NINE_TO_SIX = Hours("UTC", ((Span(9 * 60, 18 * 60),),) * 5 + ((), ()))
TEN = plain(ClockKind.FIRST_REPLY, 10 * MINUTE)

targets = st.integers(1, 30 * 86_400).map(lambda seconds: timedelta(seconds=seconds))
moments = st.integers(0, 700 * 86_400).map(lambda seconds: MONDAY + timedelta(seconds=seconds))
terms_of_all_kinds = st.builds(
    Terms,
    kind=st.sampled_from(ClockKind),
    target=targets,
    hours=st.sampled_from([None, NINE_TO_SIX]),
    counts=st.sampled_from(Counts),
    shares=st.lists(st.integers(1, 99).map(lambda share: share / 100), max_size=4, unique=True).map(tuple),
    leads=st.lists(targets, max_size=3, unique=True).map(tuple),
    ladder=st.lists(targets, max_size=4, unique=True).map(
        lambda after: (EVERYBODY[0], *(Rung(one, (Whom.MANAGER,)) for one in sorted(after)))
    ),
    repeat=st.none() | targets,
    repeats=st.integers(0, 4),
    alerts=st.sampled_from(AlertTimes),
)


def told(terms: Terms, since: datetime) -> list[tuple[str, datetime]]:
    return [(str(step), at) for step, at in steps(terms, since)]


def test_ten_minutes_speak_at_five_at_eight_and_at_ten() -> None:
    assert told(TEN, MONDAY) == [
        ("warn_50", MONDAY + 5 * MINUTE),
        ("warn_80", MONDAY + 8 * MINUTE),
        ("breach", MONDAY + 10 * MINUTE),
    ]


def test_a_lead_time_speaks_so_long_before_the_deadline() -> None:
    terms = Terms(ClockKind.FIRST_REPLY, 10 * MINUTE, shares=(), leads=(3 * MINUTE, 15 * MINUTE))

    assert told(terms, MONDAY) == [("lead_180", MONDAY + 7 * MINUTE), ("breach", MONDAY + 10 * MINUTE)]


def test_who_texts_before_the_weekend_is_promised_a_minute_of_monday() -> None:
    terms = plain(ClockKind.FIRST_REPLY, 10 * MINUTE, NINE_TO_SIX)

    assert terms.due_at(FRIDAY_EVENING) == datetime(2026, 3, 9, 9, 5, tzinfo=UTC)


def test_by_the_calendar_a_target_runs_through_the_night_but_nobody_is_told_at_night() -> None:
    terms = Terms(ClockKind.FIRST_REPLY, 10 * MINUTE, NINE_TO_SIX, Counts.CALENDAR)

    assert terms.due_at(FRIDAY_EVENING) == FRIDAY_EVENING + 10 * MINUTE
    assert told(terms, FRIDAY_EVENING)[-1] == ("breach", datetime(2026, 3, 9, 9, 0, tzinfo=UTC))


def test_unless_the_policy_says_that_people_may_be_told_at_any_time() -> None:
    terms = Terms(ClockKind.FIRST_REPLY, 10 * MINUTE, NINE_TO_SIX, Counts.CALENDAR, alerts=AlertTimes.ALWAYS)

    assert told(terms, FRIDAY_EVENING)[-1] == ("breach", FRIDAY_EVENING + 10 * MINUTE)


def test_the_ladder_climbs_after_the_deadline_and_its_top_is_repeated() -> None:
    ladder = (EVERYBODY[0], Rung(5 * MINUTE, (Whom.LEAD,)), Rung(10 * MINUTE, (Whom.PHONE,)))
    terms = Terms(ClockKind.FIRST_REPLY, 10 * MINUTE, shares=(), ladder=ladder, repeat=15 * MINUTE, repeats=2)

    assert told(terms, MONDAY) == [
        ("breach", MONDAY + 10 * MINUTE),
        ("rung_1", MONDAY + 15 * MINUTE),
        ("rung_2", MONDAY + 20 * MINUTE),
        ("repeat_1", MONDAY + 35 * MINUTE),
        ("repeat_2", MONDAY + 50 * MINUTE),
    ]
    assert [terms.whom(step) for step, _ in told(terms, MONDAY)] == [
        EVERYBODY[0].whom,
        (Whom.LEAD,),
        (Whom.PHONE,),
        (Whom.PHONE,),
        (Whom.PHONE,),
    ]


def test_a_warning_is_told_to_whoever_has_it() -> None:
    assert TEN.whom(Step.WARN_80) == (Whom.ASSIGNEE,)


def test_a_clock_that_paused_has_less_left() -> None:
    terms = plain(ClockKind.RESOLUTION, 60 * MINUTE)

    assert steps(terms, MONDAY, 40 * MINUTE) == (
        (Step.WARN_50, MONDAY),
        (Step.WARN_80, MONDAY + 8 * MINUTE),
        (Step.BREACH, MONDAY + 20 * MINUTE),
    )


@pytest.mark.parametrize(
    ("before", "left"),
    [
        (set(), ["warn_50", "warn_80", "breach"]),
        ({"warn_50"}, ["warn_80", "breach"]),
        ({"warn_80"}, ["breach"]),
        ({"breach"}, []),
        ({"lead_60"}, ["breach"]),  # told under other terms, a minute before the deadline
        ({"rung_2"}, []),
    ],
)
def test_what_is_lighter_than_what_was_told_never_comes(before: set[str], left: list[str]) -> None:
    assert [step for step, _ in untold(TEN, MONDAY, timedelta(0), before)] == left


@given(terms_of_all_kinds, moments)
def test_steps_come_in_order_of_their_moments_and_of_their_gravity(terms: Terms, since: datetime) -> None:
    found = steps(terms, since)

    assert [at for _, at in found] == sorted(at for _, at in found)
    assert [weight(step, terms.target) for step, _ in found] == sorted(weight(step, terms.target) for step, _ in found)
    assert [step for step, _ in found].count(Step.BREACH) == 1


@given(terms_of_all_kinds)
def test_terms_are_written_down_without_loss_and_the_same_terms_have_the_same_id(terms: Terms) -> None:
    again = from_json(as_json(terms))

    assert (again, again.id) == (terms, terms.id)


@given(terms_of_all_kinds, terms_of_all_kinds)
def test_other_terms_have_another_id(one: Terms, other: Terms) -> None:
    assert (one.id == other.id) == (one == other)
