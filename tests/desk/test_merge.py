"""The same person, known twice. What their clocks do is told in the stories."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from smsdesk.adapters import migrate
from smsdesk.adapters.database import Database
from smsdesk.desk import merge
from smsdesk.models import Agent, Conversation
from smsdesk.models import Customer as CustomerRow
from tests.cast import Customer, Person, Shop, at_once, new_sid

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def are_one(shop: Shop, kept: Customer, gone: Customer, by: Person) -> None:
    ids = [one.conversation.customer_id for one in (kept, gone)]

    def say(session: Session) -> None:
        known, other = (session.get_one(CustomerRow, id) for id in ids)
        merge.merge(session, known, other, session.get_one(Agent, by.id), NOON)

    shop.do(say)


def test_a_name_and_a_kind_are_taken_over_where_there_were_none(shop: Shop, maria: Customer, maya: Person) -> None:
    other = shop.customer("Maria at work", "+14155550166")
    maria.text("Is it ready?")
    other.text("Did you get my text?")
    gone = other.conversation.customer_id
    shop.do(lambda session: call(session.get_one(CustomerRow, gone), "Maria Lopez", "vip"))

    are_one(shop, maria, other, maya)

    (one,) = shop.all(select(CustomerRow).where(CustomerRow.merged_into_id.is_(None)))
    assert (one.name, one.segment, len(one.addresses)) == ("Maria Lopez", "vip", 2)
    with pytest.raises(merge.NotTwo):
        are_one(shop, maria, other, maya)
    other.text("Still there?")
    assert other.conversation.customer_id == one.id
    assert len(shop.all(select(Conversation))) == 2


def test_a_customer_who_was_merged_on_can_be_taken_out_of_the_last_one(
    shop: Shop, maria: Customer, maya: Person
) -> None:
    work, home = shop.customer("At work", "+14155550166"), shop.customer("At home", "+14155550167")
    for one in (maria, work, home):
        one.text("Is it ready?")
    home_id = home.conversation.customer_id
    are_one(shop, work, home, maya)
    are_one(shop, maria, work, maya)
    kept = maria.conversation.customer_id
    assert {one.conversation.customer_id for one in (work, home)} == {kept}

    def apart(session: Session) -> None:
        merge.take_apart(session, session.get_one(CustomerRow, kept), home_id, session.get_one(Agent, maya.id), NOON)

    shop.do(apart)

    assert home.conversation.customer_id == home_id
    assert work.conversation.customer_id == kept
    with pytest.raises(merge.NotTwo):
        shop.do(apart)


@contextmanager
def closing_engine(url: str) -> Iterator[sa.Engine]:
    engine = sa.create_engine(url)
    yield engine
    engine.dispose()


def persists(deed: Callable[[], object]) -> None:
    """As the door and people do it: where the database was too busy, the same is asked again."""
    for _ in range(3):
        with suppress(OperationalError):
            deed()
            return
    raise AssertionError("it was too busy three times")


def call(customer: CustomerRow, name: str, segment: str) -> None:
    customer.name, customer.segment = name, segment


def test_a_first_text_to_another_number_and_a_merge_at_the_same_instant_end_with_one_customer(
    shop: Shop, maria: Customer, maya: Person
) -> None:
    """Whichever comes first: the phone and each of its conversations belong to the same customer."""
    work = shop.customer("At work", "+14155550166")
    maria.text("Is it ready?")
    work.text("And this one?")
    others = [f"+1415555021{place}" for place in range(6)]
    for number in others:
        shop.number(number)

    texts: list[Callable[[], object]] = [
        partial(persists, partial(work.text, "Hello", to=number, sid=new_sid())) for number in others
    ]
    deeds: list[Callable[[], object]] = [partial(persists, partial(are_one, shop, maria, work, maya)), *texts]
    went_wrong = [result for result in at_once(deeds) if isinstance(result, Exception)]

    assert went_wrong == []
    assert len(shop.all(select(Conversation))) == 8
    assert {one.customer_id for one in shop.all(select(Conversation))} == {maria.conversation.customer_id}
    shop.is_sound()


def test_the_version_before_finds_two_customers_and_this_one_finds_them_again(
    shop: Shop, maria: Customer, maya: Person
) -> None:
    other = shop.customer("Maria at work", "+14155550166")
    maria.text("Is it ready?")
    other.text("Did you get my text?")
    kept, gone = maria.conversation.customer_id, other.conversation.customer_id
    are_one(shop, maria, other, maya)
    assert maria.conversation.customer_id == other.conversation.customer_id == kept

    # As `desk upgrade` does it: a table that is made anew is away for a moment, and nothing may point at it then
    with closing_engine(shop.database.url) as engine, engine.connect() as connection:
        config = migrate._config(connection)
        command.downgrade(config, "0002")
        connection.commit()
        rows = connection.execute(sa.text("SELECT count(DISTINCT customer_id), count(*) FROM conversation")).one()
        merged = connection.execute(sa.text("SELECT count(*) FROM customer WHERE merged_into_id IS NOT NULL")).scalar()
        command.upgrade(config, "head")
        connection.commit()

    assert (tuple(rows), merged) == ((2, 2), 0)
    again = Database(shop.database.url)
    with again.reading() as session:
        found = session.scalars(sa.select(Conversation.customer_id).order_by(Conversation.created_at, Conversation.id))
        assert set(found) == {kept, gone}
    again.close()
