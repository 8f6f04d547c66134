"""Clocks: they start with a text, are kept by a person's answer, and run again if that fails."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from smsdesk.desk import annotate, promise
from smsdesk.models import (
    Agent,
    Alert,
    AuthorKind,
    Availability,
    ClockEvent,
    Conversation,
    ConversationState,
    Episode,
    Message,
    Number,
)
from smsdesk.rules.delivery_status import State
from smsdesk.rules.reply_clock import ClockKind, ClockState, Step
from tests.cast import NINE, Customer, Person, Shop

RUNNING, FULFILLED, CANCELLED = ClockState.RUNNING, ClockState.FULFILLED, ClockState.CANCELLED


def minutes(after_nine: float) -> datetime:
    return NINE + timedelta(minutes=after_nine)


def histories(shop: Shop) -> list[list[str]]:
    """What happened to each clock, in the order in which the clocks' texts came."""
    events = shop.all(select(ClockEvent).order_by(ClockEvent.id))
    return [[event.kind.value for event in events if event.clock_id == clock.id] for clock in shop.clocks()]


def test_a_first_text_starts_the_first_reply_clock(shop: Shop, maria: Customer) -> None:
    maria.text("Is it ready?")

    clock = maria.clock
    assert (clock.kind, clock.state, clock.started_at) == (ClockKind.FIRST_REPLY, RUNNING, NINE)
    assert (clock.due_at, clock.next_step, clock.next_alert_at) == (minutes(10), Step.WARN_50, minutes(5))


def test_texting_again_never_moves_a_customer_back(shop: Shop, maria: Customer, priya: Customer) -> None:
    maria.text("Is it ready?")
    shop.now.move(minutes=1)
    priya.text("Hello")
    shop.now.move(minutes=5)
    maria.text("Hello??")

    first, second = sorted(shop.conversations(), key=lambda conversation: conversation.queue_at)
    assert (first.id, first.reply_due_at, first.waiting_since) == (maria.conversation.id, minutes(10), NINE)
    assert (second.id, second.reply_due_at) == (priya.conversation.id, minutes(11))
    assert len(shop.clocks()) == 2


