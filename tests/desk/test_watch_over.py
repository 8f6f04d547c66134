"""Watches: a figure that goes over its limit is told once, and is over when it is over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from smsdesk.adapters.database import Database
from smsdesk.desk import tell, tend_watch, watch_over
from smsdesk.desk.see import NotThere
from smsdesk.desk.tend_watch import WatchPlan
from smsdesk.models import Agent, Alert, AlertKind, Event, Watch, WatchEvent, WatchState
from smsdesk.rules.watch_typing import NotAWatch
from smsdesk.rules.watches import Figure, WatchRule
from tests.cast import Customer, Person, Shop, at_once
from tests.desk.watching import FIRST_REPLY, OLDEST, UNASSIGNED, does, events, goes_by, kinds, looks, row, watch


def watch_alerts(shop: Shop) -> list[Alert]:
    return [alert for alert in shop.alerts() if alert.kind is AlertKind.WATCH]


def test_it_fires_once_and_is_over_when_the_customer_is_helped(
    shop: Shop, maria: Customer, maya: Person, sam: Person
) -> None:
    it = watch(shop, OLDEST, sam)
    maria.text("Is it ready?")

    turned = goes_by(shop, 25)

    (alert,) = watch_alerts(shop)
    assert turned == 1
    assert alert.watch_id == it
    assert alert.conversation_id is None
    assert alert.words is not None
    assert alert.words["text"] == "A customer has waited 20 minutes."
    assert alert.due_at - maria.clock.started_at == timedelta(minutes=20)
    assert row(shop, it).state is WatchState.FIRING
    assert "reminders.drain" in shop.jobs()

    maya.replies_to(maria, "Yes", seconds=1)
    assert goes_by(shop, 5) == 1

    assert row(shop, it).state is WatchState.QUIET
    assert kinds(shop, it) == ["fired", "cleared"]
    assert events(shop, it)[1].detail["words"].startswith("Over after 5 minutes")
    assert len(watch_alerts(shop)) == 1
    assert shop.all(select(Event.kind).where(Event.kind.startswith("watch.")).order_by(Event.id)) == [
        "watch.created", "watch.fired", "watch.cleared"]  # fmt: skip


def test_a_figure_that_swings_between_limit_and_clearing_is_told_once(shop: Shop, maya: Person) -> None:
    it = watch(shop, WatchRule(Figure.WAITING, 5, 3))
    customers = [shop.customer(f"C{place}", f"+1415555{place:04}") for place in range(5)]
    for customer in customers:
        customer.text("hello?")
    goes_by(shop, 3)
    for _ in range(4):
        for customer in customers[:2]:
            maya.replies_to(customer, "Yes", seconds=0)
        goes_by(shop, 3)  # three wait: below the limit, and not below where it clears
        for customer in customers[:2]:
            customer.text("and now?")
        goes_by(shop, 3)

    assert kinds(shop, it) == ["fired"]
    assert len(watch_alerts(shop)) == 1


def test_many_clock_processes_at_once_fire_once(shop: Shop, maria: Customer) -> None:
    ids = [watch(shop, rule) for rule in (OLDEST, UNASSIGNED)]
    maria.text("Is it ready?")
    shop.now.move(minutes=30)
    others = [Database(shop.database.url) for _ in range(6)]

    def clock_process(database: Database) -> int:
        with database.reading() as session:
            found = watch_over.look(session, shop.now())
        with database.transaction() as session:
            return watch_over.settle(session, found, shop.now())

    turned = at_once([lambda database=other: clock_process(database) for other in others])  # type: ignore[misc]

    for other in others:
        other.close()
    assert sum(one for one in turned if isinstance(one, int)) == 2, turned
    assert sorted(alert.watch_id for alert in watch_alerts(shop) if alert.watch_id) == sorted(ids)
    assert [kinds(shop, one) for one in ids] == [["fired"], ["fired"]]


def test_a_look_at_a_watch_that_was_changed_meanwhile_counts_for_nothing(
    shop: Shop, maria: Customer, sam: Person
) -> None:
    it = watch(shop)
    maria.text("Is it ready?")
    shop.now.move(minutes=30)
    measured = shop.read(lambda session: watch_over.look(session, shop.now()))

    does(shop, sam, it, "change", WatchPlan(WatchRule(Figure.OLDEST_WAITING, 3600, 3000)))
    turned = shop.do(lambda session: watch_over.settle(session, measured, shop.now()))

    assert turned == 0
    assert looks(shop) == 0
    assert watch_alerts(shop) == []


def test_a_watch_is_looked_at_every_few_seconds_and_not_when_it_is_off(shop: Shop, sam: Person) -> None:
    it = watch(shop)
    looks(shop)
    assert shop.read(lambda session: watch_over.look(session, shop.now())) == []
    shop.now.move(seconds=5)
    assert len(shop.read(lambda session: watch_over.look(session, shop.now()))) == 1

    does(shop, sam, it, "change", WatchPlan(OLDEST, is_on=False))

    assert shop.read(lambda session: watch_over.look(session, shop.now())) == []
    assert kinds(shop, it) == ["changed"]


def test_a_muted_watch_is_written_down_and_tells_nobody(shop: Shop, maria: Customer, maya: Person, sam: Person) -> None:
    it = watch(shop)
    does(shop, sam, it, "mute", shop.now() + timedelta(hours=1))
    maria.text("Is it ready?")

    goes_by(shop, 25, step=60)

    assert kinds(shop, it) == ["muted", "fired"]
    assert events(shop, it)[1].detail["muted"] is True
    assert watch_alerts(shop) == []
    assert row(shop, it).state is WatchState.FIRING


def test_what_still_fires_when_the_mute_ends_is_told_then(shop: Shop, maria: Customer, sam: Person) -> None:
    it = watch(shop)
    does(shop, sam, it, "mute", shop.now() + timedelta(hours=1))
    maria.text("Is it ready?")

    goes_by(shop, 65, step=60)

    assert kinds(shop, it) == ["muted", "fired", "unmuted"]
    assert [alert.due_at for alert in watch_alerts(shop)] == [events(shop, it)[2].at]


def test_unmuting_tells_what_fires_and_only_if_it_was_not_told_before(shop: Shop, maria: Customer, sam: Person) -> None:
    it = watch(shop)
    maria.text("Is it ready?")
    goes_by(shop, 21, step=30)
    does(shop, sam, it, "mute", shop.now() + timedelta(hours=1))
    goes_by(shop, 2)

    does(shop, sam, it, "unmute")
    goes_by(shop, 2)

    assert kinds(shop, it) == ["fired", "muted", "unmuted"]
    assert len(watch_alerts(shop)) == 1
    assert row(shop, it).muted_until is None


def test_an_alert_of_a_watch_goes_to_its_owners(shop: Shop, maria: Customer, lee: Person, sam: Person) -> None:
    watch(shop, OLDEST, lee)
    maria.text("Is it ready?")
    goes_by(shop, 21, step=30)

    shop.do(lambda session: tell.tell_waiting(session, shop.now()))

    (alert,) = watch_alerts(shop)
    assert shop.told(alert) == {"Lee": "owner"}


def test_where_every_owner_has_left_the_managers_hear_of_it(
    shop: Shop, maria: Customer, lee: Person, sam: Person
) -> None:
    watch(shop, OLDEST, lee)
    shop.do(lambda session: setattr(session.get_one(Agent, lee.id), "disabled_at", shop.now()))
    maria.text("Is it ready?")
    goes_by(shop, 21, step=30)

    shop.do(lambda session: tell.tell_waiting(session, shop.now()))

    assert shop.told(watch_alerts(shop)[0]) == {"Sam": "manager"}


def test_another_rule_begins_quiet_and_another_name_changes_nothing(shop: Shop, maria: Customer, sam: Person) -> None:
    it = watch(shop)
    maria.text("Is it ready?")
    goes_by(shop, 21, step=30)

    does(shop, sam, it, "change", WatchPlan(OLDEST, name="The oldest"))
    assert row(shop, it).state is WatchState.FIRING

    does(shop, sam, it, "change", WatchPlan(WatchRule(Figure.OLDEST_WAITING, 3600, 3000)))
    assert row(shop, it).state is WatchState.QUIET
    assert kinds(shop, it) == ["fired", "cleared", "changed"]
    assert looks(shop, seconds=5) == 0


def test_what_was_told_stays_in_the_record_when_a_watch_is_deleted(shop: Shop, maria: Customer, sam: Person) -> None:
    it = watch(shop)
    maria.text("Is it ready?")
    goes_by(shop, 21, step=30)
    shop.do(
        lambda session: setattr(session.scalars(select(Alert).where(Alert.watch_id == it)).one(), "told_at", shop.now())
    )

    does(shop, sam, it, "remove")

    (alert,) = watch_alerts(shop)
    assert alert.watch_id is None
    assert alert.words is not None
    assert alert.words["name"] == "Oldest waiting over 20 min"
    assert shop.all(select(func.count()).select_from(Watch)) == [0]
    assert shop.all(select(func.count()).select_from(WatchEvent)) == [0]
    with pytest.raises(NotThere):
        does(shop, sam, it, "unmute")


def test_two_watches_have_two_names_and_owners_are_people_who_are_here(shop: Shop, lee: Person) -> None:
    watch(shop)
    shop.do(lambda session: setattr(session.get_one(Agent, lee.id), "disabled_at", shop.now()))

    with pytest.raises(NotAWatch) as refused:
        watch(shop, OLDEST, lee, number_id=shop.number_id, team_id=shop.team_id)

    assert set(refused.value.problems) == {"name", "owners", "scope"}
    assert "called “Oldest waiting over 20 min” already" in refused.value.problems["name"]


def test_a_lead_sees_the_watches_of_their_teams_and_a_manager_all(shop: Shop, lee: Person, sam: Person) -> None:
    others = shop.team("Sales")
    theirs = [
        watch(shop, OLDEST, name="number", number_id=shop.number_id),
        watch(shop, OLDEST, name="team", team_id=shop.team_id),
    ]
    hidden = [watch(shop, OLDEST, name="sales", team_id=others), watch(shop, OLDEST, name="all")]

    def seen(by: Person) -> set[object]:
        return {watch.id for watch in shop.all(tend_watch.watches_of(by.row))}

    assert seen(lee) == set(theirs)
    assert seen(sam) == {*theirs, *hidden}
    with pytest.raises(NotThere):
        does(shop, lee, hidden[0], "mute", shop.now())


def test_first_replies_are_told_of_the_wait_that_goes_on(shop: Shop, maya: Person) -> None:
    """Three wait and nobody answers: no reply was slow, since there was none. It fires all the same."""
    it = watch(shop, FIRST_REPLY)
    for place in range(3):
        shop.customer(f"C{place}", f"+1415555{place:04}").text("hello?")

    goes_by(shop, 9)

    assert kinds(shop, it) == ["fired"]
    assert events(shop, it)[0].detail["words"] == (
        "First reply p90 is 8 minutes: the limit is 8 minutes. 3 customers in the last 30 minutes."
    )
