"""Staffing knows when numbers are open, who is on shift, and which promise holds."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from smsdesk.desk import keep_hours, shifts
from smsdesk.desk.measure_handling import handled
from smsdesk.models import Agent, Number
from smsdesk.rules.forecast import CLOSED
from smsdesk.rules.opening_hours import Span
from smsdesk.rules.terms import ClockKind
from tests.cast import NINE, OUR_NUMBER, Person, Shop
from tests.desk.test_staff import Diary, diary, minutes, plan
from tests.desk.test_try_policy import keep_policies, policy

__all__ = ["diary"]

MONDAY = NINE + timedelta(weeks=4)
DAY = Span(9 * 60, 17 * 60)
WEEKDAYS = ((DAY,),) * 5 + ((), ())


def opens(shop: Shop, sam: Person, *own_days: keep_hours.OwnDay) -> None:
    """The shop is open on weekdays from nine to five."""

    def open_by(session: Session) -> None:
        manager = session.get_one(Agent, sam.id)
        said = keep_hours.Plan("Shop hours", WEEKDAYS, own_days=own_days)
        calendar = keep_hours.add(session, said, manager, shop.now())
        keep_hours.open_by(session, session.get_one(Number, shop.number_id), calendar, "UTC", manager, shop.now())

    shop.do(open_by)


def weekends(diary: Diary) -> None:
    """One text on each Sunday night, one early on each Monday, and one at ten, from the second week on."""
    for week in (1, 2, 3):
        for before in (timedelta(hours=-11), timedelta(hours=-2), timedelta(hours=1)):
            diary.texts(diary.customer(), NINE + timedelta(weeks=week) + before, OUR_NUMBER)
    diary.shop.now.at = MONDAY


def test_what_comes_while_closed_is_work_for_the_opening(shop: Shop, diary: Diary, sam: Person) -> None:
    opens(shop, sam)
    weekends(diary)

    expected = plan(shop, MONDAY.date()).forecast.expected

    assert (expected[7], expected[9], expected[10]) == (0, 2, 1)


def test_a_day_on_which_we_are_closed_is_planned_for_nobody(shop: Shop, diary: Diary, sam: Person) -> None:
    opens(shop, sam)
    weekends(diary)

    sunday = plan(shop, MONDAY.date() + timedelta(days=6))

    assert sunday.is_closed
    assert sunday.hours == ()
    assert {why for _, why in sunday.forecast.left_out} == {CLOSED}


def test_a_holiday_does_not_make_the_day_after_look_quiet(shop: Shop, diary: Diary, sam: Person) -> None:
    holiday = MONDAY.date() - timedelta(weeks=2)
    opens(shop, sam, keep_hours.OwnDay(holiday, "Spring holiday"))
    weekends(diary)

    monday, tuesday = (plan(shop, day).forecast for day in (MONDAY.date(), MONDAY.date() + timedelta(days=1)))

    assert (holiday, CLOSED) in monday.left_out
    assert holiday not in monday.used
    assert monday.expected[9] == 2
    assert tuesday.expected[9] == 0  # three of the four Tuesdays began with nothing: one odd day changes nothing


def test_nobody_handles_a_text_overnight(shop: Shop, diary: Diary, maya: Person, sam: Person) -> None:
    opens(shop, sam)
    customer = diary.customer()
    diary.texts(customer, NINE + timedelta(hours=7, minutes=56), OUR_NUMBER)
    diary.at(NINE + timedelta(hours=7, minutes=58), lambda: maya.takes(customer))
    diary.answers(customer, maya, NINE + timedelta(days=1, minutes=3), None)
    shop.now.at = MONDAY

    (only,) = shop.read(lambda session: handled(session, shop.now()))

    assert only.took == minutes(5) + timedelta(seconds=2)


def test_where_there_are_shifts_the_hours_are_kept_by_those_who_are_on(
    shop: Shop, diary: Diary, maya: Person, ana: Person, sam: Person
) -> None:
    a_month_of_mondays(diary, maya)
    on_shift(shop, sam, maya, Span(8 * 60, 13 * 60))
    on_shift(shop, sam, ana, Span(10 * 60, 18 * 60))

    said = plan(shop, MONDAY.date())

    assert said.goes_by_shifts
    assert [(hour.starts_at.hour, hour.people) for hour in said.hours] == [(9, 1), (10, 2), (11, 2), (12, 2), (13, 1)]
    assert not plan(shop, MONDAY.date(), people=3).goes_by_shifts


def on_shift(shop: Shop, sam: Person, person: Person, span: Span) -> None:
    def set_shift(session: Session) -> None:
        manager, agent = session.get_one(Agent, sam.id), session.get_one(Agent, person.id)
        calendar = keep_hours.add(session, keep_hours.Plan(person.name, ((span,),) * 7), manager, shop.now())
        shifts.set_shift(session, agent, calendar, "UTC", manager, shop.now())

    shop.do(set_shift)


def a_month_of_mondays(diary: Diary, person: Person) -> None:
    """Two texts an hour from nine until two, each answered three minutes after it was taken."""
    for week in (1, 2, 3):
        for place in range(10):
            customer, at = diary.customer(), NINE + timedelta(weeks=week, minutes=30 * place)
            diary.texts(customer, at, OUR_NUMBER)
            diary.at(at, lambda: person.takes(customer))  # noqa: B023
            diary.answers(customer, person, at + minutes(3), None)
    diary.shop.now.at = MONDAY


def test_the_promise_is_the_one_that_a_policy_gives(shop: Shop, sam: Person) -> None:
    before = plan(shop, date(2026, 3, 9)).target
    keep_policies(shop, policy("Quick", {ClockKind.FIRST_REPLY: {"normal": 4}, ClockKind.NEXT_REPLY: {"normal": 20}}))

    after = plan(shop, date(2026, 3, 9)).target

    assert (before, after) == (minutes(10), minutes(4))