def test_after_an_answer_the_next_text_starts_the_next_reply_clock(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    maya.replies_to(maria, "Yes", minutes=2)
    shop.now.move(minutes=3)
    maria.text("Until when are you open?")

    first, following = shop.clocks()
    assert (first.kind, first.state, first.fulfilled_at) == (ClockKind.FIRST_REPLY, FULFILLED, minutes(2))
    assert (following.kind, following.state, following.started_at) == (ClockKind.NEXT_REPLY, RUNNING, minutes(3))


def test_an_answer_stops_the_wait(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    maya.replies_to(maria, "Yes", minutes=2)

    conversation = maria.conversation
    assert (conversation.state, conversation.last_helper_id) == (ConversationState.WAITING_FOR_THEM, maya.id)
    assert maria.received == ["Yes"]
    assert shop.all(select(Episode.first_replied_at)) == [minutes(2)]


def test_an_approved_answer_is_none_until_the_carrier_has_it(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    maya.replies_to(maria, "Yes")

    assert maria.clock.state is RUNNING
    assert maria.conversation.state is ConversationState.WAITING_FOR_US


def test_a_text_that_no_person_wrote_keeps_no_promise(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    before = maria.conversation

    for kind in (AuthorKind.ACKNOWLEDGEMENT, AuthorKind.SYSTEM, AuthorKind.SCHEDULED):
        message = maya.replies_to(maria, "We got your text")
        shop.do(lambda session, id=message.id, kind=kind: setattr(session.get_one(Message, id), "author_kind", kind))  # type: ignore[misc]  # fmt: skip
        shop.accepts(message)

    assert (maria.clock.state, maria.conversation.last_helper_id) == (RUNNING, None)
    assert (maria.conversation.queue_at, maria.conversation.waiting_since) == (before.queue_at, before.waiting_since)


def test_a_note_keeps_no_promise_and_moves_nobody(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    before = maria.conversation

    def note(session: object) -> None:
        annotate.write_note(session, session.get_one(Conversation, before.id), "I ask Tom", session.get_one(Agent, maya.id), shop.now())  # type: ignore[attr-defined, arg-type]  # fmt: skip

    shop.do(note)

    after = maria.conversation
    assert maria.clock.state is RUNNING
    assert (after.queue_at, after.state, after.last_seq) == (before.queue_at, before.state, before.last_seq)


def test_the_answer_to_help_keeps_no_promise(shop: Shop, maria: Customer) -> None:
    maria.text("HELP")
    shop.sends_what_waits()

    assert len(maria.received) == 1
    assert maria.clock.state is RUNNING


def test_an_answer_covers_only_what_its_author_had_seen(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    answer = maya.replies_to(maria, "Yes")
    shop.now.move(minutes=1)
    maria.text("And can I pay by card?")
    shop.now.move(minutes=1)

    shop.accepts(answer)

    first, following = shop.clocks()
    assert (first.state, first.fulfilled_by_id) == (FULFILLED, answer.id)
    assert (following.state, following.kind, following.started_at) == (RUNNING, ClockKind.NEXT_REPLY, minutes(1))
    assert maria.conversation.reply_due_at == minutes(11)


def test_a_start_that_overtakes_an_answer_leaves_nothing_to_answer(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    answer = maya.replies_to(maria, "Yes")
    maria.text("START")

    shop.accepts(answer)

    assert [clock.state for clock in shop.clocks()] == [FULFILLED]


def test_an_answer_to_an_older_text_does_not_keep_a_newer_promise(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    late = maya.replies_to(maria, "Yes")
    maya.resolves(maria)
    shop.fails(late)
    maya.replies_to(maria, "Yes!", minutes=1)
    shop.now.move(minutes=2)
    maria.text("And the other one?")

    shop.accepts(late)

    assert maria.clock.state is RUNNING


def test_a_reply_on_the_deadline_second_keeps_the_promise(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    maya.replies_to(maria, "Yes", minutes=10, milliseconds=999)
    shop.now.move(minutes=11)

    assert shop.looks_at_the_clock() == 0
    assert (maria.clock.breached_at, shop.alerts()) == (None, [])


def test_one_second_later_is_late_even_if_nobody_looked(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    maya.replies_to(maria, "Yes", minutes=10, seconds=1)

    (alert,) = shop.alerts()
    assert (alert.step, alert.due_at) == (Step.BREACH, minutes(10))
    assert maria.clock.breached_at == maria.clock.fulfilled_at
    assert histories(shop) == [["activate", "breach", "fulfil"]]


def test_a_failed_answer_starts_the_clock_again_from_its_old_start(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    answer = maya.replies_to(maria, "Yes", minutes=1)
    shop.now.move(minutes=3)

    shop.fails(answer)

    clock, conversation = maria.clock, maria.conversation
    assert (clock.state, clock.started_at, clock.due_at) == (RUNNING, NINE, minutes(10))
    assert (clock.fulfilled_at, clock.fulfilled_by_id) == (None, None)
    assert (conversation.state, conversation.waiting_since) == (ConversationState.WAITING_FOR_US, NINE)
    assert conversation.has_failure
    assert shop.all(select(Episode.first_replied_at)) == [None]


def test_a_failed_answer_takes_the_place_of_a_newer_clock(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    answer = maya.replies_to(maria, "Yes", minutes=1)
    shop.now.move(minutes=2)
    maria.text("Hello?")

    shop.fails(answer)

    old, newer = shop.clocks()
    assert (old.state, newer.state) == (RUNNING, CANCELLED)
    assert maria.conversation.waiting_since == NINE


def test_alerts_that_were_told_before_a_failure_are_not_told_again(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    shop.now.move(minutes=5)
    shop.looks_at_the_clock()
    answer = maya.replies_to(maria, "Yes", minutes=0)
    shop.now.move(minutes=1)
    shop.fails(answer)

    for _ in range(6):
        shop.now.move(minutes=1)
        shop.looks_at_the_clock()

    assert [alert.step for alert in shop.alerts()] == [Step.WARN_50, Step.WARN_80, Step.BREACH]


def test_another_answer_that_arrived_stands_in_for_a_failed_one(
    shop: Shop, maria: Customer, maya: Person, ana: Person
) -> None:
    maria.text("Is it ready?")
    first = maya.replies_to(maria, "Yes", minutes=1)
    second = ana.replies_to(maria, "Yes, until five", minutes=2)

    shop.fails(first)

    clock = maria.clock
    assert (clock.state, clock.fulfilled_by_id, clock.fulfilled_at) == (FULFILLED, second.id, minutes(2))
    assert maria.conversation.state is ConversationState.WAITING_FOR_THEM
    assert shop.all(select(Episode.first_replied_at)) == [minutes(2)]


def test_a_stand_in_that_came_late_is_a_broken_promise(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    first = maya.replies_to(maria, "Yes", minutes=1)
    maya.replies_to(maria, "Until five", minutes=12)
    shop.now.move(minutes=13)

    shop.fails(first)

    assert [alert.step for alert in shop.alerts()] == [Step.BREACH]
    assert (maria.clock.state, maria.clock.breached_at) == (FULFILLED, minutes(13))


def test_when_the_stand_in_fails_too_the_oldest_text_waits_again(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    first = maya.replies_to(maria, "Yes", minutes=1)
    shop.now.move(minutes=2)
    maria.text("Until when?")
    second = maya.replies_to(maria, "Until five", minutes=1)
    shop.now.move(minutes=2)
    shop.fails(first)
    assert [clock.fulfilled_by_id for clock in shop.clocks()] == [second.id, second.id]

    shop.fails(second)

    old, newer = shop.clocks()
    assert (old.state, newer.state) == (RUNNING, CANCELLED)
    assert maria.conversation.waiting_since == NINE


def test_a_failure_that_a_delivery_corrects_counts_from_the_first_acceptance(
    shop: Shop, maria: Customer, maya: Person
) -> None:
    maria.text("Is it ready?")
    answer = maya.replies_to(maria, "Yes", minutes=1)
    shop.fails(answer)

    shop.moves(answer, State.DELIVERED, timedelta(minutes=4))

    assert (maria.clock.state, maria.clock.fulfilled_at) == (FULFILLED, minutes(1))


def test_who_answers_and_resolves_in_one_breath_did_answer(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    answer = maya.replies_to(maria, "Yes")
    maya.resolves(maria)

    shop.accepts(answer, seconds=1)

    assert (maria.clock.state, maria.clock.fulfilled_by_id) == (FULFILLED, answer.id)
    assert maria.conversation.state is ConversationState.RESOLVED
    assert maria.conversation.last_helper_id == maya.id
    assert shop.all(select(Episode.first_replied_at)) == [NINE + timedelta(seconds=1)]


@pytest.mark.parametrize("accepted_first", [True, False])
def test_a_resolved_question_whose_answer_failed_is_open_again(
    shop: Shop, maria: Customer, maya: Person, accepted_first: bool
) -> None:
    maria.text("Is it ready?")
    answer = maya.replies_to(maria, "Yes")
    maya.resolves(maria)
    if accepted_first:
        shop.accepts(answer, seconds=1)
    shop.jobs()

    shop.fails(answer)

    assert maria.conversation.state is ConversationState.WAITING_FOR_US
    assert (maria.clock.state, maria.clock.started_at) == (RUNNING, NINE)
    assert shop.all(select(Episode.resolved_at)) == [None]
    assert "routing.drain" in shop.jobs()


def test_an_answer_from_before_resolving_leaves_a_reopened_clock_alone(
    shop: Shop, maria: Customer, maya: Person
) -> None:
    maria.text("Is it ready?")
    answer = maya.replies_to(maria, "Yes")
    maya.resolves(maria)
    shop.now.move(minutes=1)
    maria.text("And the other one?")

    shop.accepts(answer)

    old, newer = shop.clocks()
    assert (old.state, newer.state, newer.started_at) == (FULFILLED, RUNNING, minutes(1))


def test_stop_cancels_the_clock_and_its_alerts(shop: Shop, maria: Customer) -> None:
    maria.text("Is it ready?")
    maria.text("STOP")
    shop.now.move(minutes=11)

    assert shop.looks_at_the_clock() == 0
    assert (maria.clock.state, maria.conversation.state) == (CANCELLED, ConversationState.WAITING_FOR_THEM)


def test_a_failed_answer_to_somebody_who_said_stop_starts_no_clock(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    answer = maya.replies_to(maria, "Yes", minutes=1)
    maria.text("STOP")

    shop.fails(answer)

    assert (maria.clock.state, maria.conversation.state) == (CANCELLED, ConversationState.WAITING_FOR_THEM)


def test_resolving_cancels_and_reopening_goes_on_from_the_old_start(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    shop.now.move(minutes=1)
    maya.resolves(maria)
    assert (maria.clock.state, maria.conversation.reply_due_at) == (CANCELLED, None)
    shop.now.move(minutes=2)

    maya.reopens(maria)

    assert (maria.clock.state, maria.clock.due_at) == (RUNNING, minutes(10))
    assert (maria.conversation.waiting_since, maria.conversation.assignee_id) == (NINE, maya.id)
    assert histories(shop) == [["activate", "cancel", "reactivate"]]


def test_reopening_an_answered_conversation_starts_no_clock(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    maya.replies_to(maria, "Yes", minutes=1)
    maya.resolves(maria)

    maya.reopens(maria)

    assert maria.clock.state is FULFILLED
    assert maria.conversation.state is ConversationState.WAITING_FOR_THEM


def test_reopening_takes_back_what_the_last_resolving_cut_short(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    answer = maya.replies_to(maria, "Yes", minutes=1)
    shop.now.move(minutes=2)
    maria.text("Hello?")
    shop.fails(answer)  # the first text waits again, and the second behind it
    maya.resolves(maria)

    maya.reopens(maria)

    old, newer = shop.clocks()
    assert (old.state, newer.state) == (RUNNING, CANCELLED)


def test_resolving_is_refused_when_a_text_was_not_seen(shop: Shop, maria: Customer, maya: Person) -> None:
    from smsdesk.desk.resolve import SomethingNewWaits

    maria.text("Is it ready?")
    seen = maya.sees(maria)
    maria.text("Hello?")

    with pytest.raises(SomethingNewWaits):
        maya.resolves(maria, seen=seen)
    assert maria.clock.state is RUNNING


def test_a_new_target_moves_every_clock_that_runs(shop: Shop, maria: Customer, priya: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    priya.text("Hello")
    maya.replies_to(priya, "Hello", minutes=1)
    shop.now.move(minutes=6)
    shop.looks_at_the_clock()

    changed = shop.do(lambda session: promise.change_target(session, session.get_one(Number, shop.number_id), timedelta(minutes=30), maya.id, shop.now()))  # fmt: skip

    assert changed == 1
    assert (maria.clock.due_at, maria.conversation.reply_due_at) == (minutes(30), minutes(30))
    assert (maria.clock.next_step, maria.clock.next_alert_at) == (Step.WARN_80, minutes(24))
    assert priya.clock.due_at == minutes(10)


def test_a_shorter_target_that_is_over_already_is_told_as_a_breach(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    shop.now.move(minutes=4)
    shop.do(lambda session: promise.change_target(session, session.get_one(Number, shop.number_id), timedelta(minutes=3), maya.id, shop.now()))  # fmt: skip

    shop.looks_at_the_clock()

    spoken = [alert for alert in shop.alerts() if alert.overtaken_by_id is None]
    assert [(alert.step, alert.due_at) for alert in spoken] == [(Step.BREACH, minutes(3))]


def test_an_agent_who_is_away_keeps_no_conversation_that_waits_again(
    shop: Shop, maria: Customer, maya: Person, ana: Person
) -> None:
    maria.text("Is it ready?")
    shop.routes()
    holder, other = (maya, ana) if maria.conversation.assignee_id == maya.id else (ana, maya)
    holder.replies_to(maria, "Yes", minutes=1)
    holder.becomes(Availability.AWAY)
    shop.now.move(minutes=2)

    maria.text("Hello?")
    shop.routes()

    assert maria.conversation.assignee_id == other.id


def test_each_alert_belongs_to_a_clock_that_says_so(shop: Shop, maria: Customer) -> None:
    maria.text("Is it ready?")
    shop.now.move(minutes=10)
    shop.looks_at_the_clock()

    for alert in shop.all(select(Alert)):
        assert (alert.clock_id, alert.conversation_id) == (maria.clock.id, maria.conversation.id)
    assert histories(shop) == [["activate", "warn", "warn", "breach"]]
