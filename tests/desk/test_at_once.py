"""What happens in the same instant: real threads, real transactions, and books that are in order afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from smsdesk.adapters.carrier import InboundText
from smsdesk.desk import remind, resolve, route, settle
from smsdesk.desk.receive import Receipt, receive
from smsdesk.models import (
    Agent,
    Alert,
    AlertRecipient,
    Clock,
    Conversation,
    ConversationState,
    Episode,
    Message,
)
from smsdesk.rules.delivery_status import State
from smsdesk.rules.reply_clock import ClockKind, ClockState, Step
from tests.cast import ACCOUNT, OUR_NUMBER, Customer, Person, Shop, at_once, new_sid, while_another_writes


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


def test_a_text_that_waits_for_an_answer_to_be_recorded_is_the_next_one(
    shop: Shop, maria: Customer, maya: Person
) -> None:
    maria.text("Is it ready?")
    answer = maya.replies_to(maria, "Yes")

    def accept(session: Session) -> None:
        settle.move(session, settle.opened(session, answer.id, answer.conversation_id), State.ACCEPTED, shop.now(), sid=new_sid(), account=ACCOUNT)  # fmt: skip

    result = while_another_writes(shop, accept, lambda: maria.text("Until when?"))

    assert isinstance(result, Receipt), result
    assert (maria.clock.state, maria.clock.kind) == (ClockState.RUNNING, ClockKind.NEXT_REPLY)


def test_a_text_that_waits_for_its_conversation_to_be_resolved_reopens_it(
    shop: Shop, maria: Customer, maya: Person
) -> None:
    maria.text("Is it ready?")
    conversation_id = maria.conversation.id

    result = while_another_writes(
        shop,
        lambda session: resolve.resolve(session, session.get_one(Conversation, conversation_id), session.get_one(Agent, maya.id), shop.now()),
        lambda: maria.text("Hello?"),
    )  # fmt: skip

    assert isinstance(result, Receipt), result
    (episode,) = shop.all(select(Episode))
    assert (episode.resolved_at, episode.times_reopened) == (None, 1)
    assert maria.conversation.state is ConversationState.WAITING_FOR_US


def test_a_text_that_waits_for_a_start_finds_the_stop_lifted(shop: Shop, maria: Customer) -> None:
    maria.text("STOP")
    start = InboundText(ACCOUNT, new_sid(), OUR_NUMBER, maria.address, "START", (), 1, None, b"")

    result = while_another_writes(
        shop, lambda session: receive(session, start, shop.now()), lambda: maria.text("Yes", hint="START")
    )

    assert isinstance(result, Receipt), result
    assert result.keyword is None
    assert maria.clock.state is ClockState.RUNNING


def test_a_drain_that_waits_for_another_counts_what_that_one_gave(shop: Shop) -> None:
    maya = shop.person("Maya", capacity=3)
    for customer in crowd(shop, 6):
        customer.text("Hello")

    result = while_another_writes(shop, lambda session: route.drain(session, shop.now(), limit=2), shop.routes)

    assert result == 1
    assert [conversation.assignee_id for conversation in shop.conversations()].count(maya.id) == 3


def test_an_answer_that_waits_for_a_breach_to_be_raised_raises_no_second_one(
    shop: Shop, maria: Customer, maya: Person
) -> None:
    maria.text("Is it ready?")
    answer = maya.replies_to(maria, "Yes")
    shop.now.move(minutes=11)

    result = while_another_writes(
        shop, lambda session: remind.claim_due(session, shop.now()), lambda: shop.accepts(answer)
    )

    assert isinstance(result, Message), result
    assert [alert.step for alert in shop.alerts()] == [Step.WARN_50, Step.WARN_80, Step.BREACH]
    assert maria.clock.state is ClockState.FULFILLED
