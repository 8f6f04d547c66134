"""What waited while something was away is done in the order in which it came (trust.md 6.2, I13): nobody who wrote first is served last."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from smsdesk.adapters import clock
from smsdesk.adapters.carrier import InboundText
from smsdesk.models import Agent, Conversation, Message
from tests.faults.indoors import Indoors, indoors
from tests.workers.shop import NUMBER

PHONES = [f"+1415555{place:04}" for place in (7, 3, 9, 1, 5, 8, 2)]  # not in the order of their names


@pytest.fixture
def it(environ: dict[str, str]) -> Iterator[Indoors]:
    with ExitStack() as stack:
        yield stack.enter_context(indoors(environ, environ["DATABASE_URL"]))


def test_what_waited_is_done_oldest_first(it: Indoors) -> None:
    """Texts that were spooled, customers whom nobody was given, answers that nobody sent."""
    for place, phone in enumerate(PHONES):
        it.hands.at += timedelta(seconds=7)
        it.wiring.spool.keep_text(text_of(it, phone, f"SM{(9 - place) * 7 % 10:032x}"), clock.now())
    it.hands.at += timedelta(minutes=2)
    it.reads_the_spool()
    stored = [message.sender for message in it.shop.messages()]

    with it.shop.session() as session:
        session.execute(update(Agent).values(capacity=2))
    it.places()
    conversations = {phone_of(it, one.id): one for one in it.shop.all(select(Conversation))}
    given = {phone for phone, one in conversations.items() if one.assignee_id}
    for phone in PHONES:
        it.hands.at += timedelta(seconds=7)
        it.shop.answers(f"for {phone}", conversations[phone].id, who="Maya")
    it.hands.at += timedelta(minutes=2)
    it.sends()

    assert stored == PHONES
    assert given == set(PHONES[:4])
    assert sent(it) == PHONES


def test_once_the_carrier_takes_texts_again_whoever_was_put_off_longest_goes_first(
    it: Indoors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The longer it is away, the later each is tried again; whoever was approved last would be the first to be tried."""
    monkeypatch.setattr(random, "random", lambda: 0.5)  # the tries of all of them are spread alike
    for place, phone in enumerate(PHONES):
        it.post(it.customer_texts(phone, f"number {place}", NUMBER))
    conversations = {phone_of(it, one.id): one.id for one in it.shop.all(select(Conversation))}
    for phone in PHONES:
        it.witness.carrier.modes.always(phone, "307")  # something in between answers, and not the carrier
    for phone in PHONES[:-1]:
        it.shop.answers(f"for {phone}", conversations[phone], who="Maya")
        it.hands.at += timedelta(seconds=1)
        it.sends()
    for _ in range(20):
        it.hands.at += timedelta(seconds=1)
        it.sends()
    it.shop.answers(f"for {PHONES[-1]}", conversations[PHONES[-1]], who="Maya")
    it.sends()
    assert not sent(it)

    it.witness.carrier.modes.clear()
    it.hands.at += timedelta(seconds=1.5)
    it.sends()

    assert sent(it) == [PHONES[-1], *PHONES[:-1]]


def sent(it: Indoors) -> list[str]:
    return [text.to for text in it.witness.carrier.ledger.texts("direction = 'outbound-api'")]


def text_of(it: Indoors, phone: str, sid: str) -> InboundText:
    return InboundText(it.account, sid, NUMBER, phone, "When can I come?", (), 1, None, b"raw")


def phone_of(it: Indoors, conversation_id: object) -> str:
    return it.shop.all(select(Message.sender).where(Message.conversation_id == conversation_id, Message.direction == "in"))[0]  # fmt: skip
