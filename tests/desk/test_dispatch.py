"""Telling outside: claimed once, again only under the same id, many at once together, and every one has a fate."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from smsdesk.desk import dispatch, watch_programs
from smsdesk.desk.dispatch import LEASE, TOGETHER_ABOVE, Errand
from smsdesk.models import AlertDelivery, AlertKind, Channel, DeliveryState
from smsdesk.rules.alert_tries import PAUSES, TAKEN, Outcome, in_doubt, later, never
from tests.cast import Person, Shop, at_once
from tests.desk.alerts import program, raised, reached_by

AWAY, SILENT, REFUSED = later("It is away."), in_doubt("It fell silent."), never("It refused.")


def claims(shop: Shop, limit: int = 50) -> list[Errand]:
    return shop.do(lambda session: dispatch.claim(session, shop.now(), limit))


def ends(shop: Shop, errand: Errand, outcome: Outcome) -> None:
    shop.do(lambda session: dispatch.record(session, errand, outcome, shop.now()))


def rows(shop: Shop, channel: Channel = Channel.EMAIL) -> list[AlertDelivery]:
    return shop.all(select(AlertDelivery).where(AlertDelivery.channel == channel).order_by(AlertDelivery.id))


def states(shop: Shop) -> Counter[str]:
    return Counter(row.state.value for row in rows(shop))


@pytest.fixture
def mailed(shop: Shop, sam: Person) -> Person:
    reached_by(shop, sam.id, "email")
    return sam


def test_of_several_workers_one_has_each_message(shop: Shop, mailed: Person) -> None:
    raised(shop, [mailed.id], shop.now(), 3)

    claimed = at_once([lambda: claims(shop)] * 4)

    ids = [errand.id for found in claimed if isinstance(found, list) for errand in found]
    assert sorted(ids) == [row.id for row in rows(shop)], claimed
    assert claims(shop) == []


def test_what_was_taken_is_told_and_is_not_told_again(shop: Shop, mailed: Person) -> None:
    raised(shop, [mailed.id], shop.now())
    (errand,) = claims(shop)
    shop.now.move(seconds=2)
    ends(shop, errand, TAKEN)
    shop.now.move(hours=1)

    (row,) = rows(shop)
    assert (row.state, row.told_at, row.error) == (DeliveryState.SENT, errand.created_at + timedelta(seconds=2), None)
    assert claims(shop) == []


@pytest.mark.parametrize(("outcome", "last"), [(AWAY, DeliveryState.FAILED), (SILENT, DeliveryState.UNKNOWN)])
def test_it_is_tried_again_under_the_same_id_with_growing_pauses_and_an_end(
    shop: Shop, mailed: Person, outcome: Outcome, last: DeliveryState
) -> None:
    raised(shop, [mailed.id], shop.now())
    tried = []
    for pause in (*PAUSES, None):
        (errand,) = claims(shop)
        tried.append(errand.id)
        ends(shop, errand, outcome)
        if pause:
            shop.now.move(seconds=pause.total_seconds() - 1)
            assert claims(shop) == []
            shop.now.move(seconds=1)

    (row,) = rows(shop)
    assert set(tried) == {row.id}
    assert (row.state, row.error) == (last, outcome.why)
    shop.now.move(days=2)
    assert claims(shop) == []


def test_a_day_later_nobody_needs_it_any_more(shop: Shop, mailed: Person) -> None:
    raised(shop, [mailed.id], shop.now())
    shop.now.move(hours=25)
    (errand,) = claims(shop)
    ends(shop, errand, AWAY)

    assert states(shop) == {"failed": 1}


def test_a_refusal_is_the_end(shop: Shop, mailed: Person) -> None:
    raised(shop, [mailed.id], shop.now())
    (errand,) = claims(shop)
    ends(shop, errand, REFUSED)

    (row,) = rows(shop)
    assert (row.state, row.error) == (DeliveryState.FAILED, "It refused.")


def test_what_a_dead_worker_held_goes_again_under_its_id_and_its_late_word_counts_no_more(
    shop: Shop, mailed: Person
) -> None:
    raised(shop, [mailed.id], shop.now())
    (dead,) = claims(shop)
    shop.now.move(seconds=LEASE.total_seconds() + 1)
    (again,) = claims(shop)
    ends(shop, dead, REFUSED)
    ends(shop, again, TAKEN)

    assert again.id == dead.id
    assert states(shop) == {"sent": 1}


def test_a_burst_becomes_one_message_that_names_every_alert(shop: Shop, mailed: Person) -> None:
    soon = raised(shop, [mailed.id], shop.now(), TOGETHER_ABOVE, AlertKind.WARNING)
    (late,) = raised(shop, [mailed.id], shop.now(), 1, AlertKind.BREACH)

    (errand,) = claims(shop)
    ends(shop, errand, TAKEN)

    assert errand.alert_ids[0] == late
    assert set(errand.alert_ids) == {late, *soon}
    assert states(shop) == {"sent": 1, "digested": TOGETHER_ABOVE}
    assert {row.digest_id for row in rows(shop) if row.state is DeliveryState.DIGESTED} == {errand.id}
    assert all(row.told_at == shop.now() for row in rows(shop))


def test_a_few_are_told_one_by_one(shop: Shop, mailed: Person) -> None:
    raised(shop, [mailed.id], shop.now(), TOGETHER_ABOVE)
    told = 0
    while found := claims(shop):
        for errand in found:
            ends(shop, errand, TAKEN)
            told += 1

    assert told == TOGETHER_ABOVE
    assert states(shop) == {"sent": TOGETHER_ABOVE}


def test_a_digest_in_doubt_goes_again_as_it_was_and_what_came_meanwhile_goes_by_itself(
    shop: Shop, mailed: Person
) -> None:
    first = raised(shop, [mailed.id], shop.now(), 10)
    (errand,) = claims(shop)
    ends(shop, errand, SILENT)
    more = raised(shop, [mailed.id], shop.now(), 10)
    shop.now.move(minutes=1)

    again, others = claims(shop)

    assert (again.id, set(again.alert_ids)) == (errand.id, set(first))
    assert set(others.alert_ids) == set(more)
    for one in (again, others):
        ends(shop, one, TAKEN)
    assert states(shop) == {"sent": 2, "digested": 18}


def test_what_never_left_goes_together_with_what_came_meanwhile(shop: Shop, mailed: Person) -> None:
    first = raised(shop, [mailed.id], shop.now(), 10)
    (errand,) = claims(shop)
    ends(shop, errand, AWAY)
    more = raised(shop, [mailed.id], shop.now(), 10)
    shop.now.move(minutes=1)

    (together,) = claims(shop)
    ends(shop, together, TAKEN)

    assert set(together.alert_ids) == {*first, *more}
    assert states(shop) == {"sent": 1, "digested": 19}


def test_what_may_have_left_once_stays_as_it_was_even_if_the_next_try_certainly_did_not(
    shop: Shop, mailed: Person
) -> None:
    first = raised(shop, [mailed.id], shop.now(), 10)
    (errand,) = claims(shop)
    ends(shop, errand, SILENT)
    shop.now.move(minutes=1)
    (again,) = claims(shop)
    ends(shop, again, AWAY)
    raised(shop, [mailed.id], shop.now(), 10)
    shop.now.move(minutes=1)

    third, _ = claims(shop)

    assert (third.id, set(third.alert_ids)) == (errand.id, set(first))


def test_a_digest_that_is_refused_failed_for_each_of_its_alerts(shop: Shop, mailed: Person) -> None:
    raised(shop, [mailed.id], shop.now(), 10)
    (errand,) = claims(shop)
    ends(shop, errand, REFUSED)

    assert states(shop) == {"failed": 10}
    assert {row.error for row in rows(shop)} == {"It refused."}


def test_a_program_hears_each_alert_by_itself_a_few_at_once(shop: Shop, sam: Person) -> None:
    program(shop, "https://hooks.example.com/a", shop.now())
    raised(shop, [sam.id], shop.now(), 10)

    claimed = claims(shop)

    assert [len(errand.alert_ids) for errand in claimed] == [1] * dispatch.CALLS_TO_ONE
    busy = [(errand.channel.value, errand.target) for errand in claimed]
    assert shop.do(lambda session: dispatch.claim(session, shop.now(), 50, busy)) == []


def test_behind_a_program_that_is_away_everything_waits_and_nothing_is_lost(shop: Shop, sam: Person) -> None:
    id = program(shop, "https://hooks.example.com/a", shop.now())
    raised(shop, [sam.id], shop.now(), 10)
    for errand in claims(shop):
        ends(shop, errand, AWAY)
        shop.do(lambda session, errand=errand: watch_programs.note(session, id, AWAY, errand.tries, shop.now()))  # type: ignore[misc]

    assert claims(shop) == []
    shop.now.move(seconds=6)
    told = 0
    while found := claims(shop):
        for errand in found:
            ends(shop, errand, TAKEN)
            told += 1
    assert told == 10
    assert {row.state for row in rows(shop, Channel.WEBHOOK)} == {DeliveryState.SENT}
