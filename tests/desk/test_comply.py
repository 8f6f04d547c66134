"""STOP stops, START lifts it, HELP is answered once a day and reaches a person all the same."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from smsdesk.desk.stop_texts import OptedOut
from smsdesk.models import ConsentEvent, ConversationState, Episode, Event, Stop
from smsdesk.rules.reply_clock import ClockState
from tests.cast import Customer, Person, Shop


def test_a_stop_blocks_and_says_so_in_the_ledger_and_the_thread(shop: Shop, maria: Customer) -> None:
    maria.text("Is it ready?")
    receipt = maria.text(" Stop. 🛑")

    (entry,) = shop.all(select(ConsentEvent))
    assert (entry.kind, entry.words, entry.source) == ("stopped", " Stop. 🛑", "keyword")
    assert entry.message_id == receipt.message_id
    (event,) = shop.all(select(Event).where(Event.kind == "consent.stopped"))
    assert (event.conversation_id, event.subject_id) == (maria.conversation.id, receipt.message_id)
    assert maria.messages[-1].body == " Stop. 🛑"


def test_every_word_for_stop_stops(shop: Shop) -> None:
    words = ["STOP", "stopall", "Unsubscribe", "ＳＴＯＰ", "end", "QUIT", "cancel", "REVOKE", "OptOut", "opt out"]
    for place, word in enumerate(words):
        shop.customer(word, f"+1415557{place:04}").text(word)

    assert len(shop.all(select(Stop))) == len(words)
    assert shop.clocks() == []


def test_more_than_the_word_alone_is_a_text_like_any_other(shop: Shop) -> None:
    texts = ["yes", "please stop by tomorrow", "STOP PLEASE", "end of the street", "helpful!"]
    for place, text in enumerate(texts):
        assert shop.customer(text, f"+1415557{place:04}").text(text).keyword is None

    assert shop.all(select(ConsentEvent)) == shop.all(select(Stop)) == []
    assert [clock.state for clock in shop.clocks()] == [ClockState.RUNNING] * len(texts)


def test_a_yes_to_our_question_is_a_text_even_where_the_carrier_takes_it_for_start(
    shop: Shop, maria: Customer, maya: Person
) -> None:
    maria.text("Is it ready?")
    maya.replies_to(maria, "Yes. Shall we bring it?", minutes=1)

    maria.text("Yes", hint="START")

    assert maria.clock.state is ClockState.RUNNING
    assert maria.conversation.state is ConversationState.WAITING_FOR_US


def test_a_word_that_the_carrier_takes_for_stop_stops(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("basta ya", hint="STOP")

    assert shop.all(select(ConsentEvent.source)) == ["carrier"]
    with pytest.raises(OptedOut):
        maya.replies_to(maria, "Sorry!")


def test_their_own_start_lifts_their_stop(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("STOP")
    maria.text("Start")

    assert shop.all(select(Stop)) == []
    assert shop.all(select(ConsentEvent.kind).order_by(ConsentEvent.id)) == ["stopped", "started"]
    maya.replies_to(maria, "Welcome back", seconds=1)
    assert maria.received == ["Welcome back"]


def test_after_a_stop_the_carriers_start_counts(shop: Shop, maria: Customer) -> None:
    maria.text("STOP")
    maria.text("Yes", hint="START")

    assert shop.all(select(Stop)) == []
    assert shop.all(select(ConsentEvent.source).order_by(ConsentEvent.id)) == ["keyword", "carrier"]


def test_stop_start_stop_ends_stopped(shop: Shop, maria: Customer) -> None:
    for words in ("STOP", "START", "STOP", "STOP"):
        maria.text(words)

    assert len(shop.all(select(Stop))) == 1
    assert shop.all(select(ConsentEvent.kind).order_by(ConsentEvent.id)) == ["stopped", "started", "stopped", "stopped"]


def test_a_stop_is_for_this_number_and_this_customer(
    shop: Shop, maria: Customer, priya: Customer, maya: Person
) -> None:
    shop.number("+14155550101")
    maria.text("STOP", to="+14155550101")
    maria.text("Is it ready?")
    priya.text("Hello")

    maya.replies_to(priya, "Hello", seconds=1)

    assert len(shop.all(select(Stop))) == 1
    assert priya.received == ["Hello"]


def test_a_keyword_opens_no_episode_and_waits_for_nobody(shop: Shop, maria: Customer) -> None:
    maria.text("STOP")
    maria.text("START")

    assert maria.conversation.state is ConversationState.WAITING_FOR_THEM
    assert (shop.all(select(Episode)), shop.clocks(), shop.alerts()) == ([], [], [])
    assert shop.jobs() == []


def test_a_keyword_leaves_a_resolved_conversation_resolved(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    maya.replies_to(maria, "Yes", minutes=1)
    maya.resolves(maria)

    maria.text("STOP")
    maria.text("START")

    assert (maria.conversation.state, shop.all(select(Episode.times_reopened))) == (ConversationState.RESOLVED, [0])
    shop.now.move(hours=1)
    maria.text("Hello?")
    assert maria.conversation.state is ConversationState.WAITING_FOR_US


def test_help_is_answered_at_once_and_still_waits_for_a_person(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("help")
    shop.sends_what_waits()
    shop.routes()

    assert maria.received == [
        "Support line: a person reads your texts here and answers them. Text STOP to get no more texts from us."
    ]
    assert (maria.clock.state, maria.conversation.assignee_id) == (ClockState.RUNNING, maya.id)
    assert maria.conversation.state is ConversationState.WAITING_FOR_US


def test_help_is_answered_once_a_day(shop: Shop, maria: Customer) -> None:
    for hours in (0, 1, 22, 1):
        shop.now.move(hours=hours)
        maria.text("HELP")
        shop.sends_what_waits()

    assert len(maria.received) == 2


def test_help_from_somebody_who_said_stop_is_not_answered_by_us(shop: Shop, maria: Customer) -> None:
    maria.text("STOP")
    maria.text("HELP")

    assert shop.sends_what_waits() == []
