"""What a person may see: their teams, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.adapters.promises import News
from smsdesk.desk import see
from smsdesk.desk.see import NotThere
from smsdesk.models import Agent, Media, Membership
from smsdesk.rules.roles import Role
from tests.cast import NINE, Customer, Person, Shop

SALES_NUMBER = "+14155550101"


@pytest.fixture
def otto(shop: Shop, maria: Customer, priya: Customer, maya: Person) -> Person:
    """Of another team, which has a text too; every conversation has a picture and an alert."""
    sales = shop.team("Sales")
    shop.number(SALES_NUMBER, sales)
    maria.text("Is it ready?")
    priya.text("Can I order ten?", to=SALES_NUMBER)
    for phone in (maria, priya):
        message_id = phone.messages[0].id
        shop.do(lambda session, id=message_id: session.add(Media(message_id=id, position=0, carrier_media_sid="", content_type="image/png", not_before=NINE, created_at=NINE)))  # type: ignore[misc]  # fmt: skip
    otto = shop.person("Otto", teams=[sales])
    shop.now.move(minutes=5)
    shop.looks_at_the_clock()
    return otto


def all_that(shop: Shop, person: Person) -> dict[str, set[Any]]:
    """Everything that a person sees, by each function of see."""

    def look(session: Session) -> dict[str, set[Any]]:
        me = session.get_one(Agent, person.id)
        return {
            "conversations": {one.id for one in session.scalars(see.conversations(me))},
            "teams": {one.name for one in see.teams(session, me)},
            "numbers": {one.address for one in see.numbers(session, me)},
            "alerts": {one.conversation_id for one in session.scalars(see.alerts(me))},
        }

    return shop.read(look)


def one_by_one(shop: Shop, person: Person, phone: Customer) -> dict[str, bool]:
    """Which things of one customer's conversation a person gets when asking for them by id."""
    conversation, message = phone.conversation, phone.messages[0]
    media = next(one for one in shop.all(select(Media)) if one.message_id == message.id)
    asked: dict[str, Callable[[Session, Agent], Any]] = {
        "conversation": lambda session, me: see.conversation(session, me, conversation.id),
        "message": lambda session, me: see.message(session, me, message.id),
        "media": lambda session, me: see.media(session, me, media.id),
    }

    def there(ask: Callable[[Session, Agent], Any]) -> bool:
        try:
            shop.read(lambda session: ask(session, session.get_one(Agent, person.id)))
        except NotThere:
            return False
        return True

    return {name: there(ask) for name, ask in asked.items()}


def test_an_agent_sees_their_own_team_and_nothing_else(
    shop: Shop, maria: Customer, priya: Customer, maya: Person, otto: Person
) -> None:
    assert all_that(shop, otto) == {
        "conversations": {priya.conversation.id},
        "teams": {"Sales"},
        "numbers": {SALES_NUMBER},
        "alerts": {priya.conversation.id},
    }
    assert all_that(shop, maya)["conversations"] == all_that(shop, maya)["alerts"] == {maria.conversation.id}
    assert set(one_by_one(shop, otto, priya).values()) == {True}
    assert set(one_by_one(shop, otto, maria).values()) == {False}


@pytest.mark.parametrize("role", [Role.MANAGER, Role.ADMIN])
def test_managers_see_all_teams(shop: Shop, maria: Customer, priya: Customer, otto: Person, role: Role) -> None:
    boss = shop.person("Sam", role, teams=[])

    assert all_that(shop, boss)["conversations"] == {maria.conversation.id, priya.conversation.id}
    assert all_that(shop, boss)["teams"] == {"Support", "Sales"}
    assert all_that(shop, boss)["alerts"] == {maria.conversation.id, priya.conversation.id}
    assert set(one_by_one(shop, boss, maria).values()) == {True}


@pytest.mark.parametrize("role", [Role.AGENT, Role.LEAD])
def test_somebody_without_a_team_sees_nothing(shop: Shop, maria: Customer, otto: Person, role: Role) -> None:
    nobody = shop.person("New", role, teams=[])

    assert all_that(shop, nobody) == {"conversations": set(), "teams": set(), "numbers": set(), "alerts": set()}
    assert set(one_by_one(shop, nobody, maria).values()) == {False}


def test_what_is_not_theirs_looks_like_what_is_not_there(shop: Shop, maria: Customer, otto: Person) -> None:
    with pytest.raises(NotThere) as not_theirs:
        shop.read(lambda session: see.conversation(session, session.get_one(Agent, otto.id), maria.conversation.id))
    with pytest.raises(NotThere) as not_there:
        shop.read(lambda session: see.conversation(session, session.get_one(Agent, otto.id), uuid4()))

    assert str(not_theirs.value) == str(not_there.value)


def test_who_leaves_a_team_sees_neither_its_texts_nor_their_own_old_alerts(
    shop: Shop, maria: Customer, maya: Person, otto: Person
) -> None:
    shop.do(lambda session: session.delete(session.get_one(Membership, (maya.id, shop.team_id))))

    assert all_that(shop, maya)["conversations"] == all_that(shop, maya)["alerts"] == set()


def test_news_that_names_nobody_is_for_those_who_see_all_teams(
    shop: Shop, maya: Person, otto: Person, lee: Person, sam: Person
) -> None:
    def hearers(news: News) -> set[str]:
        return {person.name for person in (maya, otto, lee, sam) if see.may_hear(person.row, news)}

    assert hearers(News("quarantine", None)) == {"Sam"}
    assert hearers(News("conversation", None, team_id=uuid4())) == {"Sam"}
    assert hearers(News("conversation", None)) == {"Sam"}  # somebody forgot the team: fewer hear it, not more
    assert hearers(News("refresh", None)) == {"Maya", "Otto", "Lee", "Sam"}


def test_news_of_a_team_is_for_its_people_and_news_of_a_person_for_them_alone(
    shop: Shop, maya: Person, otto: Person, sam: Person
) -> None:
    of_the_team, of_maya = News("conversation", None, team_id=shop.team_id), News("alert", None, agent_id=maya.id)

    assert [see.may_hear(person.row, of_the_team) for person in (maya, otto, sam)] == [True, False, True]
    assert [see.may_hear(person.row, of_maya) for person in (maya, otto, sam)] == [True, False, False]
