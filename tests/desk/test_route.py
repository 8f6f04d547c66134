"""Routing: to whoever helped last, else to the fairest who is free, else the waiting room."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from smsdesk.models import Agent, Availability, Customer, Event
from tests.cast import Customer as Phone
from tests.cast import Person, Shop


def holder(shop: Shop, phone: Phone) -> str | None:
    assignee_id = phone.conversation.assignee_id
    return shop.read(lambda session: session.get_one(Agent, assignee_id).name) if assignee_id else None


def idle_since(shop: Shop, person: Person, minutes_ago: float) -> None:
    since = shop.now() - timedelta(minutes=minutes_ago)
    shop.do(lambda session: setattr(session.get_one(Agent, person.id), "availability_since", since))


def test_a_text_goes_to_whoever_helped_this_customer_last(
    shop: Shop, maria: Phone, priya: Phone, maya: Person, ana: Person
) -> None:
    maria.text("Is it ready?")
    ana.replies_to(maria, "Yes", minutes=1)
    ana.resolves(maria)
    shop.do(lambda session: setattr(session.scalars(select(Customer)).one(), "name", "Maria"))
    priya.text("Hello")
    ana.takes(priya)  # she has more to do than Maya now
    shop.now.move(hours=1)

    maria.text("Until when?")
    shop.routes()

    assert holder(shop, maria) == "Ana"
    assert maria.conversation.placement_reason == "Ana helped Maria last time"


def test_else_to_the_one_with_the_longest_pause(shop: Shop, maria: Phone, maya: Person, ana: Person) -> None:
    idle_since(shop, maya, 5)
    idle_since(shop, ana, 9)
    maria.text("Hello")

    shop.routes()

    assert holder(shop, maria) == "Ana"
    assert maria.conversation.placement_reason == "Ana is free and has had the longest pause"


def test_work_is_spread_by_load_and_then_by_turn(shop: Shop, maya: Person, ana: Person) -> None:
    phones = [shop.customer(str(n), f"+1415557{n:04}") for n in range(4)]
    for phone in phones:
        phone.text("Hello")
        shop.now.move(seconds=1)

    assert shop.routes() == 4
    assert sorted(str(holder(shop, phone)) for phone in phones) == ["Ana", "Ana", "Maya", "Maya"]


def test_a_placement_is_an_event_with_its_reason_and_news_for_the_agent(shop: Shop, maria: Phone, maya: Person) -> None:
    maria.text("Hello")
    shop.jobs()

    shop.routes()

    (event,) = shop.all(select(Event).where(Event.kind == "conversation.routed"))
    assert event.detail == {"reason": "Maya is the only one with room: 0 of 6"}
    assert (event.subject_id, event.conversation_id) == (maya.id, maria.conversation.id)
    assert [(news.id, news.agent_id) for news in shop.news() if news.kind == "given"] == [
        (event.conversation_id, maya.id)
    ]
    assert maya.row.last_given_at == shop.now()


def test_nobody_who_is_full_busy_or_away_gets_anything_new(shop: Shop, maria: Phone, priya: Phone, tom: Phone) -> None:
    maya = shop.person("Maya", capacity=1)
    shop.person("Ana", availability=Availability.BUSY)
    shop.person("Noor", availability=Availability.AWAY)
    shop.person("Omar", capacity=0)
    for phone in (maria, priya, tom):
        phone.text("Hello")

    assert shop.routes() == 1
    assert shop.routes() == 0
    assert [holder(shop, phone) for phone in (maria, priya, tom)] == [maya.name, None, None]


def test_the_waiting_room_is_drained_in_order_of_deadline(shop: Shop, maria: Phone, priya: Phone, tom: Phone) -> None:
    for phone in (maria, priya, tom):
        phone.text("Hello")
        shop.now.move(seconds=10)
    priya.text("Hello??")  # pressing does not help
    maya = shop.person("Maya", capacity=2)

    shop.routes()

    assert [holder(shop, phone) for phone in (maria, priya, tom)] == ["Maya", "Maya", None]
    maya.replies_to(maria, "Hello", seconds=1)
    shop.routes()
    assert holder(shop, tom) == "Maya"


def test_somebody_of_another_team_gets_nothing(shop: Shop, maria: Phone) -> None:
    shop.person("Otto", teams=[shop.team("Sales")])
    maria.text("Hello")

    assert shop.routes() == 0


def test_a_team_without_room_holds_up_no_other_team(shop: Shop, maria: Phone, priya: Phone) -> None:
    sales = shop.team("Sales")
    shop.number("+14155550101", sales)
    shop.person("Otto", teams=[sales])
    maria.text("Hello")
    shop.now.move(seconds=1)
    priya.text("Hello", to="+14155550101")

    assert shop.routes() == 1
    assert (holder(shop, maria), holder(shop, priya)) == (None, "Otto")


def test_capacity_counts_over_all_of_a_persons_teams(shop: Shop, maria: Phone, priya: Phone) -> None:
    sales = shop.team("Sales")
    shop.number("+14155550101", sales)
    shop.person("Maya", teams=[shop.team_id, sales], capacity=1)
    maria.text("Hello")
    priya.text("Hello", to="+14155550101")

    assert shop.routes() == 1


def test_a_customer_who_waits_for_nothing_takes_no_room(shop: Shop, maria: Phone, priya: Phone) -> None:
    maya = shop.person("Maya", capacity=1)
    maria.text("Hello")
    shop.routes()
    maya.replies_to(maria, "Hello", seconds=1)
    priya.text("Hello")

    assert shop.routes() == 1


def test_a_text_that_its_agent_has_in_hand_is_not_routed(shop: Shop, maria: Phone, maya: Person) -> None:
    maria.text("Hello")
    shop.routes()
    maya.replies_to(maria, "Hello", seconds=1)
    shop.jobs()

    maria.text("Is it ready?")

    assert shop.jobs() == []
    assert holder(shop, maria) == "Maya"
