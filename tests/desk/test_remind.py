"""Alerts: at half the time, at four fifths and at the end, each once, to those whom it concerns."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from smsdesk.desk import remind
from smsdesk.models import Agent, AlertKind, Availability, Event
from smsdesk.rules.reply_clock import Step
from tests.cast import NINE, Customer, Person, Shop


def test_a_clock_speaks_up_at_half_at_four_fifths_and_at_the_end(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    told = {}

    for second in (0, 299, 300, 301, 479, 480, 481, 599, 600, 601, 3600):
        shop.now.at = NINE + timedelta(seconds=second)
        told[second] = shop.looks_at_the_clock()

    assert {second for second, claimed in told.items() if claimed} == {300, 480, 600}
    assert [alert.step for alert in shop.alerts()] == [Step.WARN_50, Step.WARN_80, Step.BREACH]
    assert [alert.kind for alert in shop.alerts()] == [AlertKind.WARNING, AlertKind.WARNING, AlertKind.BREACH]
    assert maria.clock.breached_at == NINE + timedelta(minutes=10)
    assert shop.read(remind.next_due_at) is None


def test_after_an_outage_each_overdue_alert_comes_once_and_the_gravest_speaks_for_all(
    shop: Shop, maria: Customer, maya: Person
) -> None:
    maria.text("Is it ready?")
    shop.now.move(minutes=47)

    shop.looks_at_the_clock()
    shop.looks_at_the_clock()

    *overtaken, alert = shop.alerts()
    assert (alert.step, alert.due_at) == (Step.BREACH, NINE + timedelta(minutes=10))
    assert alert.told_at is not None
    assert alert.told_at - alert.due_at == timedelta(minutes=37)
    assert shop.told(alert) == {"Maya": "team"}
    assert [(one.step, one.overtaken_by_id, shop.told(one)) for one in overtaken] == [
        (Step.WARN_50, alert.id, {}),
        (Step.WARN_80, alert.id, {}),
    ]


def test_after_a_short_outage_the_breach_still_follows_its_warning(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    shop.now.move(minutes=9)
    shop.looks_at_the_clock()
    shop.now.move(minutes=1)
    shop.looks_at_the_clock()

    assert [(alert.step, alert.overtaken_by_id is None) for alert in shop.alerts()] == [
        (Step.WARN_50, False),
        (Step.WARN_80, True),
        (Step.BREACH, True),
    ]


def test_a_warning_is_for_the_assignee_and_a_breach_for_everybody_concerned(
    shop: Shop, maria: Customer, maya: Person, lee: Person, sam: Person
) -> None:
    shop.person("Otto", teams=[shop.team("Sales")])
    maria.text("Is it ready?")
    shop.routes()
    for length in (5, 3, 2):
        shop.now.move(minutes=length)
        shop.looks_at_the_clock()

    warning, _, breach = shop.alerts()
    assert shop.told(warning) == {"Maya": "assignee"}
    assert shop.told(breach) == {"Maya": "assignee", "Lee": "team", "Sam": "manager"}


def test_a_text_that_nobody_has_alerts_the_team(shop: Shop, maria: Customer, lee: Person, sam: Person) -> None:
    maya = shop.person("Maya", availability=Availability.AWAY)
    maria.text("Is it ready?")
    shop.now.move(minutes=5)
    shop.looks_at_the_clock()

    assert shop.told(shop.alerts()[0]) == {maya.name: "team", "Lee": "team"}


def test_a_warning_that_nobody_would_hear_goes_to_the_managers(shop: Shop, maria: Customer, sam: Person) -> None:
    maria.text("Is it ready?")
    shop.now.move(minutes=5)
    shop.looks_at_the_clock()

    assert shop.told(shop.alerts()[0]) == {"Sam": "manager"}


def test_somebody_who_has_left_hears_nothing(shop: Shop, maria: Customer, maya: Person, lee: Person) -> None:
    maria.text("Is it ready?")
    shop.routes()
    shop.do(lambda session: setattr(session.get_one(Agent, maya.id), "disabled_at", shop.now()))
    shop.now.move(minutes=5)
    shop.looks_at_the_clock()

    assert shop.told(shop.alerts()[0]) == {"Lee": "team"}


def test_alerts_reach_the_pages_of_those_who_were_told(shop: Shop, maria: Customer, maya: Person, lee: Person) -> None:
    maria.text("Is it ready?")
    shop.routes()
    shop.now.move(minutes=5)
    shop.jobs()

    shop.looks_at_the_clock()

    (alert,) = shop.alerts()
    heard = [(news.kind, news.id, news.agent_id) for news in shop.news() if news.kind == "alert"]
    assert heard == [("alert", alert.id, maya.id)]
    assert "reminders.drain" in shop.jobs()


def test_an_answered_text_raises_nothing_more(shop: Shop, maria: Customer, maya: Person) -> None:
    maria.text("Is it ready?")
    maya.replies_to(maria, "Yes", minutes=4)
    shop.now.move(hours=1)

    assert shop.looks_at_the_clock() == 0
    assert shop.alerts() == []


def test_each_alert_is_in_the_record(shop: Shop, maria: Customer) -> None:
    maria.text("Is it ready?")
    for length in (5, 3, 2):
        shop.now.move(minutes=length)
        shop.looks_at_the_clock()

    kinds = shop.all(select(Event.kind).where(Event.kind.startswith("clock.")).order_by(Event.id))
    assert kinds == ["clock.warn", "clock.warn", "clock.breach"]
