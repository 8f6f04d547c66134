"""The fast lane stores exactly what receive.receive would store, or nothing."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from smsdesk.adapters.carrier import InboundText
from smsdesk.adapters.promises import Promises
from smsdesk.desk.receive_fast import FastLane
from smsdesk.models import Availability, Clock, ClockEvent, Conversation, Customer, Event, Message
from tests.cast import ACCOUNT, OUR_NUMBER, Person, Shop
from tests.cast import Customer as Phone

_sids = itertools.count(1)
LEFT_OUT = {"carrier_sid", "sender", "recipient", "value", "client_token"}


def a_text(sender: str, body: str, sid: str | None = None) -> InboundText:
    return InboundText(ACCOUNT, sid or f"SM{next(_sids):031x}f", OUR_NUMBER, sender, body, (), 1, None, b"raw")


def by_the_lane(lane: FastLane, phone: Phone, body: str) -> bool:
    """Text through the lane, as the hook does; True where the lane took it."""
    promises = lane.receive(a_text(phone.address, body), phone.shop.now())
    if promises is None:
        phone.text(body)
    return promises is not None


Script = Callable[[Callable[[str], Any], Phone, Person], None]


def several_in_a_row(text: Callable[[str], Any], phone: Phone, maya: Person) -> None:
    for body in ("hi", "my kettle came cracked", "hello?"):
        text(body)
        phone.shop.now.move(seconds=20)


def after_an_answer(text: Callable[[str], Any], phone: Phone, maya: Person) -> None:
    several_in_a_row(text, phone, maya)
    maya.replies_to(phone, "On its way", minutes=1)
    phone.shop.now.move(minutes=5)
    several_in_a_row(text, phone, maya)


def after_a_goodbye_and_a_return(text: Callable[[str], Any], phone: Phone, maya: Person) -> None:
    after_an_answer(text, phone, maya)
    maya.resolves(phone)
    phone.shop.now.move(hours=1)
    text("one more thing")
    maya.resolves(phone)
    phone.shop.now.move(hours=9)
    text("good morning")
    text("are you there?")


def with_keywords(text: Callable[[str], Any], phone: Phone, maya: Person) -> None:
    for body in ("hi", "HELP", "STOP", "why do you not answer?", "START", "thank you"):
        text(body)
        phone.shop.now.move(seconds=5)


def to_somebody_who_left(text: Callable[[str], Any], phone: Phone, maya: Person) -> None:
    text("hi")
    maya.takes(phone)
    maya.replies_to(phone, "Hello!", minutes=1)
    maya.becomes(Availability.AWAY)
    phone.shop.now.move(minutes=3)
    text("and the lid?")
    text("hello?")


@pytest.mark.parametrize(
    "script", [several_in_a_row, after_an_answer, after_a_goodbye_and_a_return, with_keywords, to_somebody_who_left]
)
def test_the_lane_leaves_the_same_rows_as_the_long_way(shop: Shop, maria: Phone, maya: Person, script: Script) -> None:
    priya = shop.customer("Priya", "+14155550143")
    lane, began = FastLane(shop.database), shop.now()
    script(maria.text, maria, maya)
    expected = rows_of(shop, maria)
    shop.now.at = began
    maya.becomes(Availability.AVAILABLE)

    taken: list[bool] = []
    script(lambda body: taken.append(by_the_lane(lane, priya, body)), priya, maya)

    assert rows_of(shop, priya) == expected
    assert any(taken)


def test_a_second_delivery_is_left_to_the_long_way_and_writes_nothing(shop: Shop, maria: Phone) -> None:
    lane, sid = FastLane(shop.database), "SM" + "a" * 32
    assert lane.receive(a_text(maria.address, "hi", sid), shop.now()) is not None

    again = [lane.receive(a_text(maria.address, "hi", sid), shop.now()) for _ in range(2)]
    from_a_stranger = FastLane(shop.database).receive(a_text("+14155550177", "hi", sid), shop.now())

    assert again == [None, None]
    assert from_a_stranger is None
    assert [message.body for message in maria.messages] == ["hi"]
    assert len(shop.all(select(Customer))) == 1


def test_texts_of_one_new_customer_at_the_same_instant_make_one_conversation(shop: Shop, maria: Phone) -> None:
    lane, gate = FastLane(shop.database), threading.Barrier(8)
    promised: list[Promises | None] = []

    def text(number: int) -> None:
        gate.wait()
        taken = lane.receive(a_text(maria.address, f"text {number}"), shop.now())
        promised.append(taken)
        if taken is None:
            maria.text(f"text {number}")

    threads = [threading.Thread(target=text, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(shop.all(select(Conversation))) == 1
    assert len(shop.all(select(Customer))) == 1
    assert [message.seq for message in maria.messages] == list(range(1, 9))
    assert sorted(message.body for message in maria.messages) == [f"text {number}" for number in range(8)]
    assert len(promised) == 8


def test_more_texts_at_once_than_one_commit_takes_are_all_taken_and_told(shop: Shop) -> None:
    lane, gate = FastLane(shop.database), threading.Barrier(100)
    promised: list[Promises | None] = []

    def text(number: int) -> None:
        gate.wait()
        promised.append(lane.receive(a_text(f"+1415555{number:04d}", "hi"), shop.now()))

    threads = [threading.Thread(target=text, args=(number,)) for number in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert None not in promised
    told = {news.id for promises in promised if promises for news in promises.news}
    assert told == {conversation.id for conversation in shop.conversations()}
    assert len(told) == 100


def test_what_the_lane_took_asks_for_an_agent_and_tells_the_team(shop: Shop, maria: Phone, maya: Person) -> None:
    lane = FastLane(shop.database)

    first = lane.receive(a_text(maria.address, "hi"), shop.now())
    shop.routes()
    second = lane.receive(a_text(maria.address, "hello?"), shop.now())

    assert first is not None
    assert second is not None
    assert list(first.jobs) == ["routing.drain"]
    assert list(second.jobs) == []
    assert [(news.kind, news.team_id) for news in second.news] == [("conversation", shop.team_id)]


def rows_of(shop: Shop, phone: Phone) -> dict[str, list[dict[str, Any]]]:
    """What is stored about one customer, without what differs between any two: ids and addresses."""
    conversation = phone.conversation
    of_it = {model: model.conversation_id == conversation.id for model in (Message, Clock, Event)}
    clocks = select(Clock.id).where(Clock.conversation_id == conversation.id)
    wanted = of_it | {
        Conversation: Conversation.id == conversation.id,
        ClockEvent: ClockEvent.clock_id.in_(clocks),
        Customer: Customer.id == conversation.customer_id,
    }
    return {model.__tablename__: stored(shop, model, where) for model, where in wanted.items()}


def stored(shop: Shop, model: Any, where: Any) -> list[dict[str, Any]]:
    rows = select(model.__table__).where(where).order_by(model.id)
    return shop.read(lambda session: [plain(dict(row)) for row in session.execute(rows).mappings()])


def plain(row: dict[str, Any]) -> dict[str, Any]:
    shown = {name: value for name, value in row.items() if name not in LEFT_OUT}
    return {name: value is not None if name.endswith("id") else in_seconds(value) for name, value in shown.items()}


def in_seconds(value: Any) -> Any:
    """A detail may say the target as 600 or 600.0: that is the same."""
    if not isinstance(value, dict):
        return value
    return {
        name: float(one) if name == "target_seconds" else name.endswith("_id") or one for name, one in value.items()
    }
