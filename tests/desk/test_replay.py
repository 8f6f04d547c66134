"""Every clock can be derived anew from its events, and whatever differs is named."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from smsdesk.adapters import ids
from smsdesk.desk.replay import differences
from smsdesk.models import Clock, ClockEvent
from tests.cast import NINE, Customer, Person, Shop

SECOND = 10**9


def test_an_eventful_day_replays_as_it_was_stored(shop: Shop, maya: Person) -> None:
    phones = [shop.customer(str(n), f"+1415557{n:04}") for n in range(7)]
    for phone in phones:
        phone.text("Hello")
        shop.now.move(minutes=1)
        shop.looks_at_the_clock()
    answers = [maya.replies_to(phone, "Hello", seconds=1) for phone in phones[:4]]
    shop.fails(answers[0])
    maya.resolves(phones[5])
    phones[6].text("STOP")

    found = shop.read(lambda session: list(differences(session, batch=2)))

    assert (found, len(shop.clocks())) == ([], 7)


def test_what_happens_to_a_clock_keeps_its_order_though_the_machines_own_was_set_back(
    shop: Shop, maria: Customer, maya: Person
) -> None:
    ahead = 1_900_000_000 * SECOND
    with ids.told_by(lambda: ahead):
        maria.text("Hello")
    for deed in (shop.looks_at_the_clock, lambda: maya.replies_to(maria, "Hello", seconds=1)):
        shop.now.move(minutes=6)
        with ids.told_by(lambda: ahead - 300 * SECOND):  # another process, started since
            deed()

    assert shop.read(lambda session: list(differences(session))) == []
    assert [event.kind.value for event in shop.all(select(ClockEvent).order_by(ClockEvent.id))] == ["activate", "warn", "breach", "fulfil"]  # fmt: skip


def test_a_column_that_was_tampered_with_is_named(shop: Shop, maria: Customer) -> None:
    maria.text("Hello")
    clock_id = maria.clock.id

    def tamper(session: object, due_at: object) -> None:
        session.get_one(Clock, clock_id).due_at = due_at  # type: ignore[attr-defined]

    shop.do(lambda session: tamper(session, NINE + timedelta(hours=1)))
    (difference,) = shop.read(lambda session: list(differences(session)))
    shop.do(lambda session: tamper(session, NINE + timedelta(minutes=10)))

    assert (difference.clock_id, difference.column) == (clock_id, "due_at")
    assert str(difference) == (
        f"clock {clock_id}: due_at is 2026-03-02 10:00:00+00:00, its events say 2026-03-02 09:10:00+00:00"
    )


def test_a_clock_without_its_events_is_named(shop: Shop, maria: Customer) -> None:
    maria.text("Hello")
    (event,) = shop.all(select(ClockEvent))
    shop.do(lambda session: session.execute(delete(ClockEvent)))

    (difference,) = shop.read(lambda session: list(differences(session)))
    shop.do(lambda session: session.add(ClockEvent(clock_id=event.clock_id, kind=event.kind, at=event.at, detail=event.detail)))  # fmt: skip

    assert difference.column == "events"
