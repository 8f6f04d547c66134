"""Hours are kept for numbers and for people: holidays close, own days go before them, and nothing in use is thrown away."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.desk import keep_hours, see
from smsdesk.desk.keep_hours import BadName, ChangedMeanwhile, NeverOpens, OwnDay, Plan, StillUsed, hours_of, plan_of
from smsdesk.desk.shifts import off_shift, on_shift, set_shift
from smsdesk.models import Agent, Calendar, Event, Number
from smsdesk.rules.opening_hours import Span, due_at
from smsdesk.rules.time_zones import NotAZone
from tests.cast import Person, Shop

NINE_TO_SIX = (Span(540, 1080),)
OFFICE = Plan("Shop hours", (NINE_TO_SIX,) * 5 + ((), ()), "DE", "BY")
CHRISTMAS, EPIPHANY = date(2026, 12, 25), date(2027, 1, 6)
NOON = datetime(2026, 12, 24, 12, 0, tzinfo=UTC)
TEN_MINUTES = timedelta(minutes=10)


def the(session: Session, person: Person) -> Agent:
    return session.get_one(Agent, person.id)


def keeps(shop: Shop, sam: Person, plan: Plan = OFFICE) -> UUID:
    return shop.do(lambda session: keep_hours.add(session, plan, the(session, sam), shop.now()).id)


def told(shop: Shop, calendar_id: UUID) -> Plan:
    return shop.read(lambda session: plan_of(keep_hours.calendar(session, calendar_id)))


def changes(shop: Shop, sam: Person, calendar_id: UUID, plan: Plan, seen: datetime | None = None) -> None:
    def change(session: Session) -> None:
        found = keep_hours.calendar(session, calendar_id)
        keep_hours.change(
            session, found, plan, the(session, sam), shop.now.move(minutes=1), seen=seen or found.updated_at
        )

    shop.do(change)


def happened(shop: Shop) -> list[str]:
    kinds = ("calendar.%", "number.hours", "agent.shift")
    return [
        event.kind
        for kind in kinds
        for event in shop.all(select(Event).where(Event.kind.like(kind)).order_by(Event.id))
    ]


def test_what_was_kept_is_told_back_as_it_was(shop: Shop, sam: Person) -> None:
    late = ((Span(540, 720), Span(1080, 1560)),) + ((),) * 6
    own = (OwnDay(date(2026, 12, 24), "Christmas Eve", (Span(540, 780),)), OwnDay(date(2026, 12, 31), "Stock-taking"))
    plan = Plan("Évening <b>hours</b>", late, "DE", "BY", frozenset({EPIPHANY}), own)

    kept = keeps(shop, sam, plan)

    assert told(shop, kept) == plan
    assert happened(shop) == ["calendar.added"]


def test_holidays_close_except_those_that_are_worked_and_own_days_go_before_them(shop: Shop, sam: Person) -> None:
    own = (OwnDay(CHRISTMAS, "Open all the same", (Span(600, 660),)),)
    kept = keeps(shop, sam, replace(OFFICE, worked_holidays=frozenset({EPIPHANY}), own_days=own))

    hours = shop.read(lambda session: hours_of(session, kept, "Europe/Berlin", NOON))

    assert hours.spans_on(CHRISTMAS) == (Span(600, 660),)
    assert hours.spans_on(EPIPHANY) == NINE_TO_SIX
    assert hours.spans_on(date(2027, 1, 1)) == ()
    assert hours.spans_on(date(2026, 12, 24)) == NINE_TO_SIX  # no holiday, though many think so
    assert hours.spans_on(date(2025, 12, 25)) == hours.spans_on(date(2028, 12, 25)) == ()
    assert due_at(hours, NOON.replace(hour=16, minute=55), TEN_MINUTES) == datetime(2026, 12, 25, 9, 5, tzinfo=UTC)


def test_hours_change_by_name_week_and_holidays(shop: Shop, sam: Person) -> None:
    kept, other = keeps(shop, sam), Plan("Winter", (NINE_TO_SIX,) * 7, None)

    changes(shop, sam, kept, other)

    assert told(shop, kept) == other
    assert happened(shop) == ["calendar.added", "calendar.changed"]


def test_whoever_saves_what_another_changed_meanwhile_is_told(shop: Shop, sam: Person) -> None:
    kept = keeps(shop, sam)
    seen = shop.read(lambda session: keep_hours.calendar(session, kept).updated_at)
    changes(shop, sam, kept, replace(OFFICE, name="Summer"))

    with pytest.raises(ChangedMeanwhile):
        changes(shop, sam, kept, replace(OFFICE, name="Winter"), seen)

    assert told(shop, kept).name == "Summer"


@pytest.mark.parametrize(
    ("plan", "refusal"),
    [
        (replace(OFFICE, name=""), BadName),
        (replace(OFFICE, name="x" * 61), BadName),
        (replace(OFFICE, name="SHOP HOURS"), BadName),
        (Plan("Nights", ((),) * 7), NeverOpens),
    ],
)
def test_hours_that_make_no_sense_are_refused(shop: Shop, sam: Person, plan: Plan, refusal: type[ValueError]) -> None:
    keeps(shop, sam)

    with pytest.raises(refusal):
        keeps(shop, sam, plan)

    assert len(shop.all(select(Calendar))) == 1


def test_a_calendar_may_keep_its_own_name(shop: Shop, sam: Person) -> None:
    kept = keeps(shop, sam)

    changes(shop, sam, kept, replace(OFFICE, name="SHOP hours"))

    assert told(shop, kept).name == "SHOP hours"


def test_a_country_that_is_no_longer_known_closes_nothing(shop: Shop, sam: Person) -> None:
    assert replace(OFFICE, country="XX", region=None).hours("UTC", NOON).days == ()


def gives(shop: Shop, sam: Person, kept: UUID | None, zone: str) -> None:
    def give(session: Session) -> None:
        number, calendar = session.get_one(Number, shop.number_id), session.get(Calendar, kept) if kept else None
        keep_hours.open_by(session, number, calendar, zone, the(session, sam), shop.now())

    shop.do(give)


def of_the_number(shop: Shop) -> Number:
    found: Number = shop.all(select(Number).where(Number.id == shop.number_id))[0]
    return found


def test_a_number_is_open_by_a_calendar_on_its_own_clock(shop: Shop, sam: Person) -> None:
    kept = keeps(shop, sam)

    gives(shop, sam, kept, "new york")

    assert (of_the_number(shop).calendar_id, of_the_number(shop).time_zone) == (kept, "America/New_York")
    gives(shop, sam, None, "UTC")
    assert of_the_number(shop).calendar_id is None
    assert happened(shop)[-2:] == ["number.hours", "number.hours"]


def test_a_zone_that_does_not_exist_changes_nothing(shop: Shop, sam: Person) -> None:
    kept = keeps(shop, sam)

    with pytest.raises(NotAZone):
        gives(shop, sam, kept, "Middle/Earth")

    assert (of_the_number(shop).calendar_id, of_the_number(shop).time_zone) == (None, "UTC")


def shift(shop: Shop, sam: Person, person: Person, kept: UUID | None, zone: str = "UTC") -> None:
    def give(session: Session) -> None:
        calendar = session.get(Calendar, kept) if kept else None
        set_shift(session, the(session, person), calendar, zone, the(session, sam), shop.now())

    shop.do(give)


def test_hours_are_thrown_away_only_when_nothing_goes_by_them(shop: Shop, sam: Person) -> None:
    kept, maya = keeps(shop, sam), shop.person("Maya")
    gives(shop, sam, kept, "UTC")
    shift(shop, sam, maya, kept)

    def throw(session: Session) -> None:
        keep_hours.remove(session, keep_hours.calendar(session, kept), the(session, sam), shop.now())

    with pytest.raises(
        StillUsed, match=r"“Shop hours” is still used: Support line is open by it, and it is the shift of Maya"
    ):
        shop.do(throw)
    gives(shop, sam, None, "UTC")
    shift(shop, sam, maya, None)
    shop.do(throw)

    assert shop.all(select(Calendar)) == []
    with pytest.raises(see.NotThere):
        shop.do(throw)


def test_whoever_has_a_shift_is_off_outside_it_and_whoever_has_none_is_never_off(shop: Shop, sam: Person) -> None:
    maya, lee, noor = (shop.person(name) for name in ("Maya", "Lee", "Noor"))
    kept = keeps(shop, sam)
    shift(shop, sam, maya, kept, "Europe/Berlin")
    shift(shop, sam, lee, kept, "America/New_York")
    everybody = [maya.id, lee.id, noor.id]

    def off(at: str) -> set[UUID]:
        return shop.read(lambda session: off_shift(session, everybody, datetime.fromisoformat(at + "+00:00")))

    assert off("2026-06-08T08:30") == {lee.id}
    assert off("2026-06-08T14:00") == set()
    assert off("2026-06-08T20:00") == {maya.id}
    assert off("2026-12-25T14:30") == {maya.id, lee.id}  # the holiday of the calendar, for both
    assert shop.read(lambda session: on_shift(session, the(session, noor), NOON))
    assert shop.read(lambda session: off_shift(session, [], NOON)) == set()
