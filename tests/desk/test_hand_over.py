"""Who has it: taken, passed on, released, handed back."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from smsdesk.desk import hand_over
from smsdesk.desk.hand_over import CannotTakeIt, NotTheirsToGive, TakenBySomebodyElse
from smsdesk.models import Agent, Availability, Conversation, Event, Team
from smsdesk.rules.reply_clock import Step
from tests.cast import Customer, Person, Shop, at_once


def test_two_take_at_once_one_wins_and_the_other_is_told_who(
    shop: Shop, maria: Customer, maya: Person, ana: Person
) -> None:
    maria.text("Hello")

    results = at_once([lambda: maya.takes(maria), lambda: ana.takes(maria)])

    (refusal,) = [result for result in results if result is not None]
    winner = shop.read(lambda session: session.get_one(Agent, maria.conversation.assignee_id))
    assert isinstance(refusal, TakenBySomebodyElse), refusal
    assert refusal.name == winner.name
    assert str(refusal) == f"{winner.name} has taken it."
    assert shop.all(select(Event.actor_id).where(Event.kind == "conversation.taken")) == [winner.id]


def test_pressing_take_twice_takes_it_once(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Hello")
    maya.takes(maria)
    maya.takes(maria)

    assert len(shop.all(select(Event).where(Event.kind == "conversation.taken"))) == 1


def test_it_can_be_taken_from_whoever_is_seen_to_have_it(
    shop: Shop, maria: Customer, maya: Person, ana: Person, lee: Person
) -> None:
    maria.text("Hello")
    ana.takes(maria)
    maya.takes(maria, seen=ana.id)

    assert (maria.conversation.assignee_id, maria.conversation.placement_reason) == (maya.id, "Maya took it")
    with pytest.raises(TakenBySomebodyElse) as refusal:
        lee.takes(maria, seen=ana.id)
    assert refusal.value.name == "Maya"


def test_passing_on_keeps_the_clock_and_tells_the_colleague(
    shop: Shop, maria: Customer, maya: Person, ana: Person
) -> None:
    maria.text("Hello")
    maya.takes(maria)
    before = maria.clock
    shop.jobs()

    maya.passes(maria, ana, seen=maya.id)

    assert (maria.conversation.assignee_id, maria.conversation.placement_reason) == (ana.id, "Maya passed it on")
    assert (maria.clock.id, maria.clock.due_at) == (before.id, before.due_at)
    assert [news.agent_id for news in shop.news() if news.kind == "given"] == [ana.id]


def test_it_is_not_passed_to_somebody_outside_the_team(shop: Shop, maria: Customer, maya: Person) -> None:
    otto = shop.person("Otto", teams=[shop.team("Sales")])
    maria.text("Hello")
    maya.takes(maria)

    with pytest.raises(CannotTakeIt):
        maya.passes(maria, otto, seen=maya.id)
    assert maria.conversation.assignee_id == maya.id


def test_released_it_goes_back_to_the_waiting_room(shop: Shop, maria: Customer, maya: Person, ana: Person) -> None:
    maria.text("Hello")
    maya.takes(maria)
    maya.releases(maria)

    conversation = maria.conversation
    assert (conversation.assignee_id, conversation.placement_reason) == (None, None)
    assert "routing.drain" in shop.jobs()


def test_who_goes_away_hands_back_what_waits_and_keeps_its_clocks(
    shop: Shop, maria: Customer, priya: Customer, maya: Person
) -> None:
    for phone in (maria, priya):
        phone.text("Hello")
        maya.takes(phone)
    maya.replies_to(priya, "Hello", seconds=1)
    due_at = maria.clock.due_at

    assert maya.becomes(Availability.AWAY) == 1

    assert (maria.conversation.assignee_id, maria.clock.due_at) == (None, due_at)
    assert priya.conversation.assignee_id == maya.id  # nobody waits there; it is taken up when Priya writes again
    ana = shop.person("Ana")
    shop.routes()
    assert maria.conversation.assignee_id == ana.id


def test_who_is_busy_keeps_what_they_have(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Hello")
    maya.takes(maria)

    assert maya.becomes(Availability.BUSY) == 0
    assert maria.conversation.assignee_id == maya.id


def test_whoever_is_available_again_gets_what_waits(shop: Shop, maria: Customer) -> None:
    maya = shop.person("Maya", availability=Availability.AWAY)
    maria.text("Hello")
    shop.jobs()

    maya.becomes(Availability.AVAILABLE)

    assert "routing.drain" in shop.jobs()
    shop.routes()
    assert maria.conversation.assignee_id == maya.id


def test_going_away_while_routing_leaves_nothing_with_somebody_who_is_away(shop: Shop, maya: Person) -> None:
    phones = [shop.customer(str(n), f"+1415557{n:04}") for n in range(6)]
    for phone in phones:
        phone.text("Hello")

    results = at_once([shop.routes, lambda: maya.becomes(Availability.AWAY), shop.routes])

    assert [result for result in results if isinstance(result, Exception)] == []
    assert [phone.conversation.assignee_id for phone in phones] == [None] * 6


def test_another_team_gets_the_conversation_and_its_alerts(shop: Shop, maria: Customer, maya: Person) -> None:
    sales = shop.team("Sales")
    otto = shop.person("Otto", teams=[sales], availability=Availability.AWAY)
    maria.text("Can I order ten?")
    maya.takes(maria)

    shop.do(lambda session: hand_over.pass_to_team(session, session.get_one(Conversation, maria.conversation.id), session.get_one(Team, sales), session.get_one(Agent, maya.id), shop.now()))  # fmt: skip
    shop.now.move(minutes=5)
    shop.looks_at_the_clock()

    assert (maria.conversation.team_id, maria.conversation.assignee_id) == (sales, None)
    (alert,) = shop.alerts()
    assert (alert.step, alert.team_id, shop.told(alert)) == (Step.WARN_50, sales, {otto.name: "team"})


def test_a_conversation_that_moves_while_it_is_taken_stays_with_nobody_of_the_old_team(
    shop: Shop, maria: Customer, maya: Person, ana: Person
) -> None:
    sales = shop.team("Sales")
    maria.text("Can I order ten?")
    conversation_id = maria.conversation.id

    def move() -> None:
        with shop.database.transaction() as session:
            seen = session.get_one(Conversation, conversation_id)  # as a page had it: nobody's
            if not shop.database.is_sqlite:  # there, a writer waits for the whole transaction
                ana.takes(maria)
            hand_over.pass_to_team(session, seen, session.get_one(Team, sales), session.get_one(Agent, maya.id), shop.now())  # fmt: skip

    move()

    assert (maria.conversation.team_id, maria.conversation.assignee_id) == (sales, None)


def test_an_agent_takes_over_from_a_colleague_but_only_a_lead_gives_it_to_a_third(
    shop: Shop, maria: Customer, maya: Person, ana: Person, lee: Person
) -> None:
    maria.text("Hello")
    maya.takes(maria)

    with pytest.raises(NotTheirsToGive):
        ana.passes(maria, lee, seen=maya.id)
    lee.passes(maria, ana, seen=maya.id)
    maya.takes(maria, seen=ana.id)

    assert maria.conversation.assignee_id == maya.id
