"""Hours that are over are added up, and whatever changes them later is noticed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import select, update

from smsdesk.adapters.database import Database
from smsdesk.desk import examine, roll_up
from smsdesk.models import RollupHour, WaitRollup
from smsdesk.rules.delivery_status import State
from tests.reports.past import BERLIN, KOLKATA, Past
from tests.servers import until

NOON = datetime(2026, 10, 7, 12, tzinfo=UTC)
MARIA = "+14155550142"


@pytest.fixture
def past(database_url: str) -> Iterator[Past]:
    past = Past(Database(database_url), Random(1))
    past.open()
    yield past
    past.database.close()


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def dirty(past: Past) -> list[datetime]:
    with past.database.reading() as session:
        return list(session.scalars(select(RollupHour.hour).where(RollupHour.is_dirty).order_by(RollupHour.hour)))


def kept(past: Past) -> list[tuple[datetime, int]]:
    with past.database.reading() as session:
        rows = session.execute(select(WaitRollup.hour, WaitRollup.count).order_by(WaitRollup.hour))
        return [(row[0], row[1]) for row in rows]


def answered(past: Past, at: datetime = NOON, number: str = BERLIN) -> object:
    conversation_id = past.text(MARIA, number, at)
    message_id = past.answer(conversation_id, "Maya", at + minutes(3))
    past.moves(message_id, State.ACCEPTED, at + minutes(3))
    return message_id


def test_an_hour_is_added_up_when_it_is_over_and_not_before(past: Past) -> None:
    answered(past)

    past.adds_up(NOON + minutes(61))
    assert kept(past) == []

    past.adds_up(NOON + minutes(62))
    assert kept(past) == [(NOON, 1)]


def test_an_answer_that_fails_later_leaves_the_hour_it_was_counted_in(past: Past) -> None:
    message_id = answered(past)
    past.adds_up(NOON + minutes(190))
    assert (kept(past), dirty(past)) == ([(NOON, 1)], [])

    past.moves(message_id, State.UNDELIVERED, NOON + minutes(200))  # type: ignore[arg-type]

    assert NOON in dirty(past)
    past.adds_up(NOON + minutes(201))
    assert (kept(past), dirty(past)) == ([], [])


def test_answering_in_the_hour_that_goes_on_marks_nothing(past: Past) -> None:
    past.adds_up(NOON)
    answered(past, NOON + minutes(1))
    past.adds_up(NOON + minutes(2))

    answered(past, NOON + minutes(5))

    assert dirty(past) == []


def test_a_conversation_that_is_passed_on_takes_its_texts_along(past: Past) -> None:
    conversation_id = past.text(MARIA, BERLIN, NOON)
    past.adds_up(NOON + minutes(70))

    past.pass_on(conversation_id, "Repairs", NOON + minutes(80))

    assert dirty(past) == [NOON]


def test_taking_resolved_back_changes_the_hour_in_which_it_was_said(past: Past) -> None:
    conversation_id = past.text(MARIA, BERLIN, NOON - minutes(90))
    past.resolve(conversation_id, "Maya", NOON)
    past.adds_up(NOON + minutes(70))

    past.reopen(conversation_id, "Maya", NOON + minutes(80))

    assert NOON in dirty(past)


def test_a_text_that_was_kept_while_the_database_was_away_changes_the_hour_it_came_in(past: Past) -> None:
    past.text(MARIA, BERLIN, NOON - minutes(90))
    past.adds_up(NOON + minutes(70))

    past.text("+14155550143", BERLIN, NOON)  # read in later, as of then
    with past.database.transaction() as session:
        roll_up.mark(session, [NOON])

    assert dirty(past) == [NOON]


def test_an_hour_is_cut_where_hours_change_on_the_numbers_wall(past: Past) -> None:
    answered(past, NOON + minutes(10), KOLKATA)  # 17:40 there
    answered(past, NOON + minutes(40), KOLKATA)  # 18:10 there

    past.adds_up(NOON + minutes(70))

    assert kept(past) == [(NOON, 1), (NOON + minutes(30), 1)]


def test_every_hour_is_added_up_once_more_a_day_later(past: Past) -> None:
    answered(past)
    past.adds_up(NOON + minutes(70))
    with past.database.transaction() as session:
        session.execute(update(WaitRollup).values(count=7))

    past.adds_up(NOON + timedelta(hours=29))

    assert kept(past) == [(NOON, 1)]


def test_the_doctor_finds_an_hour_that_was_added_up_wrongly(past: Past) -> None:
    def finding() -> examine.Finding:
        with past.database.reading() as session:
            found = list(examine.invariants(session, NOON + minutes(80)))
        return next(one for one in found if one.name == "hours were added up to what the clocks say")

    answered(past)
    past.adds_up(NOON + minutes(70))
    assert finding().ok
    with past.database.transaction() as session:
        session.execute(update(WaitRollup).values(kept=0))

    assert not finding().ok


def test_one_that_is_at_an_hour_leaves_it_to_nobody_else(past: Past) -> None:
    answered(past)
    with past.database.transaction() as session:
        roll_up.announce(session, NOON + minutes(70))
    with past.database.transaction() as session:
        assert roll_up.roll(session, [NOON], NOON + minutes(70)) == 1
        assert roll_up.roll(session, [NOON], NOON + minutes(70)) == 0
    # PostgreSQL counts the transactions of all its databases, those of other tests too
    until(lambda: nobody_has_written_before(past), 60)


def nobody_has_written_before(past: Past) -> bool:
    with past.database.reading() as session:
        return not roll_up.has_written_before(session, roll_up.newest_writer(session))
