"""A wish in plain words is put before a person; one key decides, a day decides too, and a slip can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.desk import note_stop, suspect
from smsdesk.desk.note_stop import TheirsAlone
from smsdesk.desk.stop_texts import OptedOut
from smsdesk.desk.suspect import NoWish
from smsdesk.models import Agent, ConsentEvent, Conversation, ConversationState, Event, Stop, StopWish
from smsdesk.rules.reply_clock import ClockState
from smsdesk.rules.revocations import read_revocation
from tests.cast import Customer, Person, Shop, at_once

WISH = "Please stop texting me!"
SAID = read_revocation(WISH)

Deed = Callable[[Session, Conversation, Agent, datetime], None]


def decides(shop: Shop, who: Person, customer: Customer, deed: Deed) -> None:
    def do(session: Session) -> None:
        conversation = session.get_one(Conversation, customer.conversation.id)
        deed(session, conversation, session.get_one(Agent, who.id), shop.now())

    shop.do(do)


def lifts(evidence: str) -> Deed:
    return lambda session, conversation, by, now: note_stop.lift(session, conversation, evidence, by, now)


def told(how: str) -> Deed:
    return lambda session, conversation, by, now: note_stop.stop_as_told(session, conversation, how, by, now)


def ledger(shop: Shop) -> list[tuple[str, str]]:
    return [(entry.kind.value, entry.source) for entry in shop.all(select(ConsentEvent).order_by(ConsentEvent.id))]


def test_a_wish_waits_for_a_person_and_the_customer_for_an_answer(shop: Shop, maria: Customer, maya: Person) -> None:
    receipt = maria.text(WISH)

    (wish,) = shop.all(select(StopWish))
    assert (wish.message_id, wish.words, wish.outcome) == (receipt.message_id, SAID, None)
    assert (shop.all(select(Stop)), maria.clock.state) == ([], ClockState.RUNNING)
    maya.replies_to(maria, "Sorry! Shall we stop?", seconds=1)
    assert maria.received == ["Sorry! Shall we stop?"]


def test_one_decision_stops_everything_and_the_ledger_names_who_read_what(
    shop: Shop, maria: Customer, maya: Person
) -> None:
    receipt = maria.text(WISH)

    decides(shop, maya, maria, suspect.confirm)

    (entry,) = shop.all(select(ConsentEvent))
    assert (entry.kind, entry.source, entry.actor_id) == ("stopped", "agent", maya.id)
    assert (entry.words, entry.message_id) == (SAID, receipt.message_id)
    assert (maria.clock.state, maria.conversation.state) == (ClockState.CANCELLED, ConversationState.WAITING_FOR_THEM)
    with pytest.raises(OptedOut):
        maya.replies_to(maria, "Done")


def test_something_else_in_it_is_written_down_too_and_nothing_stops(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text(WISH)

    decides(shop, maya, maria, suspect.dismiss)

    assert ledger(shop) == [("not_a_stop", "agent")]
    shop.now.move(hours=25)
    assert shop.do(lambda session: suspect.settle_due(session, shop.now())) == 0
    maya.replies_to(maria, "All right", seconds=1)
    assert maria.received == ["All right"]


def test_undecided_for_a_day_it_is_a_stop_and_a_second_wish_gives_no_second_day(shop: Shop, maria: Customer) -> None:
    maria.text(WISH)
    shop.now.move(hours=23)
    maria.text(WISH)
    assert shop.do(lambda session: suspect.settle_due(session, shop.now())) == 0

    shop.now.move(hours=1)
    assert shop.read(lambda session: suspect.is_due(session, shop.now()))
    assert shop.do(lambda session: suspect.settle_due(session, shop.now())) == 1

    assert ledger(shop) == [("stopped", "default")]
    assert [stop.source for stop in shop.all(select(Stop))] == ["default"]


def test_of_two_who_decide_at_once_one_is_told_that_it_is_decided(
    shop: Shop, maria: Customer, maya: Person, ana: Person
) -> None:
    maria.text(WISH)
    deeds: list[Callable[[], Any]] = [
        partial(decides, shop, maya, maria, suspect.confirm),
        partial(decides, shop, ana, maria, suspect.dismiss),
    ]

    results = at_once(deeds)

    assert sorted(type(result).__name__ for result in results) == ["NoWish", "NoneType"]
    assert len(ledger(shop)) == 1


def test_a_slip_is_taken_back_and_the_wait_goes_on_from_its_start(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text(WISH)
    since = maria.clock.started_at
    shop.now.move(minutes=2)
    decides(shop, maya, maria, suspect.confirm)
    shop.now.move(minutes=1)

    decides(shop, maya, maria, suspect.take_back)

    assert (shop.all(select(Stop)), ledger(shop)[-1]) == ([], ("taken_back", "agent"))
    assert (maria.clock.state, maria.conversation.waiting_since) == (ClockState.RUNNING, since)
    assert shop.all(select(StopWish.outcome)) == [None]


@pytest.mark.parametrize("after", [{"minutes": 11}, {}])
def test_only_whoever_decided_takes_it_back_and_only_for_ten_minutes(
    shop: Shop, maria: Customer, maya: Person, ana: Person, after: dict[str, float]
) -> None:
    maria.text(WISH)
    decides(shop, maya, maria, suspect.confirm)
    shop.now.move(**after)

    with pytest.raises(NoWish):
        decides(shop, maya if after else ana, maria, suspect.take_back)

    assert len(shop.all(select(Stop))) == 1


def test_once_the_customer_has_said_stop_nobody_takes_back_or_lifts_anything(
    shop: Shop, maria: Customer, maya: Person, sam: Person
) -> None:
    maria.text(WISH)
    decides(shop, maya, maria, suspect.confirm)
    maria.text("STOP")

    with pytest.raises(NoWish):
        decides(shop, maya, maria, suspect.take_back)
    with pytest.raises(TheirsAlone):
        decides(shop, sam, maria, lifts("She said so on the phone"))

    assert [stop.source for stop in shop.all(select(Stop))] == ["keyword"]
    assert shop.all(select(StopWish.outcome)) == ["stopped"]


@pytest.mark.parametrize("word", ["STOP", "START"])
def test_a_word_that_leaves_no_doubt_ends_the_wish(shop: Shop, maria: Customer, word: str) -> None:
    maria.text(WISH)
    maria.text(word)

    shop.now.move(hours=25)
    assert shop.do(lambda session: suspect.settle_due(session, shop.now())) == 0
    assert shop.all(select(StopWish.outcome)) == ["overtaken"]


def test_a_stop_that_was_said_on_the_phone_is_recorded_and_a_manager_lifts_it_with_evidence(
    shop: Shop, maria: Customer, maya: Person, sam: Person
) -> None:
    maria.text("Hello?")
    decides(shop, maya, maria, told("On the phone, at noon"))
    decides(shop, maya, maria, told("On the phone, at noon"))
    assert [(entry.words, entry.actor_id) for entry in shop.all(select(ConsentEvent))] == [
        ("On the phone, at noon", maya.id)
    ]

    decides(shop, sam, maria, lifts("She wrote a letter"))

    assert (shop.all(select(Stop)), ledger(shop)[-1]) == ([], ("lifted", "agent"))
    (event,) = shop.all(select(Event).where(Event.kind == "consent.lifted"))
    assert (event.actor_id, event.detail) == (sam.id, {"lifted": True})
