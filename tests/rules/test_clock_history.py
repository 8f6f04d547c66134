"""What a reply clock's events add up to, and which histories cannot be."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdesk.rules.reply_clock import (
    ClockEvent,
    ClockEventKind,
    ClockFacts,
    ClockState,
    ImpossibleHistory,
    Step,
    activated,
    after,
    due_at,
    fold,
    fulfilled,
    policy_applied,
    step_due,
    step_told,
)

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TEN_MINUTES = timedelta(minutes=10)
KIND = ClockEventKind


def at(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


def event(kind: ClockEventKind, minutes: float, **detail: str) -> ClockEvent:
    return ClockEvent(kind, at(minutes), detail)


STARTED = activated(NINE, NINE, TEN_MINUTES)


def test_a_started_clock_runs_towards_its_deadline() -> None:
    assert fold([STARTED]) == ClockFacts(ClockState.RUNNING, NINE, TEN_MINUTES, at(10))


def test_an_answer_that_the_carrier_accepted_fulfils_it() -> None:
    facts = fold([STARTED, fulfilled(at(4), "message 7")])

    assert (facts.state, facts.fulfilled_at) == (ClockState.FULFILLED, at(4))


def test_an_answer_that_never_arrived_takes_it_back_to_its_old_start() -> None:
    facts = fold([STARTED, fulfilled(at(4), 7), event(KIND.REACTIVATE, 25)])

    assert facts == fold([STARTED])
    assert step_due(facts.started_at, facts.target, facts.told, at(25)) == (Step.BREACH, at(10))


def test_what_was_told_before_a_failed_delivery_is_not_told_again() -> None:
    facts = fold([STARTED, step_told(Step.WARN_80, at(8)), fulfilled(at(9), 7), event(KIND.REACTIVATE, 9.5)])

    assert facts.told == {Step.WARN_80}
    assert step_due(facts.started_at, facts.target, facts.told, at(9.5)) is None


def test_a_breach_is_remembered_after_the_late_answer() -> None:
    facts = fold([STARTED, step_told(Step.BREACH, at(10)), fulfilled(at(12), 7)])

    assert (facts.breached_at, facts.fulfilled_at) == (at(10), at(12))


def test_a_new_target_counts_from_the_old_start() -> None:
    facts = fold([STARTED, step_told(Step.WARN_50, at(5)), policy_applied(at(6), timedelta(minutes=30))])

    assert facts.due_at == at(30)
    assert facts.told == {Step.WARN_50}


def test_a_cancelled_clock_can_be_taken_up_again_with_nothing_hidden() -> None:
    facts = fold([STARTED, event(KIND.CANCEL, 3), event(KIND.REACTIVATE, 4)])

    assert facts == fold([STARTED])


def test_an_escalation_changes_nothing_about_the_promise() -> None:
    assert fold([STARTED, event(KIND.ESCALATE, 15)]) == fold([STARTED])


@pytest.mark.parametrize(
    "history",
    [
        [],
        [fulfilled(at(1), 7)],
        [STARTED, STARTED],
        [STARTED, event(KIND.PAUSE, 1)],
        [STARTED, event(KIND.RESUME, 1)],
        [STARTED, event(KIND.REACTIVATE, 1)],
        [STARTED, fulfilled(at(1), 7), fulfilled(at(2), 8)],
        [STARTED, fulfilled(at(1), 7), event(KIND.CANCEL, 2)],
        [STARTED, fulfilled(at(1), 7), step_told(Step.BREACH, at(10))],
        [STARTED, fulfilled(at(1), 7), policy_applied(at(2), TEN_MINUTES)],
        [STARTED, event(KIND.CANCEL, 1), step_told(Step.WARN_50, at(5))],
        [STARTED, event(KIND.CANCEL, 1), event(KIND.CANCEL, 2)],
        [STARTED, step_told(Step.WARN_50, at(5)), step_told(Step.WARN_50, at(6))],
        [STARTED, step_told(Step.BREACH, at(10)), step_told(Step.WARN_80, at(11))],
        [STARTED, step_told(Step.BREACH, at(10)), step_told(Step.BREACH, at(11))],
        [STARTED, event(KIND.WARN, 5)],
        [STARTED, event(KIND.WARN, 5, step="warn_99")],
        [STARTED, event(KIND.APPLY_POLICY, 5)],
    ],
)
def test_a_history_that_cannot_have_happened_is_refused(history: list[ClockEvent]) -> None:
    with pytest.raises(ImpossibleHistory):
        fold(history)


@pytest.mark.parametrize(
    "detail",
    [
        {},
        {"started_at": NINE.isoformat()},
        {"started_at": "nine", "target_seconds": "600"},
        {"started_at": "2026-03-02T09:00:00", "target_seconds": "600"},
        {"started_at": NINE.isoformat(), "target_seconds": "ten"},
        {"started_at": NINE.isoformat(), "target_seconds": "nan"},
        {"started_at": NINE.isoformat(), "target_seconds": "1e300"},
        {"started_at": NINE.isoformat(), "target_seconds": "0"},
        {"started_at": NINE.isoformat(), "target_seconds": "-600"},
    ],
)
def test_a_start_that_cannot_be_read_is_refused(detail: Mapping[str, str]) -> None:
    with pytest.raises(ImpossibleHistory):
        fold([ClockEvent(KIND.ACTIVATE, NINE, detail)])


lengths = st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=30))
gaps = st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=3))


@st.composite
def lives(draw: st.DrawFn) -> list[ClockEvent]:
    """A history as the desk would write it: at each moment one of the things that can happen then."""
    now = NINE
    life = [activated(now, now - draw(gaps), draw(lengths))]
    for gap in draw(st.lists(gaps, max_size=15)):
        now += gap
        life.append(draw(st.sampled_from(_possible(fold(life), now, draw(lengths)))))
    return life


def _possible(facts: ClockFacts, now: datetime, target: timedelta) -> list[ClockEvent]:
    if facts.state is not ClockState.RUNNING:
        return [ClockEvent(KIND.REACTIVATE, now)]
    due = step_due(facts.started_at, facts.target, facts.told, now)
    alert = [step_told(due[0], now)] if due else []
    plain = [ClockEvent(KIND.CANCEL, now), ClockEvent(KIND.ESCALATE, now)]
    return [*alert, fulfilled(now, "m"), policy_applied(now, target), *plain]


@given(lives())
def test_storing_step_by_step_and_replaying_the_whole_agree_at_every_point(life: list[ClockEvent]) -> None:
    stored: ClockFacts | None = None
    for place, happened in enumerate(life, start=1):
        stored = after(stored, happened)
        assert stored == fold(life[:place])


@given(lives())
def test_every_life_keeps_its_start_its_sum_and_its_memory(life: list[ClockEvent]) -> None:
    facts = fold(life)

    assert facts.started_at.isoformat() == life[0].detail["started_at"]
    assert facts.due_at == due_at(facts.started_at, facts.target)
    assert (facts.fulfilled_at is not None) == (facts.state is ClockState.FULFILLED)
    assert (facts.breached_at is not None) == (Step.BREACH in facts.told)


@given(lengths)
def test_a_target_is_written_down_without_loss(target: timedelta) -> None:
    assert fold([activated(NINE, NINE, target)]).target == target
