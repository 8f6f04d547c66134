"""A watch that is tried on the past says what it would have done, had it been there."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from smsdesk.desk.count_open import Scope
from smsdesk.desk.try_watch import Trial, try_watch
from smsdesk.models import Availability, Message, Number, WatchEventKind
from smsdesk.rules.watches import DWELL, Figure, WatchRule
from tests.cast import NINE, Customer, Person, Shop
from tests.desk.watching import FIRST_REPLY, OLDEST, UNASSIGNED, events, looks, watch

RULES = [
    OLDEST,
    UNASSIGNED,
    WatchRule(Figure.WAITING, 4, 3),
    FIRST_REPLY,
    WatchRule(Figure.NEXT_REPLY, 300, 240, 50, timedelta(minutes=30)),
    WatchRule(Figure.DELIVERY_FAILURES, 0.2, 0.1, None, timedelta(minutes=30), 2),
    WatchRule(Figure.NOBODY_AVAILABLE, 300, 240),
]


def tried(shop: Shop, rule: WatchRule, scope: Scope = Scope()) -> Trial:
    return shop.read(lambda session: try_watch(session, rule, scope, shop.now()))


def test_it_says_when_it_would_have_fired_how_long_and_how_high(shop: Shop, maria: Customer, maya: Person) -> None:
    shop.now.move(minutes=60)
    maria.text("Is it ready?")
    shop.now.move(minutes=45)
    maya.replies_to(maria, "Yes", seconds=0)
    shop.now.move(hours=3)

    trial = tried(shop, OLDEST)

    (firing,) = trial.firings
    assert firing.since == NINE + timedelta(minutes=80)
    assert firing.until == NINE + timedelta(minutes=105)
    assert firing.peak == 40 * 60  # five minutes are between two looks
    assert trial.since == NINE  # nothing is known from before
    assert trial.lasted == timedelta(minutes=25)


def test_what_would_fire_now_has_no_end_yet(shop: Shop, maria: Customer) -> None:
    maria.text("Is it ready?")
    shop.now.move(minutes=45)

    (firing,) = tried(shop, OLDEST).firings

    assert (firing.since, firing.until, firing.peak) == (NINE + timedelta(minutes=20), None, 45 * 60)
    assert tried(shop, OLDEST, Scope(team_id=shop.team("Sales"))).firings == ()


@pytest.mark.parametrize("seed", range(2))
def test_a_trial_finds_what_the_clock_process_found(shop: Shop, maya: Person, ana: Person, seed: int) -> None:
    """A day with watches that look every two minutes, then the same day tried: each firing of the one is in the other."""
    chance = random.Random(seed)
    customers = [shop.customer(f"C{place}", f"+1415555{place:04}") for place in range(6)]
    watches = {rule: watch(shop, rule, name=str(place)) for place, rule in enumerate(RULES)}

    for _ in range(80):
        looks(shop, minutes=2)
        if chance.random() < 0.5:
            something_happens(chance, chance.choice(customers), chance.choice([maya, ana]))

    for rule, it in watches.items():
        trial = tried(shop, rule)
        fired = [event.at for event in events(shop, it) if event.kind is WatchEventKind.FIRED]
        slack = trial.step + timedelta(minutes=2) + DWELL
        for at in fired:
            assert any(one.since - slack <= at <= (one.until or shop.now()) + slack for one in trial.firings), (
                rule,
                at,
            )
        assert bool(trial.firings) >= bool(fired)
        for one in trial.firings:
            if (one.until or shop.now()) - one.since > slack * 2:
                assert any(one.since - slack <= at <= (one.until or shop.now()) for at in fired), (rule, one)


def something_happens(chance: random.Random, customer: Customer, person: Person) -> None:
    deed = chance.choice(["text", "text", "reply", "reply", "people"])
    if deed == "text":
        customer.text("hello?")
    elif deed == "people":
        person.becomes(chance.choice([*Availability]))
    elif (
        customer.shop.all(select(Message.id).where(Message.sender == customer.address))
        and customer.conversation.waiting_since
    ):
        sent = person.replies_to(customer, "Yes", seconds=0)
        if chance.random() < 0.4:
            customer.shop.fails(sent)
        customer.shop.routes()


def test_no_more_than_thirty_days_are_looked_at(shop: Shop, maria: Customer, maya: Person) -> None:
    shop.do(lambda session: session.execute(update(Number).values(created_at=NINE - timedelta(days=300))))
    maria.text("Is it ready?")
    shop.now.move(days=2)
    maya.replies_to(maria, "Yes", seconds=0)

    shop.now.move(days=30)
    assert tried(shop, OLDEST).firings == ()
    shop.now.move(hours=-1)
    assert len(tried(shop, OLDEST).firings) == 1
