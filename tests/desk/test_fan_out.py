"""An alert takes every way that its people switched on, spares those off shift, and leaves nobody untold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.adapters.ids import new_id
from smsdesk.desk.fan_out import NO_PHONE, PlannedAlert, plan
from smsdesk.models import (
    Agent,
    Alert,
    AlertDelivery,
    AlertKind,
    Calendar,
    Channel,
    DeliveryState,
    OutgoingWebhook,
    WebhookStyle,
)
from tests.cast import NINE, Customer, Person, Shop

MONDAYS_ONLY: list[Any] = [[[0, 1440]], [], [], [], [], [], []]
NEVER_MONDAYS: list[Any] = [[], [[0, 1440]], [], [], [], [], []]


def switches_on(person: Person, *channels: str, phone: str | None = None) -> None:
    def switch(session: Session) -> None:
        agent = session.get_one(Agent, person.id)
        agent.alert_channels, agent.phone = list(channels), phone

    person.shop.do(switch)


def works(person: Person, week: list[Any]) -> None:
    def shift(session: Session) -> None:
        now = person.shop.now()
        calendar = Calendar(name=f"{person.name}'s shift", week=week, created_at=now, updated_at=now)
        session.add(calendar)
        session.flush()
        session.get_one(Agent, person.id).calendar_id = calendar.id

    person.shop.do(shift)


def hears(shop: Shop, label: str, kinds: Sequence[AlertKind], team_id: UUID | None = None, is_on: bool = True) -> UUID:
    def add(session: Session) -> UUID:
        webhook = OutgoingWebhook(label=label, url="https://hooks.example.com/a", secret="s", style=WebhookStyle.SIGNED,
                                  team_id=team_id, kinds=[kind.value for kind in kinds], is_on=is_on, created_at=shop.now())  # fmt: skip
        session.add(webhook)
        session.flush()
        return webhook.id

    return shop.do(add)


def ways(shop: Shop, alert: Alert) -> dict[tuple[str, str], str]:
    """Who or which program, by what → how it went."""
    names = {str(agent.id): agent.name for agent in shop.all(select(Agent))}
    names |= {str(webhook.id): webhook.label for webhook in shop.all(select(OutgoingWebhook))}
    rows = shop.all(select(AlertDelivery).where(AlertDelivery.alert_id == alert.id))
    return {(names[row.target], row.channel.value): row.state.value for row in rows}


def broken_promise(shop: Shop, maria: Customer) -> Alert:
    maria.text("Is it ready?")
    shop.routes()
    shop.now.move(minutes=10)
    shop.looks_at_the_clock()
    alert: Alert = shop.alerts()[-1]
    assert alert.kind is AlertKind.BREACH
    return alert


def test_each_way_that_a_person_switched_on_becomes_a_row(
    shop: Shop, maria: Customer, maya: Person, sam: Person
) -> None:
    switches_on(maya, "email", "push")
    switches_on(sam, "phone", phone="+14155550177")

    alert = broken_promise(shop, maria)

    assert ways(shop, alert) == {
        ("Maya", "screen"): "sent",
        ("Maya", "email"): "waiting",
        ("Maya", "push"): "waiting",
        ("Sam", "screen"): "sent",
        ("Sam", "phone"): "waiting",
    }
    assert "alerts.drain" in shop.jobs()


def test_on_the_screen_alone_nobody_has_to_be_woken(shop: Shop, maria: Customer, maya: Person) -> None:
    shop.jobs()
    alert = broken_promise(shop, maria)

    (row,) = shop.all(select(AlertDelivery))
    assert (row.channel, row.state, row.told_at) == (Channel.SCREEN, DeliveryState.SENT, alert.told_at)
    assert "alerts.drain" not in shop.jobs()


def test_a_warning_is_no_text_unless_the_ladder_says_so(shop: Shop, maria: Customer, maya: Person) -> None:
    switches_on(maya, "phone", phone="+14155550177")
    maria.text("Is it ready?")
    shop.routes()
    shop.now.move(minutes=5)
    shop.looks_at_the_clock()

    assert ways(shop, shop.alerts()[0]) == {("Maya", "screen"): "sent"}


@pytest.mark.parametrize(("phone", "fate"), [("+14155550177", "waiting"), (None, "failed")])
def test_the_ladder_may_ask_for_a_text_to_a_phone(
    shop: Shop, maria: Customer, sam: Person, phone: str | None, fate: str
) -> None:
    switches_on(sam, phone=phone)
    alert = broken_promise(shop, maria)
    shop.do(lambda session: session.execute(AlertDelivery.__table__.delete()))  # type: ignore[attr-defined]
    planned = PlannedAlert(
        alert.id, AlertKind.ESCALATION, "rung_1", shop.team_id, {sam.id: "manager"}, frozenset({sam.id})
    )

    shop.do(lambda session: plan(session, [planned], shop.now()))

    assert ways(shop, alert) == {("Sam", "screen"): "sent", ("Sam", "phone"): fate}
    errors = shop.all(select(AlertDelivery.error).where(AlertDelivery.channel == Channel.PHONE))
    assert errors == [None if phone else NO_PHONE]


def test_whose_shift_it_is_not_is_left_in_peace_and_it_is_written_down(
    shop: Shop, maria: Customer, maya: Person, sam: Person
) -> None:
    switches_on(maya, "push")
    switches_on(sam, "push")
    works(sam, NEVER_MONDAYS)
    works(maya, MONDAYS_ONLY)

    alert = broken_promise(shop, maria)

    assert NINE.weekday() == 0
    assert ways(shop, alert) == {
        ("Maya", "screen"): "sent",
        ("Maya", "push"): "waiting",
        ("Sam", "screen"): "sent",
        ("Sam", "push"): "quiet",
    }


def test_where_it_is_nobodys_shift_one_manager_who_works_is_reached(
    shop: Shop, maria: Customer, maya: Person, sam: Person
) -> None:
    from smsdesk.rules.roles import Role

    uma = shop.person("Uma", Role.MANAGER, teams=[])
    for person in (maya, sam, uma):
        switches_on(person, "push")
    works(maya, NEVER_MONDAYS)
    works(sam, NEVER_MONDAYS)
    maria.text("Is it ready?")
    shop.routes()
    shop.now.move(minutes=5)
    shop.looks_at_the_clock()

    (warning,) = shop.alerts()
    assert shop.told(warning) == {"Maya": "assignee", "Sam": "manager", "Uma": "manager"}
    assert ways(shop, warning) == {
        ("Maya", "screen"): "sent",
        ("Maya", "push"): "quiet",
        ("Sam", "screen"): "sent",
        ("Uma", "screen"): "sent",
        ("Uma", "push"): "waiting",
    }


def test_where_no_manager_works_either_one_of_them_is_woken(
    shop: Shop, maria: Customer, maya: Person, sam: Person
) -> None:
    for person in (maya, sam):
        switches_on(person, "push")
        works(person, NEVER_MONDAYS)

    alert = broken_promise(shop, maria)

    assert ways(shop, alert)[("Maya", "push")] == "quiet"
    assert ways(shop, alert)[("Sam", "push")] == "waiting"


def test_a_program_hears_the_kinds_and_teams_that_it_asked_for(shop: Shop, maria: Customer, maya: Person) -> None:
    sales = shop.team("Sales")
    hears(shop, "all", list(AlertKind))
    hears(shop, "ours", [AlertKind.BREACH], shop.team_id)
    hears(shop, "theirs", [AlertKind.BREACH], sales)
    hears(shop, "warnings", [AlertKind.WARNING])
    hears(shop, "off", [AlertKind.BREACH], is_on=False)

    alert = broken_promise(shop, maria)

    programs = {name for name, channel in ways(shop, alert) if channel == "webhook"}
    assert programs == {"all", "ours"}


def test_what_a_watch_over_every_team_says_goes_to_no_teams_own_program(
    shop: Shop, maria: Customer, sam: Person
) -> None:
    hears(shop, "all", list(AlertKind))
    hears(shop, "ours", list(AlertKind), shop.team_id)
    alert_id = new_id()

    def tell(session: Session) -> None:
        now = shop.now() - timedelta(seconds=1)
        session.add(Alert(id=alert_id, kind=AlertKind.WATCH, step="fired", due_at=now, claimed_at=now, told_at=now))
        session.flush()
        plan(session, [PlannedAlert(alert_id, AlertKind.WATCH, "fired", None, {})], now)

    shop.do(tell)

    (row,) = shop.all(select(AlertDelivery))
    assert row.channel is Channel.WEBHOOK
