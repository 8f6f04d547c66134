"""The doctor finds a text that stands in another's conversation, and one that the log does not tell of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import Select, delete, update

from smsdesk.desk import examine_texts
from smsdesk.desk.examine import invariants
from smsdesk.models import Event, Message
from smsdesk.models.message import Purpose
from tests.cast import Customer, Person, Shop

Question = Callable[[datetime], Select[int]]


def broken(shop: Shop, question: Question) -> int:
    return shop.read(lambda session: session.scalar(question(shop.now())) or 0)


QUESTIONS = (examine_texts.in_anothers_thread, examine_texts.arrived_unlogged, examine_texts.moved_unlogged)


def test_of_a_conversation_that_went_well_nothing_is_found(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.texts_twice("Is it ready?")
    maya.replies_to(maria, "At five", minutes=1)
    shop.fails(maria.messages[1])

    assert [broken(shop, question) for question in QUESTIONS] == [0, 0, 0]


@pytest.mark.parametrize("seq", [1, 2])
def test_a_text_of_another_phone_is_found(shop: Shop, maria: Customer, maya: Person, seq: int) -> None:
    maria.text("Is it ready?")
    maya.replies_to(maria, "At five", minutes=1)

    column = Message.sender if seq == 1 else Message.recipient
    shop.do(lambda session: session.execute(update(Message).where(Message.seq == seq).values({column: "+14155550999"})))

    assert [broken(shop, question) for question in QUESTIONS] == [1, 0, 0]


@pytest.mark.parametrize(("kind", "found"), [("text.received", [0, 1, 0]), ("message.accepted", [0, 0, 1])])
def test_a_text_that_the_log_is_silent_about_is_found(
    shop: Shop, maria: Customer, maya: Person, kind: str, found: list[int]
) -> None:
    maria.text("Is it ready?")
    maya.replies_to(maria, "At five", minutes=1)

    shop.do(lambda session: session.execute(delete(Event).where(Event.kind == kind)))

    assert [broken(shop, question) for question in QUESTIONS] == found


def test_an_arrival_that_the_log_tells_of_twice_is_found(shop: Shop, maria: Customer, priya: Customer) -> None:
    maria.text("Is it ready?")
    priya.text("And mine?")
    first = maria.messages[0]

    told = update(Event).where(Event.kind == "text.received", Event.subject_id != first.id)
    shop.do(lambda session: session.execute(told.values(subject_id=first.id, conversation_id=first.conversation_id)))

    assert broken(shop, examine_texts.arrived_unlogged) == 2


def test_what_left_after_a_stop_is_found_and_the_one_text_that_says_so_is_not(
    shop: Shop, maria: Customer, maya: Person
) -> None:
    maria.text("Is it ready?")
    answer = maya.replies_to(maria, "At five")
    maria.text("STOP")
    shop.accepts(answer, minutes=3)

    def is_found() -> bool:
        findings = shop.read(lambda session: list(invariants(session, shop.now())))
        return not next(finding.ok for finding in findings if finding.name == "nothing was sent after a STOP")

    assert is_found()
    shop.do(lambda session: session.execute(update(Message).where(Message.id == answer.id).values(purpose=Purpose.CONFIRMATION)))  # fmt: skip
    assert not is_found()
