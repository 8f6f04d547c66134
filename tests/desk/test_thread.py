"""Who is it, and where does their text belong."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from smsdesk.desk.receive import AlreadyReceived, Receipt
from smsdesk.models import Address, Clock, Conversation, ConversationState, Customer, Episode, Event, QuarantinedText
from smsdesk.rules.phone_numbers import SenderKind
from tests.cast import OUR_NUMBER, Person, Shop, at_once
from tests.cast import Customer as Phone


def test_a_first_text_makes_a_customer_a_conversation_and_an_episode(shop: Shop, maria: Phone) -> None:
    maria.text("Are you open on Sunday?")

    (conversation,) = shop.conversations()
    (episode,) = shop.all(select(Episode))
    assert conversation.state is ConversationState.WAITING_FOR_US
    assert (episode.id, episode.opened_at) == (conversation.episode_id, shop.now())
    assert [address.value for address in shop.all(select(Address))] == [maria.address]
    assert shop.jobs() == ["routing.drain"]


def test_two_texts_at_the_same_instant_from_a_new_customer_are_one_conversation(shop: Shop, maria: Phone) -> None:
    results = at_once([lambda: maria.text("Hello"), lambda: maria.text("Is it ready?")])

    assert all(isinstance(result, Receipt) for result in results), results
    assert len(shop.all(select(Customer))) == len(shop.all(select(Address))) == len(shop.conversations()) == 1
    assert [message.seq for message in maria.messages] == [1, 2]
    assert len(shop.clocks()) == 1


def test_a_hundred_new_customers_with_three_texts_each_at_once_are_a_hundred_conversations(shop: Shop) -> None:
    phones = [shop.customer(str(n), f"+1415556{n:04}") for n in range(100)]
    waves = [[phone for phone in phones[start : start + 10] for _ in range(3)] for start in range(0, 100, 10)]

    for wave in waves:
        results = at_once([lambda phone=phone: phone.text("Hello") for phone in wave])  # type: ignore[misc]
        assert [result for result in results if isinstance(result, Exception)] == []

    assert len(shop.all(select(Customer))) == len(shop.all(select(Address))) == len(shop.conversations()) == 100
    assert [conversation.last_seq for conversation in shop.conversations()] == [3] * 100
    assert len(shop.clocks()) == len(shop.all(select(Episode))) == 100


def test_a_text_that_comes_while_its_predecessor_is_being_written_joins_it(shop: Shop, maria: Phone) -> None:
    maria.text("Hello")

    results = at_once([lambda n=n: maria.text(f"line {n}") for n in range(12)])  # type: ignore[misc]

    assert [result for result in results if isinstance(result, Exception)] == []
    assert [message.seq for message in maria.messages] == list(range(1, 14))
    assert len(shop.clocks()) == 1


def test_an_odd_sender_never_merges_with_anybody(shop: Shop) -> None:
    senders = {
        "+14155550142": SenderKind.PHONE,
        "whatsapp:+14155550142": SenderKind.CHANNEL,
        "14155550142": SenderKind.ALPHANUMERIC,
        "+14155550142 ": SenderKind.ALPHANUMERIC,
        "242733": SenderKind.SHORT_CODE,
        "ParcelCo": SenderKind.ALPHANUMERIC,
        "PARCELCO": SenderKind.ALPHANUMERIC,
    }
    for sender in senders:
        shop.customer("Somebody", sender).text("Hello")

    assert {address.value: address.kind for address in shop.all(select(Address))} == senders
    assert len(shop.all(select(Customer))) == len(shop.conversations()) == len(senders)


def test_a_text_to_a_number_that_nobody_set_up_waits_in_quarantine(shop: Shop, maria: Phone) -> None:
    receipt = maria.text("Hello?", to="+19995550100")

    (kept,) = shop.all(select(QuarantinedText))
    assert (kept.id, kept.sender, kept.body, kept.why) == (receipt.message_id, maria.address, "Hello?", "UnknownNumber")
    assert receipt.conversation_id is None
    assert shop.conversations() == []
    assert {news.kind for news in shop.news()} == {"quarantine"}


def test_a_sender_that_cannot_be_read_waits_in_quarantine(shop: Shop) -> None:
    shop.customer("nobody", "+1415\x00555").text("Hello?")

    assert shop.all(select(QuarantinedText.why)) == ["UnreadableSender"]


def test_quarantine_keeps_a_text_once_however_often_it_comes(shop: Shop, maria: Phone) -> None:
    first, second = (maria.text("Hello?", to="+19995550100", sid="SM" + "a" * 32) for _ in range(2))

    assert first == second
    assert len(shop.all(select(QuarantinedText))) == len(shop.all(select(Event))) == 1


def test_a_text_that_the_carrier_delivers_twice_is_one_text(shop: Shop, maria: Phone) -> None:
    assert maria.texts_twice("Hello")

    assert [message.body for message in maria.messages] == ["Hello"]
    assert len(shop.all(select(Event).where(Event.kind == "text.received"))) == 1


def test_one_text_delivered_ten_times_at_once_is_one_text(shop: Shop, maria: Phone) -> None:
    results = at_once([lambda: maria.text("Hello", sid="SM" + "b" * 32)] * 10)

    assert sum(isinstance(result, Receipt) for result in results) == 1, results
    assert sum(isinstance(result, AlreadyReceived) for result in results) == 9, results
    assert [message.body for message in maria.messages] == ["Hello"]


def test_texts_that_differ_only_in_their_sid_are_two_texts(shop: Shop, maria: Phone) -> None:
    maria.text("ok")
    maria.text("ok")

    assert [message.body for message in maria.messages] == ["ok", "ok"]


def test_one_customer_on_two_numbers_has_two_conversations(shop: Shop, maria: Phone) -> None:
    shop.number("+14155550101")

    maria.text("Hello")
    maria.text("Hello", to="+14155550101")

    assert len(shop.all(select(Customer))) == 1
    assert len(shop.conversations()) == 2


def test_who_writes_within_four_hours_of_resolved_reopens_the_episode(shop: Shop, maria: Phone, maya: Person) -> None:
    maria.text("Is it ready?")
    maya.replies_to(maria, "Yes", minutes=1)
    maya.resolves(maria)
    shop.now.move(hours=4)

    maria.text("Until when can I come?")

    (episode,) = shop.all(select(Episode))
    assert (episode.resolved_at, episode.times_reopened) == (None, 1)
    assert maria.clock.kind == "next_reply"


def test_who_writes_later_begins_a_new_episode(shop: Shop, maria: Phone, maya: Person) -> None:
    maria.text("Is it ready?")
    maya.replies_to(maria, "Yes", minutes=1)
    maya.resolves(maria)
    shop.now.move(hours=4, seconds=1)

    maria.text("A new question")

    first, second = shop.all(select(Episode).order_by(Episode.opened_at))
    assert (first.resolved_at is not None, second.resolved_at) == (True, None)
    assert maria.conversation.episode_id == second.id
    assert maria.clock.kind == "first_reply"


def test_the_queue_shows_what_the_last_text_said(shop: Shop, maria: Phone) -> None:
    maria.text("one\n\ntwo   three\x00")

    assert maria.conversation.last_preview == "one two three�"
    assert maria.messages[0].body == "one\n\ntwo   three�"


def test_a_text_that_is_refused_halfway_leaves_nothing(shop: Shop, maria: Phone) -> None:
    maria.text("Hello", sid="SM" + "c" * 32)

    with pytest.raises(AlreadyReceived):
        shop.customer("another", "+14155559999").text("Hello", sid="SM" + "c" * 32)

    assert len(shop.all(select(Customer))) == len(shop.all(select(Conversation))) == len(shop.all(select(Clock))) == 1


def test_our_own_number_is_read_verbatim(shop: Shop, maria: Phone) -> None:
    maria.text("Hello", to=f"{OUR_NUMBER} ")

    assert shop.conversations() == []
