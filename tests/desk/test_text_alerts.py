"""An alert as a text to somebody's own phone: once, through the outbox, in a conversation that waits for nobody."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import select

from smsdesk.desk import text_alerts
from smsdesk.desk.text_alerts import LEFT, STOPPED
from smsdesk.models import (
    Agent,
    AlertDelivery,
    Channel,
    Clock,
    Conversation,
    ConversationState,
    Customer,
    DeliveryState,
    Direction,
    Message,
)
from smsdesk.rules.delivery_status import State
from tests.cast import Customer as Texter
from tests.cast import Person, Shop, at_once
from tests.desk.alerts import raised, reached_by
from tests.desk.test_fan_out import broken_promise

PHONE = "+14155550177"
DESK = "https://desk.smsdesk.test"


@pytest.fixture
def texted(shop: Shop, sam: Person) -> Person:
    reached_by(shop, sam.id, "phone", phone=PHONE)
    return sam


def writes(shop: Shop) -> int:
    return shop.do(lambda session: text_alerts.write_texts(session, DESK, shop.now()))


def follows(shop: Shop) -> int:
    return shop.do(lambda session: text_alerts.follow_texts(session, shop.now()))


def rows(shop: Shop) -> list[AlertDelivery]:
    return shop.all(select(AlertDelivery).where(AlertDelivery.channel == Channel.PHONE).order_by(AlertDelivery.id))


def texts(shop: Shop) -> list[Message]:
    return shop.all(select(Message).where(Message.recipient == PHONE, Message.direction == Direction.OUT))


def test_an_alert_reaches_the_phone_from_the_number_that_it_is_about(
    shop: Shop, maria: Texter, maya: Person, texted: Person
) -> None:
    alert = broken_promise(shop, maria)

    assert at_once([lambda: writes(shop)] * 4).count(1) == 1
    shop.sends_what_waits()
    follows(shop)

    (text,), (row,) = texts(shop), rows(shop)
    assert shop.carrier.received_by(PHONE) == [text.body]
    assert text.body.startswith("SMSDesk: A customer (…0142) has waited 10 minutes for an answer.")
    assert text.body.endswith(f"{DESK}/conversations/{alert.conversation_id}")
    assert (row.state, row.message_id, row.told_at) == (DeliveryState.SENT, text.id, text.accepted_at)


def test_the_conversation_with_a_colleague_waits_for_nobody(shop: Shop, texted: Person) -> None:
    raised(shop, [texted.id], shop.now())
    writes(shop)

    (conversation,) = shop.all(select(Conversation))
    (customer,) = shop.all(select(Customer))
    assert conversation.state is ConversationState.RESOLVED
    assert (customer.name, customer.segment) == ("Sam", "staff")
    assert shop.all(select(Clock)) == []


@pytest.mark.parametrize(
    ("state", "fate"),
    [
        (State.UNDELIVERED, DeliveryState.FAILED),
        (State.ACCEPTED, DeliveryState.SENT),
        (State.UNKNOWN, DeliveryState.SENDING),
    ],
)
def test_what_became_of_the_text_is_the_fate_of_the_alert(
    shop: Shop, texted: Person, state: State, fate: DeliveryState
) -> None:
    raised(shop, [texted.id], shop.now())
    writes(shop)
    (text,) = texts(shop)
    shop.moves(text, State.SENDING)
    shop.moves(text, state, sid="SM" + "a" * 32)
    follows(shop)

    (row,) = rows(shop)
    assert row.state is fate
    assert (row.error is None) == (fate is not DeliveryState.FAILED)


def test_a_burst_is_one_text_and_each_alert_has_its_fate(shop: Shop, texted: Person) -> None:
    raised(shop, [texted.id], shop.now(), 30)
    writes(shop)
    shop.sends_what_waits()
    follows(shop)

    (text,) = texts(shop)
    assert text.body == (
        "SMSDesk: 30 alerts. Watch: Figure 0; Watch: Figure 1; Watch: Figure 2; and 27 more. "
        "https://desk.smsdesk.test/manager/alerts"
    )
    assert Counter(row.state.value for row in rows(shop)) == {"sent": 1, "digested": 29}
    assert len({row.told_at for row in rows(shop)} - {None}) == 1


def test_whoever_texted_stop_gets_none_and_it_is_written_down(shop: Shop, texted: Person) -> None:
    shop.customer("Sam's phone", PHONE).text("STOP")
    raised(shop, [texted.id], shop.now(), 30)

    assert writes(shop) == 0

    assert texts(shop) == []
    assert {(row.state, row.error) for row in rows(shop)} == {(DeliveryState.FAILED, STOPPED)}


def test_a_stop_that_overtakes_the_text_wins(shop: Shop, texted: Person) -> None:
    raised(shop, [texted.id], shop.now())
    writes(shop)
    (text,) = texts(shop)
    shop.customer("Sam's phone", PHONE).text("STOP")
    shop.moves(text, State.BLOCKED)
    follows(shop)

    assert rows(shop)[0].state is DeliveryState.FAILED


def test_whoever_has_left_gets_none(shop: Shop, texted: Person) -> None:
    raised(shop, [texted.id], shop.now())
    shop.do(lambda session: setattr(session.get_one(Agent, texted.id), "disabled_at", shop.now()))
    writes(shop)

    assert [(row.state, row.error) for row in rows(shop)] == [(DeliveryState.FAILED, LEFT)]


def test_a_colleague_who_texts_ok_has_seen_it_and_waits_for_nobody(
    shop: Shop, maria: Texter, maya: Person, texted: Person
) -> None:
    alert = broken_promise(shop, maria)
    writes(shop)
    shop.sends_what_waits()
    phone = shop.customer("Sam", PHONE)

    phone.text("Ok!")

    (told,) = [one for one in shop.alerts() if one.id == alert.id]
    assert (told.acknowledged_by_id, maria.clock.acknowledged_at) == (texted.id, shop.now())
    assert phone.conversation.state is ConversationState.RESOLVED
    assert shop.all(select(Clock).where(Clock.conversation_id == phone.conversation.id)) == []

    phone.text("Who is at the desk today?")

    assert phone.conversation.waiting_since == shop.now()


def test_ok_from_a_customer_sees_nothing(shop: Shop, maria: Texter, maya: Person, texted: Person) -> None:
    broken_promise(shop, maria)
    writes(shop)

    maria.text("ok")

    assert all(alert.acknowledged_at is None for alert in shop.alerts())
