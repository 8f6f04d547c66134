"""A report in one go leaves exactly what follow.hear would leave, or nothing."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from smsdesk.adapters.carrier import StatusReport
from smsdesk.adapters.promises import Promises
from smsdesk.desk import follow
from smsdesk.desk.follow_fast import hear_plainly
from smsdesk.models import DeliveryReport, Event, Message
from smsdesk.rules.delivery_status import State
from tests.cast import ACCOUNT, Customer, Person, Shop

WORDS = [("queued", None), ("sending", None), ("sent", None), ("delivered", None), ("read", None), ("partially_delivered", None),
         ("failed", 30008), ("undelivered", 30003), ("undelivered", 21610), ("failed", None), ("sent", 30008), ("teleported", None)]  # fmt: skip
Said = tuple[str, int | None]


def report_of(text: Message, said: Said, sid: str | None = None) -> StatusReport:
    return StatusReport(ACCOUNT, sid or text.carrier_sid or "", said[0], said[1], b"")


def an_answer(shop: Shop, maya: Person, phone: Customer) -> Message:
    """The carrier has it."""
    phone.text("hi")
    text = maya.replies_to(phone, "Hello!", minutes=1)
    return shop.read(lambda session: session.get_one(Message, text.id))


def is_heard(shop: Shop, text: Message, said: Said, goes_fast: bool) -> bool:
    """As the hook does it; True where one go was enough."""
    report, now = report_of(text, said), shop.now.move(seconds=1)
    promises = hear_plainly(shop.database, report, str(text.id), now) if goes_fast else None
    if promises is None:
        shop.do(lambda session: follow.hear(session, report, str(text.id), now))
    else:
        shop.database.keep(promises)
    return promises is not None


def left_by(shop: Shop, phone: Customer, text: Message) -> dict[str, Any]:
    """Everything that is stored about a text and its conversation; of ids only whether there is one."""
    reports = select(DeliveryReport.__table__).where(DeliveryReport.message_id == text.id).order_by(DeliveryReport.id)
    events = select(Event.__table__).where(Event.conversation_id == text.conversation_id).order_by(Event.id)
    whole = {"text": select(Message.__table__).where(Message.id == text.id), "reports": reports, "events": events}
    with shop.database.reading() as session:
        found = {name: session.execute(query).mappings().all() for name, query in whole.items()}
    conversation = phone.conversation
    return {name: [plain(dict(row)) for row in rows] for name, rows in found.items()} | {
        "conversation": (
            conversation.state,
            conversation.has_failure,
            conversation.waiting_since,
            conversation.queue_at,
        )
    }


def plain(row: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in row.items() if name not in ("carrier_sid", "recipient", "claimed_message_id", "client_token")}  # fmt: skip
    return kept | {name: value is not None for name, value in kept.items() if isinstance(value, UUID)}


def news_of(promised: Sequence[Promises]) -> list[tuple[list[str], int]]:
    return [(list(one.jobs), len(one.news)) for one in promised]


@pytest.mark.parametrize("seed", range(12))
def test_one_go_leaves_what_the_long_way_leaves_whatever_the_carrier_says(
    shop: Shop, maria: Customer, priya: Customer, maya: Person, seed: int
) -> None:
    chance = Random(seed)
    said = [chance.choice(WORDS[:6] if chance.random() < 0.8 else WORDS) for _ in range(12)]
    began = shop.now.at
    left, told, went_fast = [], [], []
    for phone, goes_fast in ((maria, False), (priya, True)):
        shop.now.at = began
        text = an_answer(shop, maya, phone)
        shop.promised.clear()
        went_fast = [is_heard(shop, text, one, goes_fast) for one in said]
        told.append(news_of(shop.promised))
        left.append(left_by(shop, phone, text))
    assert left[0] == left[1]
    assert told[0] == told[1]
    assert any(went_fast)


def test_what_is_not_plainly_a_step_onwards_is_left_alone(shop: Shop, maria: Customer, maya: Person) -> None:
    text = an_answer(shop, maya, maria)
    before = left_by(shop, maria, text)

    for said in [one for one in WORDS if one[1] or one[0] in ("failed", "teleported")]:
        assert hear_plainly(shop.database, report_of(text, said), str(text.id), shop.now()) is None, said
    of_another = report_of(text, ("sent", None), "SM" + "9" * 32)
    assert hear_plainly(shop.database, of_another, str(text.id), shop.now()) is None
    assert left_by(shop, maria, text) == before
    for state in (State.UNDELIVERED, State.READY, State.UNKNOWN):
        stands(shop, text, state)
        assert hear_plainly(shop.database, report_of(text, ("delivered", None)), str(text.id), shop.now()) is None
    assert shop.all(select(DeliveryReport)) == []
    stands(shop, text, State.ACCEPTED)


def stands(shop: Shop, text: Message, state: State) -> None:
    shop.do(lambda session: setattr(session.get_one(Message, text.id), "state", state))


def test_a_text_of_a_customer_is_none_of_ours(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("hi", sid="SM" + "5" * 32)
    [text] = maria.messages

    assert hear_plainly(shop.database, report_of(text, ("delivered", None)), "", shop.now()) is None


def test_reports_of_all_kinds_at_the_same_instant_by_both_ways_are_all_kept(
    shop: Shop, maria: Customer, priya: Customer, maya: Person
) -> None:
    texts = [an_answer(shop, maya, phone) for phone in (maria, priya)]
    gate, went = threading.Barrier(48), []

    def hear(text: Message, said: Said, goes_fast: bool) -> None:
        gate.wait()
        went.append(is_heard(shop, text, said, goes_fast))

    wanted = [(text, said, fast) for text in texts for said in WORDS[:6] for fast in (True, False)] * 2
    threads = [threading.Thread(target=hear, args=one) for one in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(went) == 48
    for text in texts:
        mine = shop.all(select(DeliveryReport).where(DeliveryReport.message_id == text.id))
        assert sorted(report.word for report in mine) == sorted(word for word, _ in WORDS[:6])
    assert {text.state for text in shop.all(select(Message).where(Message.direction == "out"))} == {State.DELIVERED}
    delivered = shop.all(select(Event).where(Event.kind == "message.delivered"))
    assert len(delivered) == len(texts)
