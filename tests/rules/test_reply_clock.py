"""A reply clock: its moments, and what its events add up to."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdesk.rules.reply_clock import (
    SHARES,
    ClockKind,
    Step,
    due_at,
    kept,
    next_step,
    step_due,
    steps,
    unanswered_since,
    which_clock,
)

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TEN_MINUTES = timedelta(minutes=10)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)

targets = st.timedeltas(min_value=SECOND, max_value=timedelta(days=30))
told_before = st.frozensets(st.sampled_from(Step))
later = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=40))


def test_a_target_of_ten_minutes_speaks_at_five_at_eight_and_at_ten() -> None:
    assert due_at(NINE, TEN_MINUTES) == NINE + TEN_MINUTES
    assert steps(NINE, TEN_MINUTES) == (
        (Step.WARN_50, NINE + 5 * MINUTE),
        (Step.WARN_80, NINE + 8 * MINUTE),
        (Step.BREACH, NINE + 10 * MINUTE),
    )


@given(targets)
def test_the_last_step_is_the_deadline_itself_and_all_come_in_order(target: timedelta) -> None:
    moments = [at for _, at in steps(NINE, target)]

    assert moments == sorted(moments)
    assert moments[-1] == due_at(NINE, target)
    assert list(SHARES) == list(Step)


@pytest.mark.parametrize(
    ("told", "step"),
    [
        (set(), Step.WARN_50),
        ({Step.WARN_50}, Step.WARN_80),
        ({Step.WARN_50, Step.WARN_80}, Step.BREACH),
        ({Step.WARN_80}, Step.BREACH),
        ({Step.BREACH}, None),
        (set(Step), None),
    ],
)
def test_the_next_step_is_the_lightest_that_still_makes_sense(told: set[Step], step: Step | None) -> None:
    found = next_step(NINE, TEN_MINUTES, told)

    assert (found[0] if found else None) is step


@pytest.mark.parametrize(
    ("minutes", "told", "step"),
    [
        (4.99, set(), None),
        (5, set(), Step.WARN_50),
        (5, {Step.WARN_50}, None),
        (8, set(), Step.WARN_80),
        (9, {Step.WARN_50}, Step.WARN_80),
        (9, {Step.WARN_80}, None),
        (10, {Step.WARN_50, Step.WARN_80}, Step.BREACH),
        (47, set(), Step.BREACH),
        (47, {Step.WARN_50}, Step.BREACH),
        (47, {Step.BREACH}, None),
    ],
)
def test_after_an_outage_only_the_gravest_is_told(minutes: float, told: set[Step], step: Step | None) -> None:
    found = step_due(NINE, TEN_MINUTES, told, NINE + minutes * MINUTE)

    assert (found[0] if found else None) is step


def test_a_step_told_late_still_names_the_moment_that_it_was_for() -> None:
    assert step_due(NINE, TEN_MINUTES, set(), NINE + timedelta(hours=3)) == (Step.BREACH, NINE + TEN_MINUTES)


@given(targets, told_before, later)
def test_something_is_due_exactly_when_its_moment_has_come(
    target: timedelta, told: frozenset[Step], waited: timedelta
) -> None:
    coming = next_step(NINE, target, told)
    due = step_due(NINE, target, told, NINE + waited)

    assert (due is not None) == (coming is not None and coming[1] <= NINE + waited)


@given(targets, told_before)
def test_telling_a_step_only_ever_leads_to_later_and_graver_ones(target: timedelta, told: frozenset[Step]) -> None:
    gravity = list(Step).index
    first = next_step(NINE, target, told)
    second = next_step(NINE, target, told | {first[0]}) if first else None

    if first and second:
        assert second[1] >= first[1]
        assert gravity(second[0]) > gravity(first[0])
    assert all(gravity(first[0]) > gravity(step) for step in told) if first else True


@given(targets, st.lists(later, max_size=12))
def test_however_often_somebody_looks_no_step_is_told_twice_and_the_breach_ends_it(
    target: timedelta, looks: list[timedelta]
) -> None:
    told: list[Step] = []
    for waited in [*sorted(looks), timedelta(days=41)]:
        due = step_due(NINE, target, told, NINE + waited)
        told += [due[0]] if due else []

    assert told == sorted(set(told), key=list(Step).index)
    assert told[-1] is Step.BREACH


@pytest.mark.parametrize(
    ("late", "is_kept"),
    [
        (-MINUTE, True),
        (timedelta(0), True),
        (timedelta(microseconds=999_999), True),
        (SECOND, False),
        (MINUTE, False),
    ],
)
def test_a_reply_on_the_deadline_second_keeps_the_promise(late: timedelta, is_kept: bool) -> None:
    deadline = due_at(NINE, TEN_MINUTES)

    assert kept(deadline, deadline + late) is is_kept


def test_the_first_answer_of_an_episode_has_its_own_clock() -> None:
    assert which_clock(replied_before=False) is ClockKind.FIRST_REPLY
    assert which_clock(replied_before=True) is ClockKind.NEXT_REPLY


@pytest.mark.parametrize(
    ("minutes_and_seqs", "answered_through", "since"),
    [
        ([], 0, None),
        ([(0, 1)], 0, 0),
        ([(0, 1)], 1, None),
        ([(0, 1), (3, 2), (6, 4)], 1, 3),
        ([(0, 1), (3, 2), (6, 4)], 3, 6),
        ([(6, 4), (3, 5)], 0, 3),
    ],
)
def test_a_wait_began_with_the_oldest_unanswered_text(
    minutes_and_seqs: list[tuple[int, int]], answered_through: int, since: int | None
) -> None:
    texts = [(NINE + minutes * MINUTE, seq) for minutes, seq in minutes_and_seqs]

    assert unanswered_since(texts, answered_through) == (None if since is None else NINE + since * MINUTE)


@given(st.lists(st.integers(0, 600), min_size=1, max_size=20), st.integers(0, 20), st.integers(600, 900))
def test_texting_again_never_moves_a_customer_back(minutes: list[int], answered_through: int, again: int) -> None:
    texts = [(NINE + minute * MINUTE, seq) for seq, minute in enumerate(sorted(minutes), start=1)]
    before = unanswered_since(texts, answered_through)
    after = unanswered_since([*texts, (NINE + again * MINUTE, len(texts) + 1)], answered_through)

    if before is not None:
        assert after == before
