"""A text whose post never came is found in the carrier's log, threaded once, and obeyed like any other."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from smsdesk.adapters import clock
from smsdesk.adapters.carrier import CarrierDown, Listed
from smsdesk.desk import fetch_missed
from smsdesk.models import Clock, ConversationState, Message, Stop
from tests.cast import ACCOUNT, OUR_NUMBER, Customer, Shop, new_sid

MINUTE = timedelta(minutes=1)


def is_in_the_log(
    shop: Shop, customer: Customer, body: str, minutes_ago: float, sid: str = "", pictures: int = 0
) -> None:
    at = shop.now() - minutes_ago * MINUTE
    shop.carrier.log.append(
        Listed(sid or new_sid(), OUR_NUMBER, customer.address, body, at, "received", None, "inbound", pictures)
    )


def looks(shop: Shop) -> int:
    with clock.told_by(shop.now):
        return fetch_missed.fetch_missed(shop.database, shop.carrier, ACCOUNT)


def test_a_text_that_never_came_is_threaded_once_and_waits_from_when_we_could_know(
    shop: Shop, maria: Customer, caplog: pytest.LogCaptureFixture
) -> None:
    shop.now.move(hours=2)
    is_in_the_log(shop, maria, "Is anybody there?", 40)

    assert [looks(shop), looks(shop)] == [1, 0]
    shop.now.move(minutes=6)
    assert looks(shop) == 0

    (text,) = maria.messages
    (raw,) = shop.all(select(Message.raw))
    assert (text.body, text.source) == ("Is anybody there?", "fetched")
    assert fetch_missed.written_at(raw) == text.created_at - 40 * MINUTE
    assert maria.clock.started_at == text.created_at
    assert "never reached us" in caplog.text
    assert maria.address not in caplog.text
    assert shop.read(lambda session: fetch_missed.times_fetched(session, shop.now() - timedelta(days=1))) == 1


def test_the_carrier_is_not_asked_again_about_a_text_that_is_known(shop: Shop, maria: Customer) -> None:
    shop.now.move(hours=2)
    came, missed = new_sid(), new_sid()
    maria.text("Look", sid=came)
    is_in_the_log(shop, maria, "Look", 20, came, pictures=1)
    is_in_the_log(shop, maria, "And this", 10, missed, pictures=1)

    looks(shop)
    shop.now.move(minutes=6)
    looks(shop)

    assert shop.carrier.asked_for == [missed]


def test_what_came_by_its_post_or_may_still_come_is_left_alone(shop: Shop, maria: Customer) -> None:
    shop.now.move(hours=2)
    sid = new_sid()
    is_in_the_log(shop, maria, "Hello", 10, sid)
    maria.text("Hello", sid=sid)
    is_in_the_log(shop, maria, "Just now", 0.5)

    assert looks(shop) == 0
    shop.now.move(minutes=6)
    assert looks(shop) == 1
    assert [text.body for text in maria.messages] == ["Hello", "Just now"]


def test_after_a_long_outage_everything_since_the_last_look_comes_in_the_order_in_which_it_was_written(
    shop: Shop, maria: Customer
) -> None:
    shop.now.move(hours=2)
    looks(shop)
    shop.now.move(days=3)
    for place in range(5):
        is_in_the_log(shop, maria, str(place), 3 * 24 * 60 - 20 - place * -1)

    shop.carrier.log.reverse()
    assert looks(shop) == 5
    assert [text.body for text in maria.messages] == ["4", "3", "2", "1", "0"]
    assert len(shop.all(select(Clock))) == 1


def test_what_was_texted_before_the_number_was_set_up_is_not_ours(shop: Shop, maria: Customer) -> None:
    is_in_the_log(shop, maria, "From before", 5)
    shop.now.move(minutes=20)

    assert looks(shop) == 0
    assert shop.all(select(Message)) == []


def test_a_stop_that_never_came_is_obeyed(shop: Shop, maria: Customer) -> None:
    maria.text("Hello")
    shop.now.move(hours=1)
    is_in_the_log(shop, maria, "STOP", 20)

    looks(shop)

    assert len(shop.all(select(Stop))) == 1
    assert maria.conversation.state is ConversationState.WAITING_FOR_THEM


def test_a_carrier_that_does_not_answer_is_asked_again_from_the_same_moment_on(
    shop: Shop, maria: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.now.move(hours=2)
    is_in_the_log(shop, maria, "Hello?", 20)

    def away(*_: object) -> None:
        raise CarrierDown("the carrier answered 503")

    with monkeypatch.context() as patched:
        patched.setattr(shop.carrier, "inbound_since", away)
        assert looks(shop) == 0
    assert looks(shop) == 1
