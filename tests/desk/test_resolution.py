"""The clock of a whole episode: it runs while the customer waits for us, pauses with us, and ends when a person says so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from smsdesk.desk import promise_book, snooze
from smsdesk.desk.examine import invariants
from smsdesk.models import Agent, Clock, Conversation, Policy
from smsdesk.rules.reply_clock import ClockState
from smsdesk.rules.terms import AlertTimes, ClockKind, Counts
from tests.cast import NINE, Customer, Person, Shop


def promises_a_solution(shop: Shop, hours: int = 1) -> None:
    def write(session) -> None:  # type: ignore[no-untyped-def]
        session.add(
            Policy(
                position=1,
                name="Solved in time",
                is_on=True,
                conditions={},
                targets={"first_reply": {"normal": 600}, "resolution": {"normal": hours * 3600}},
                counts=Counts.CALENDAR,
                shares=[0.5],
                leads=[],
                ladder=[],
                repeat=None,
                repeats=0,
                alerts=AlertTimes.ALWAYS,
                created_at=shop.now(),
                updated_at=shop.now(),
            )
        )
        promise_book.publish(session, shop.now())

    shop.do(write)


def resolution(shop: Shop) -> Clock:
    (clock,) = shop.all(select(Clock).where(Clock.kind == ClockKind.RESOLUTION))
    found: Clock = clock
    return found


def is_well(shop: Shop) -> None:
    broken = shop.read(lambda session: [f for f in invariants(session, shop.now()) if not f.ok])
    assert broken == []


def test_an_answer_pauses_it_and_the_next_text_lets_it_run_on(shop: Shop, maria: Customer, maya: Person) -> None:
    promises_a_solution(shop)
    maria.text("The lid is cracked")
    shop.now.move(minutes=4)
    maya.replies_to(maria, "Could you send a picture?", minutes=0)
    paused = resolution(shop)
    shop.now.move(hours=5)
    maria.text("Here it is, on the left")

    running = resolution(shop)
    assert (paused.state, paused.paused_at) == (ClockState.PAUSED, NINE + timedelta(minutes=4))
    assert (running.state, running.spent) == (ClockState.RUNNING, timedelta(minutes=4))
    assert running.due_at == shop.now() + timedelta(minutes=56)
    is_well(shop)


def test_resolved_it_is_kept_and_reopened_it_goes_on_with_what_was_left(
    shop: Shop, maria: Customer, maya: Person
) -> None:
    promises_a_solution(shop)
    maria.text("The lid is cracked")
    shop.now.move(minutes=10)
    maya.replies_to(maria, "A new one is on its way", minutes=0)
    maya.resolves(maria)
    kept = resolution(shop)
    shop.now.move(hours=2)
    maria.text("It came broken again")

    again = resolution(shop)
    assert (kept.state, kept.breached_at) == (ClockState.FULFILLED, None)
    assert (again.state, again.due_at) == (ClockState.RUNNING, shop.now() + timedelta(minutes=50))
    is_well(shop)


def test_a_snooze_pauses_it_and_its_end_wakes_the_conversation(shop: Shop, maria: Customer, maya: Person) -> None:
    promises_a_solution(shop)
    maria.text("The lid is cracked")
    maya.replies_to(maria, "I ask the workshop", minutes=1)
    until = shop.now() + timedelta(hours=2)
    shop.do(lambda s: snooze.snooze(s, s.get_one(Conversation, maria.conversation.id), until, s.get_one(Agent, maya.id), shop.now()))  # fmt: skip

    shop.now.move(hours=1)
    early = shop.do(lambda session: snooze.wake_due(session, shop.now()))
    shop.now.move(hours=1)
    woken = shop.do(lambda session: snooze.wake_due(session, shop.now()))

    assert (early, woken) == (0, 1)
    assert resolution(shop).state is ClockState.PAUSED
    assert maria.conversation.snoozed_until is None
    is_well(shop)


def test_a_solution_that_comes_late_is_told_once(shop: Shop, maria: Customer, maya: Person) -> None:
    promises_a_solution(shop)
    maria.text("The lid is cracked")
    shop.now.move(minutes=70)
    maya.resolves(maria)
    shop.looks_at_the_clock()

    late = [alert for alert in shop.alerts() if alert.clock_id == resolution(shop).id]
    assert [alert.kind.value for alert in late] == ["breach"]
    assert resolution(shop).state is ClockState.FULFILLED
    is_well(shop)


def test_a_policy_that_goes_takes_its_clock_and_its_alerts_with_it(shop: Shop, maria: Customer, maya: Person) -> None:
    from smsdesk.desk import apply_policies

    promises_a_solution(shop)
    maria.text("The lid is cracked")

    def switch_off(session) -> None:  # type: ignore[no-untyped-def]
        session.scalars(select(Policy)).one().is_on = False
        promise_book.publish(session, shop.now())

    shop.do(switch_off)
    shop.do(lambda session: apply_policies.drain(session, shop.now()))
    shop.now.move(hours=3)
    shop.looks_at_the_clock()

    assert resolution(shop).state is ClockState.CANCELLED
    assert [alert for alert in shop.alerts() if alert.clock_id == resolution(shop).id] == []
    is_well(shop)


def test_what_is_resolved_cannot_be_put_aside(shop: Shop, maria: Customer, maya: Person) -> None:
    promises_a_solution(shop)
    maria.text("The lid is cracked")
    maya.replies_to(maria, "A new one is on its way", minutes=1)
    maya.resolves(maria)
    tomorrow = shop.now() + timedelta(days=1)

    with pytest.raises(snooze.IsResolved):
        shop.do(lambda s: snooze.snooze(s, s.get_one(Conversation, maria.conversation.id), tomorrow, s.get_one(Agent, maya.id), shop.now()))  # fmt: skip

    assert resolution(shop).state is ClockState.FULFILLED
    is_well(shop)
