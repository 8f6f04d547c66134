"""What happens in the same instant: real threads, real transactions, and books that are in order afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select

from smsdesk.models import Alert, AlertRecipient, Clock, Conversation, ConversationState
from smsdesk.rules.reply_clock import ClockState, Step
from tests.cast import Customer, Person, Shop, at_once


def crowd(shop: Shop, size: int) -> list[Customer]:
    return [shop.customer(f"Customer {n}", f"+1415557{n:04}") for n in range(size)]


def none_failed(results: list[Any]) -> bool:
    failures = [result for result in results if isinstance(result, Exception)]
    assert failures == []
    return True


def test_a_text_that_arrives_while_an_answer_is_recorded_still_waits(shop: Shop, maya: Person) -> None:
    customers = crowd(shop, 8)
    for customer in customers:
        customer.text("Is it ready?")
    answers = [maya.replies_to(customer, "Yes") for customer in customers]
    shop.now.move(minutes=1)

    deeds: list[Callable[[], Any]] = [lambda answer=answer: shop.accepts(answer) for answer in answers]  # type: ignore[misc]
    deeds += [lambda customer=customer: customer.text("Until when?") for customer in customers]  # type: ignore[misc]

    assert none_failed(at_once(deeds))
    for customer in customers:
        assert customer.conversation.state is ConversationState.WAITING_FOR_US
        assert (customer.clock.state, customer.clock.started_at) == (ClockState.RUNNING, shop.now())


def test_answers_texts_and_reminders_in_one_instant_leave_every_clock_in_order(shop: Shop, maya: Person) -> None:
    customers = crowd(shop, 8)
    for customer in customers:
        customer.text("Is it ready?")
    answers = [maya.replies_to(customer, "Yes") for customer in customers[:6]]
    shop.now.move(minutes=10)

    deeds: list[Callable[[], Any]] = [lambda answer=answer: shop.accepts(answer) for answer in answers]  # type: ignore[misc]
    deeds += [lambda customer=customer: customer.text("Until when?") for customer in customers]  # type: ignore[misc]
    deeds += [lambda: shop.looks_at_the_clock()] * 3
    deeds += [lambda customer=customer: maya.resolves(customer) for customer in customers[4:]]  # type: ignore[misc]

    assert none_failed(at_once(deeds))  # and the shop's books are looked through after the test


def test_a_failure_and_a_text_in_one_instant_leave_one_clock_running(shop: Shop, maya: Person) -> None:
    customers = crowd(shop, 6)
    for customer in customers:
        customer.text("Is it ready?")
    answers = [maya.replies_to(customer, "Yes", seconds=30) for customer in customers]
    shop.now.move(minutes=1)

    deeds: list[Callable[[], Any]] = [lambda answer=answer: shop.fails(answer) for answer in answers]  # type: ignore[misc]
    deeds += [lambda customer=customer: customer.text("Hello?") for customer in customers]  # type: ignore[misc]

    assert none_failed(at_once(deeds))
    running = shop.all(select(Clock.started_seq).where(Clock.state == ClockState.RUNNING))
    assert running == [1] * len(customers)


def test_however_many_look_at_the_clock_each_alert_is_raised_and_told_once(
    shop: Shop, maya: Person, sam: Person
) -> None:
    customers = crowd(shop, 30)
    for customer in customers:
        customer.text("Is it ready?")

    for length in (5, 3, 2):
        shop.now.move(minutes=length)
        assert none_failed(at_once([shop.looks_at_the_clock] * 6))
    assert none_failed(at_once([shop.looks_at_the_clock] * 3))

    steps = shop.read(lambda session: dict(session.execute(select(Alert.step, func.count()).group_by(Alert.step)).all()))  # fmt: skip
    assert steps == {Step.WARN_50: 30, Step.WARN_80: 30, Step.BREACH: 30}
    assert shop.all(select(Alert).where(Alert.told_at.is_(None))) == []
    told = shop.read(lambda session: session.scalar(select(func.count()).select_from(AlertRecipient)))
    assert told == 30 * (1 + 1 + 2)  # Maya each time, and Sam at the breach


def test_drains_at_once_never_give_anybody_more_than_they_have_room_for(shop: Shop) -> None:
    team = [shop.person(name, capacity=3) for name in ("Maya", "Ana", "Noor")]
    for customer in crowd(shop, 14):
        customer.text("Hello")

    placed = at_once([shop.routes] * 4)

    assert none_failed(placed)
    loads = shop.read(lambda session: dict(session.execute(select(Conversation.assignee_id, func.count()).group_by(Conversation.assignee_id)).all()))  # fmt: skip
    assert loads == {person.id: 3 for person in team} | {None: 5}


def test_drains_at_once_give_each_conversation_to_one_person(shop: Shop) -> None:
    people = [shop.person(name, capacity=50) for name in ("Maya", "Ana")]
    for customer in crowd(shop, 20):
        customer.text("Hello")

    placed = at_once([shop.routes] * 4)

    assert none_failed(placed)
    assert sum(count for count in placed if isinstance(count, int)) == 20
    assert {conversation.assignee_id for conversation in shop.conversations()} == {person.id for person in people}
