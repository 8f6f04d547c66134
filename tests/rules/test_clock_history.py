"""What a reply clock's events add up to, and which histories cannot be."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdesk.rules import clock_history
from smsdesk.rules.reply_clock import (
    ClockEvent,
    ClockEventKind,
    ClockFacts,
    ClockState,
    ImpossibleHistory,
    Step,
    acknowledged,
    activated,
    after,
    fulfilled,
    paused,
    policy_applied,
    resumed,
    step_told,
    steps_due,
)
from smsdesk.rules.terms import ClockKind, Rung, Terms, Whom, plain, weight

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TEN_MINUTES = timedelta(minutes=10)
KIND = ClockEventKind


def at(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


def event(kind: ClockEventKind, minutes: float, **detail: str) -> ClockEvent:
    return ClockEvent(kind, at(minutes), detail)


PROMISED = plain(ClockKind.FIRST_REPLY, TEN_MINUTES)
HALF_AN_HOUR = plain(ClockKind.FIRST_REPLY, timedelta(minutes=30))
LADDER = (
    Rung(timedelta(0), (Whom.ASSIGNEE,)),
    Rung(timedelta(minutes=5), (Whom.LEAD,)),
    Rung(timedelta(minutes=15), (Whom.MANAGER, Whom.PHONE)),
)
LADDERED = Terms(ClockKind.FIRST_REPLY, TEN_MINUTES, ladder=LADDER, repeat=timedelta(minutes=10), repeats=2)
RESOLUTION = plain(ClockKind.RESOLUTION, timedelta(hours=1))
RENAMED = replace(RESOLUTION, policy="Everybody")
TWO_HOURS = replace(RESOLUTION, target=timedelta(hours=2))
STARTED = activated(NINE, NINE, PROMISED)
KNOWN = {terms.id: terms for terms in (PROMISED, HALF_AN_HOUR, LADDERED, RESOLUTION, RENAMED, TWO_HOURS)}


def fold(events: Iterable[ClockEvent]) -> ClockFacts:
    return clock_history.fold(events, KNOWN.__getitem__)


def test_a_started_clock_runs_towards_its_deadline() -> None:
    assert fold([STARTED]) == ClockFacts(ClockState.RUNNING, NINE, PROMISED, PROMISED.id, NINE, at(10))


def test_an_answer_that_the_carrier_accepted_fulfils_it() -> None:
    facts = fold([STARTED, fulfilled(at(4), "message 7")])

    assert (facts.state, facts.fulfilled_at) == (ClockState.FULFILLED, at(4))


def test_an_answer_that_never_arrived_takes_it_back_to_its_old_start() -> None:
    facts = fold([STARTED, fulfilled(at(4), 7), event(KIND.REACTIVATE, 25)])

    assert facts == fold([STARTED])
    assert steps_due(facts, at(25))[-1] == (Step.BREACH, at(10))


def test_what_was_told_before_a_failed_delivery_is_not_told_again() -> None:
    facts = fold([STARTED, step_told(Step.WARN_80, at(8)), fulfilled(at(9), 7), event(KIND.REACTIVATE, 9.5)])

    assert facts.told == {Step.WARN_80}
    assert steps_due(facts, at(9.5)) == []


def test_a_breach_is_remembered_after_the_late_answer() -> None:
    facts = fold([STARTED, step_told(Step.BREACH, at(10)), fulfilled(at(12), 7)])

    assert (facts.breached_at, facts.fulfilled_at) == (at(10), at(12))


def test_a_new_target_counts_from_the_old_start() -> None:
    facts = fold([STARTED, step_told(Step.WARN_50, at(5)), policy_applied(at(6), HALF_AN_HOUR)])

    assert facts.due_at == at(30)
    assert facts.told == {Step.WARN_50}


def test_a_cancelled_clock_can_be_taken_up_again_with_nothing_hidden() -> None:
    facts = fold([STARTED, event(KIND.CANCEL, 3), event(KIND.REACTIVATE, 4)])

    assert facts == fold([STARTED])


def test_an_escalation_changes_nothing_about_the_promise() -> None:
    broken = [activated(NINE, NINE, LADDERED), step_told(Step.BREACH, at(10))]

    before, facts = fold(broken), fold([*broken, step_told("rung_1", at(15))])

    assert (facts.due_at, facts.state, facts.breached_at) == (before.due_at, before.state, before.breached_at)
    assert [step for step, _ in steps_due(facts, at(60))] == ["rung_2", "repeat_1", "repeat_2"]


def test_whoever_has_seen_it_ends_the_ladder() -> None:
    seen = [activated(NINE, NINE, LADDERED), step_told(Step.BREACH, at(10)), acknowledged(at(11), "maya")]

    assert steps_due(fold(seen), at(300)) == []


def test_a_warning_that_was_seen_takes_no_deadline_back() -> None:
    seen = [activated(NINE, NINE, LADDERED), step_told(Step.WARN_50, at(5)), acknowledged(at(6), "maya")]

    assert [step for step, _ in steps_due(fold(seen), at(300))] == [Step.WARN_80, Step.BREACH]


def test_a_resolution_clock_spends_nothing_while_it_pauses() -> None:
    life = [activated(NINE, NINE, RESOLUTION), paused(at(20), "waiting_for_them"), resumed(at(100))]

    facts = fold(life)

    assert (facts.spent, facts.due_at) == (timedelta(minutes=20), at(140))


def test_a_resolved_conversation_that_opens_again_goes_on_with_what_was_left() -> None:
    life = [activated(NINE, NINE, RESOLUTION), fulfilled(at(45)), event(KIND.REACTIVATE, 200)]

    assert fold(life).due_at == at(215)


def test_a_deadline_that_was_broken_before_a_pause_stays_where_it_was() -> None:
    life = [
        activated(NINE, NINE, RESOLUTION),
        step_told(Step.BREACH, at(60)),
        paused(at(70), "snoozed"),
        resumed(at(200)),
    ]

    assert fold(life).due_at == at(60)


def test_such_a_deadline_stays_where_a_policy_is_only_called_otherwise() -> None:
    life = [
        activated(NINE, NINE, RESOLUTION),
        step_told(Step.BREACH, at(60)),
        paused(at(70), "snoozed"),
        resumed(at(200)),
        policy_applied(at(210), RENAMED),
    ]

    assert fold(life).due_at == at(60)
    assert fold([*life, policy_applied(at(220), TWO_HOURS)]).due_at == at(250)


def test_a_clock_from_before_there_were_terms_is_understood() -> None:
    old = ClockEvent(KIND.ACTIVATE, NINE, {"started_at": NINE.isoformat(), "target_seconds": "600"})
    longer = event(KIND.APPLY_POLICY, 1, target_seconds="1800")

    assert (fold([old]).due_at, fold([old]).terms_id) == (at(10), None)
    assert fold([old, longer]).due_at == at(30)


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
        [STARTED, fulfilled(at(1), 7), policy_applied(at(2), PROMISED)],
        [STARTED, event(KIND.CANCEL, 1), step_told(Step.WARN_50, at(5))],
        [STARTED, event(KIND.CANCEL, 1), event(KIND.CANCEL, 2)],
        [STARTED, step_told(Step.WARN_50, at(5)), step_told(Step.WARN_50, at(6))],
        [STARTED, step_told(Step.BREACH, at(10)), step_told(Step.WARN_80, at(11))],
        [STARTED, step_told(Step.BREACH, at(10)), step_told(Step.BREACH, at(11))],
        [STARTED, event(KIND.WARN, 5)],
        [STARTED, event(KIND.WARN, 5, step="warn_ninety")],
        [STARTED, event(KIND.ESCALATE, 15)],
        [activated(NINE, NINE, RESOLUTION), event(KIND.RESUME, 1)],
        [activated(NINE, NINE, RESOLUTION), paused(at(1), "snoozed"), step_told(Step.BREACH, at(60))],
        [event(KIND.ACTIVATE, 0, started_at=NINE.isoformat(), terms=str(UUID(int=7)))],
        [event(KIND.ACTIVATE, 0, started_at=NINE.isoformat(), terms="standard")],
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


gaps = st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=3))
everything = st.sampled_from(list(KNOWN.values()))


@st.composite
def lives(draw: st.DrawFn) -> list[ClockEvent]:
    """A history as the desk would write it: at each moment one of the things that can happen then."""
    now = NINE
    life = [activated(now, now - draw(gaps), draw(everything))]
    for gap in draw(st.lists(gaps, max_size=15)):
        now += gap
        life.append(draw(st.sampled_from(_possible(fold(life), now, draw(everything)))))
    return life


def _possible(facts: ClockFacts, now: datetime, terms: Terms) -> list[ClockEvent]:
    if facts.state in {ClockState.FULFILLED, ClockState.CANCELLED}:
        return [ClockEvent(KIND.REACTIVATE, now)]
    of_its_kind = terms if terms.kind is facts.terms.kind else facts.terms
    ends = [
        ClockEvent(KIND.CANCEL, now),
        fulfilled(now, "m"),
        policy_applied(now, of_its_kind),
        acknowledged(now, "maya"),
    ]
    if facts.state is ClockState.PAUSED:
        return [resumed(now), *ends]
    pauses = [paused(now, "snoozed")] if facts.terms.kind is ClockKind.RESOLUTION else []
    return [*(step_told(step, now) for step, _ in steps_due(facts, now)), *pauses, *ends]


@given(lives())
def test_storing_step_by_step_and_replaying_the_whole_agree_at_every_point(life: list[ClockEvent]) -> None:
    stored: ClockFacts | None = None
    for place, happened in enumerate(life, start=1):
        stored = after(stored, happened, KNOWN.__getitem__)
        assert stored == fold(life[:place])


@given(lives())
def test_every_life_keeps_its_start_its_sum_and_its_memory(life: list[ClockEvent]) -> None:
    facts = fold(life)

    assert facts.started_at.isoformat() == life[0].detail["started_at"]
    assert (facts.fulfilled_at is not None) == (facts.state is ClockState.FULFILLED)
    assert (facts.breached_at is not None) == (Step.BREACH in facts.told)
    assert (facts.paused_at is not None) <= (facts.terms.kind is ClockKind.RESOLUTION)


@given(lives(), gaps)
def test_nothing_is_told_twice_and_nothing_lighter_after_something_graver(
    life: list[ClockEvent], later: timedelta
) -> None:
    facts = fold(life)
    places = [weight(step, facts.terms.target) for step, _ in steps_due(facts, life[-1].at + later)]

    assert places == sorted(set(places))
    assert not places or all(weight(step, facts.terms.target) < places[0] for step in facts.told)
