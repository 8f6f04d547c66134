"""A conversation's place in the queue: by deadline where we owe an answer, then the newest text first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from smsdesk.models import Address, Clock, Customer, Episode
from smsdesk.models.conversation import place_in_queue
from smsdesk.rules.phone_numbers import SenderKind
from tests.cast import NINE, Person, Shop
from tests.cast import Customer as Phone
from tests.people import *  # noqa: F403

DAY = timedelta(days=1)


def test_who_waits_stands_before_whoever_does_not_and_by_deadline() -> None:
    late, soon, far = (place_in_queue(NINE + wait, NINE) for wait in (-DAY, DAY, 300 * DAY))
    fresh, old = place_in_queue(None, NINE), place_in_queue(None, NINE - DAY)

    assert late < soon < far < fresh < old


def test_one_conversation_has_one_running_clock_and_one_open_episode(shop: Shop, maria: Phone, maya: Person) -> None:
    maria.text("Hello")
    clock, conversation = maria.clock, maria.conversation

    def another_clock() -> None:
        with shop.database.transaction() as session:
            session.add(Clock(conversation_id=conversation.id, episode_id=clock.episode_id, number_id=clock.number_id, team_id=clock.team_id,
                              kind=clock.kind, started_at=NINE, started_seq=2, target=DAY, due_at=NINE + DAY))  # fmt: skip

    def another_episode() -> None:
        with shop.database.transaction() as session:
            session.add(Episode(conversation_id=conversation.id, number_id=clock.number_id, team_id=clock.team_id, opened_at=NINE))  # fmt: skip

    for deed in (another_clock, another_episode):
        with pytest.raises(IntegrityError):
            deed()


def test_one_address_belongs_to_one_customer(shop: Shop, maria: Phone) -> None:
    maria.text("Hello")

    def take_it() -> None:
        with shop.database.transaction() as session:
            customer = Customer(created_at=NINE)
            session.add(customer)
            session.flush()
            session.add(Address(value=maria.address, kind=SenderKind.PHONE, customer_id=customer.id, created_at=NINE))

    with pytest.raises(IntegrityError):
        take_it()


def test_a_customer_is_called_by_their_name_else_by_their_number(shop: Shop, maria: Phone) -> None:
    maria.text("Hello")
    customer_id = maria.conversation.customer_id

    def called() -> str:
        return shop.read(lambda session: session.get_one(Customer, customer_id).called)

    assert called() == "+1 415 555 0142"
    shop.do(lambda session: setattr(session.get_one(Customer, customer_id), "name", "Maria"))
    assert called() == "Maria"
