"""The staffing page: who is needed on a day to come, what so many people keep, and what it says before it knows enough."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from smsdesk.adapters import clock
from smsdesk.desk import hand_over, keep_hours, set_up
from smsdesk.models import Agent, Availability, Conversation
from smsdesk.rules.opening_hours import Span
from smsdesk.rules.roles import Role
from smsdesk.web.wired import wiring
from tests.web.test_manager import NOON, REPAIRS, SUPPORT, Shop, _words

DAYS_AGO = 15
MORNING = Span(8 * 60, 13 * 60)


@pytest.fixture
def shop(app: Flask) -> Iterator[Shop]:
    """Maya answers Support, Lee leads Repairs, Sam manages; both numbers are two weeks old."""
    now = [NOON - timedelta(days=DAYS_AGO)]
    with clock.told_by(lambda: now[0]), app.app_context():
        database = wiring().database
    shop = Shop(app, database, now)
    with database.transaction() as session:
        for name, address, minutes in (("Support", SUPPORT, 10), ("Repairs", REPAIRS, 30)):
            set_up.add_team(session, name, now[0])
            set_up.add_number(session, address, name, f"{name} line", timedelta(minutes=minutes), now[0])
        for name, role, team in (
            ("Maya", Role.AGENT, "Support"),
            ("Lee", Role.LEAD, "Repairs"),
            ("Sam", Role.MANAGER, "Support"),
        ):
            set_up.add_agent(session, f"{name.lower()}@shop.test", name, role, [team], now[0])
    with clock.told_by(lambda: now[0]):
        yield shop


def two_weeks(shop: Shop, took: timedelta = timedelta(minutes=3)) -> None:
    """Twelve texts between twelve and one, last week and the week before; Maya answers each."""
    for week in (2, 1):
        for place in range(12):
            shop.now[0] = NOON - timedelta(weeks=week) + timedelta(minutes=4 * place)
            conversation = shop.text(f"+1415555{week}{place:03}")
            taken_by(shop, conversation)
            shop.now[0] += took
            shop.answer(conversation)
    shop.now[0] = NOON
    with shop.database.transaction() as session:
        maya = session.scalars(select(Agent).where(Agent.name == "Maya")).one()
        hand_over.set_availability(session, maya, Availability.AVAILABLE, NOON)


def taken_by(shop: Shop, conversation_id: UUID | None, name: str = "Maya") -> None:
    with shop.database.transaction() as session:
        agent = session.scalars(select(Agent).where(Agent.name == name)).one()
        hand_over.take(session, session.get_one(Conversation, conversation_id), agent, shop.now[0])


def opens(shop: Shop, address: str = "", who: str = "Sam") -> TestResponse:
    return shop.signed_in(who).opens(f"/manager/staffing{address}")


def reads(shop: Shop, address: str = "", who: str = "Sam") -> str:
    answer = opens(shop, address, who)
    assert answer.status_code == 200, answer.status
    return _words(answer.text)


def support(shop: Shop) -> str:
    return f"?team={shop.number(SUPPORT).team_id}"


def test_the_page_says_who_is_needed_and_what_they_keep(shop: Shop) -> None:
    two_weeks(shop)

    page = reads(shop, support(shop))

    assert "12 expected from the last 2 " in page
    assert "2 at 12:00, the busiest hour to keep 95% within 10 min" in page
    assert "3:00 median 1 at once · from 24 answers" in page
    assert "Kept with those available now" in page
    assert "From 12:00: 12 texts expected, 2 people needed" in page
    assert "Erlang’s formula of 1917" in page


def test_more_people_can_be_tried_without_a_script(shop: Shop) -> None:
    two_weeks(shop, took=timedelta(minutes=8))
    sam = shop.signed_in("Sam")
    form = sam.opens(f"/manager/staffing{support(shop)}").text
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', form))

    kept = []
    for people in ("1", "2", "9"):
        query = "&".join(f"{name}={value}" for name, value in (fields | {"people": people}).items())
        page = sam.reads(f"/manager/staffing?{query}")
        found = re.search(rf"With {people} (?:person|people): ([\d.]+)% within 10 min", page)
        assert found, page
        kept.append(float(found[1]))

    assert kept[0] < kept[1] <= kept[2] <= 99.9


def test_what_is_no_number_of_people_is_refused_in_words_and_kept(shop: Shop) -> None:
    two_weeks(shop)

    for typed in ("many", "-1", "2.5", "501", "٣", "99999999999"):
        answer = opens(shop, f"{support(shop)}&people={typed}")

        assert answer.status_code == 422, typed
        assert "Type a whole number of people, from 0 to 500." in answer.text, typed
        assert f'value="{typed}"' in answer.text, typed


def test_where_answers_take_longer_than_the_promise_more_people_are_no_remedy(shop: Shop) -> None:
    two_weeks(shop, took=timedelta(minutes=11))

    page = reads(shop, support(shop))

    assert "Nobody can keep 95% within 10 min" in page
    assert "99.9% of the answers take longer than 10 min" in page


def test_a_young_shop_is_told_when_there_will_be_something(shop: Shop) -> None:
    shop.now[0] = NOON - timedelta(days=DAYS_AGO - 2)

    page = reads(shop)

    assert re.search(r"There has been no whole \w+day yet\.", page)
    assert "After one week of texts this page says" in page


def test_a_shop_without_a_number_is_told_what_is_missing(app: Flask) -> None:
    with clock.told_by(lambda: NOON), app.app_context():
        database = wiring().database
    with database.transaction() as session:
        set_up.add_team(session, "Support", NOON)
        set_up.add_agent(session, "sam@shop.test", "Sam", Role.MANAGER, ["Support"], NOON)
    shop = Shop(app, database, [NOON])

    assert "Your teams have no number yet." in reads(shop)


def test_each_day_of_the_coming_week_can_be_looked_at(shop: Shop) -> None:
    two_weeks(shop)
    tomorrow = (NOON + timedelta(days=1)).date()

    page = reads(shop, f"{support(shop)}&day={tomorrow}")

    assert f"{tomorrow:%A} {tomorrow.day} {tomorrow:%B}" in page
    assert "brought no text at all, so nobody is needed" in page
    for beyond in (tomorrow - timedelta(days=2), tomorrow + timedelta(days=7), "yesterday"):
        assert f"{NOON:%A} {NOON.day} {NOON:%B}" in reads(shop, f"{support(shop)}&day={beyond}")


def test_a_closed_day_needs_nobody_and_says_so(shop: Shop) -> None:
    two_weeks(shop)
    open_until_today(shop)
    tomorrow = (NOON + timedelta(days=1)).date()

    assert "We are closed on" in reads(shop, f"{support(shop)}&day={tomorrow}")
    assert "12 expected" in reads(shop, support(shop))


def open_until_today(shop: Shop) -> None:
    """Support is open on mornings, but never on the weekday of tomorrow."""
    closed = (NOON.weekday() + 1) % 7
    week = tuple(() if day == closed else (MORNING,) for day in range(7))
    with shop.database.transaction() as session:
        sam = session.scalars(select(Agent).where(Agent.name == "Sam")).one()
        calendar = keep_hours.add(session, keep_hours.Plan("Mornings", week), sam, NOON)
        number = session.merge(shop.number(SUPPORT))
        keep_hours.open_by(session, number, calendar, "UTC", sam, NOON)


def test_a_lead_sees_the_staffing_of_their_own_team_alone(shop: Shop) -> None:
    two_weeks(shop)

    assert "Repairs" in reads(shop, who="Lee")
    assert opens(shop, support(shop), who="Lee").status_code == 404
    assert opens(shop, f"?number={shop.number(SUPPORT).id}", who="Lee").status_code == 404
    assert opens(shop, "?team=nonsense").status_code == 404
    assert opens(shop, who="Maya").status_code == 403


def test_the_chart_of_right_now_goes_on_with_what_is_expected(shop: Shop) -> None:
    two_weeks(shop)
    sam, number = shop.signed_in("Sam"), shop.number(SUPPORT)

    page = sam.opens(f"/manager?number={number.id}").text

    assert "expected: 2 people keep 95% within 10 min" in _words(page)
    assert re.search(r'<polyline class="ahead" points="[\d., ]+"', page)
    assert "Expected from now on 12:15 2.4" in _words(page)
    assert "expected: 2 people keep 95% in time" in sam.reads("/manager")  # the two numbers promise different times


def test_what_is_expected_is_what_is_left_of_the_day(shop: Shop) -> None:
    two_weeks(shop)
    shop.now[0] = NOON + timedelta(hours=5)

    assert "expected" not in _words(shop.signed_in("Sam").opens("/manager").text)


def test_nothing_is_expected_of_a_young_shop(shop: Shop) -> None:
    shop.now[0] = NOON - timedelta(days=DAYS_AGO - 2)

    assert "expected" not in _words(shop.signed_in("Sam").opens("/manager").text)


def test_a_lead_is_told_what_their_own_team_needs(shop: Shop) -> None:
    two_weeks(shop)

    assert "expected" not in _words(shop.signed_in("Lee").opens("/manager").text)
