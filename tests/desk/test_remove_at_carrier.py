"""What somebody texted goes from the carrier's records too: by itself, for as long as it takes, and seen by a manager."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from smsdesk.adapters.carrier import Accepted, Kept, Listed, NotYet, Unknown
from smsdesk.desk import fetch_missed, remove_at_carrier
from smsdesk.desk.conclude import conclude
from smsdesk.desk.deliver import about_to_call, claim, look
from smsdesk.desk.erase import Places
from smsdesk.desk.remove_at_carrier import Progress
from smsdesk.models import CarrierRemoval, Erasure, ErasureState, Message, RemovalState
from smsdesk.rules.delivery_status import State
from tests.cast import ACCOUNT, OUR_NUMBER, Person, Shop, new_sid
from tests.cast import Customer as Texter
from tests.desk.test_erase import PHONE, erases, inbound, places, works_off, zoe

__all__ = ["places", "zoe"]
BUSY = NotYet(20009, holds_all=False)


def asks_carrier(shop: Shop) -> bool:
    """What the job does for one text; False where none is due, or the next one must wait as well."""
    work = shop.do(lambda session: remove_at_carrier.claim(session, shop.now()))
    if work is None:
        return False
    outcome = shop.carrier.remove(work.text.account, work.text.sid, work.text.has_media)
    return shop.do(lambda session: remove_at_carrier.conclude(session, work, outcome, shop.now()))


def asked(shop: Shop) -> list[str]:
    return [sid for _, sid, _ in shop.carrier.asked_to_remove]


def progress(shop: Shop, erasure: Erasure) -> Progress:
    return shop.read(lambda session: remove_at_carrier.progress(session, erasure.id))


def removals(shop: Shop) -> list[CarrierRemoval]:
    return shop.all(select(CarrierRemoval).order_by(CarrierRemoval.carrier_sid))


def test_every_text_either_way_goes_once_and_the_erasure_waits_for_none(
    shop: Shop, zoe: Texter, maria: Texter, maya: Person, sam: Person, places: Places
) -> None:
    maria.text("not hers")
    zoe.text("hello")
    maya.replies_to(zoe, "Ready at five", minutes=1)
    shop.sends_what_waits()
    zoe.text("thank you")
    lost, spooled = inbound("spooled"), places.spool
    spooled.keep_text(lost, shop.now())
    theirs = {message.carrier_sid for message in zoe.messages} | {lost.carrier_sid}

    erasure = erases(shop, zoe, sam, places)

    assert (erasure.state, progress(shop, erasure)) == (ErasureState.DONE, Progress(4, 0, 0, ()))
    while asks_carrier(shop):
        pass
    assert (sorted(asked(shop)), len(theirs)) == (sorted(sid for sid in theirs if sid), 4)
    assert {account for account, _, _ in shop.carrier.asked_to_remove} == {ACCOUNT}
    assert progress(shop, erasure) == Progress(0, 4, 0, ())


def test_one_that_is_on_its_way_is_asked_for_again_after_growing_pauses(
    shop: Shop, zoe: Texter, sam: Person, places: Places
) -> None:
    zoe.text("hello")
    erasure = erases(shop, zoe, sam, places)
    shop.carrier.removals = [BUSY] * 3

    for minutes in (1, 2, 4):
        assert asks_carrier(shop)
        shop.now.move(seconds=60 * minutes - 1)
        assert not asks_carrier(shop)
        shop.now.move(seconds=1)

    assert progress(shop, erasure).waiting == 1
    asks_carrier(shop)
    assert (len(asked(shop)), progress(shop, erasure).gone) == (4, 1)


@pytest.mark.parametrize(
    ("answer", "minutes"),
    [
        (NotYet(20429, True, timedelta(minutes=10)), (10, 10)),
        (NotYet(20003, True), (1, 2)),
        (NotYet(None, True), (1, 2)),
    ],
)
def test_where_the_carrier_is_away_or_asks_for_less_nothing_else_is_asked_meanwhile(
    shop: Shop, zoe: Texter, sam: Person, places: Places, answer: NotYet, minutes: tuple[int, int]
) -> None:
    for body in ("one", "two", "three"):
        zoe.text(body)
    erasure = erases(shop, zoe, sam, places)
    shop.carrier.removals = [answer, answer]

    for tries, pause in enumerate(minutes, 1):
        assert not asks_carrier(shop)
        shop.now.move(seconds=60 * pause - 1)
        assert (asks_carrier(shop), len(asked(shop))) == (False, tries)
        shop.now.move(seconds=1)

    assert len(set(asked(shop))) == 1  # the same one each time, so that its pauses grow
    while asks_carrier(shop):
        pass
    assert (progress(shop, erasure).gone, len(asked(shop))) == (3, 5)


def test_what_it_refuses_and_what_two_weeks_do_not_free_is_shown_and_left(
    shop: Shop, zoe: Texter, sam: Person, places: Places
) -> None:
    zoe.text("one")
    zoe.text("two")
    erasure = erases(shop, zoe, sam, places)
    shop.carrier.removals = [Kept(20010), *[BUSY] * 100]

    for _ in range(60):
        asks_carrier(shop)
        asks_carrier(shop)
        shop.now.move(hours=12)

    sids = tuple(one.carrier_sid for one in removals(shop))
    assert progress(shop, erasure) == Progress(0, 0, 2, (20009, 20010), sids)
    assert len(asked(shop)) < 40
    first, last = sorted(one.ended_at for one in removals(shop) if one.ended_at)
    assert (last - first, last - erasure.asked_at) >= (timedelta(days=13), timedelta(days=14))


def test_whoever_dies_after_the_call_leaves_it_to_the_next_and_nobody_else_makes_it_meanwhile(
    shop: Shop, zoe: Texter, sam: Person, places: Places
) -> None:
    zoe.text("hello")
    erasure = erases(shop, zoe, sam, places)

    died = shop.do(lambda session: remove_at_carrier.claim(session, shop.now()))
    assert died
    assert not asks_carrier(shop)
    shop.now.move(seconds=61)
    asks_carrier(shop)
    shop.do(lambda session: remove_at_carrier.conclude(session, died, BUSY, shop.now()))  # it was only asleep

    assert (progress(shop, erasure).gone, len(asked(shop))) == (1, 1)


def test_a_text_whose_sid_is_learnt_after_the_erasure_goes_too(
    shop: Shop, zoe: Texter, maya: Person, sam: Person, places: Places
) -> None:
    zoe.text("hello")
    maya.replies_to(zoe, "Ready at five")
    (claimed,) = shop.do(lambda session: claim(session, look(session, shop.now(), 10), shop.now()))
    assert shop.do(lambda session: about_to_call(session, claimed, shop.now()))
    shop.do(lambda session: conclude(session, claimed, Unknown("no answer"), ACCOUNT, shop.now()))
    erasure = erases(shop, zoe, sam, places)
    assert (erasure.state, progress(shop, erasure).waiting) == (ErasureState.DONE, 1)

    (lost,) = (message for message in shop.all(select(Message)) if message.direction == "out")
    late = shop.moves(lost, State.ACCEPTED, sid=new_sid())

    assert (progress(shop, erasure).waiting, late.carrier_sid in [one.carrier_sid for one in removals(shop)]) == (
        2,
        True,
    )


def test_what_never_reached_us_before_the_erasure_is_removed_where_it_is_found(
    shop: Shop, zoe: Texter, sam: Person, places: Places
) -> None:
    zoe.text("hello")
    before = shop.now()
    shop.now.move(minutes=5)
    erases(shop, zoe, sam, places)
    missed = new_sid()
    shop.carrier.log = [Listed(missed, OUR_NUMBER, PHONE, "missed", before, "received", None, "inbound", 0)]

    found = fetch_missed._unknown(shop.database, ACCOUNT, shop.carrier.inbound_since(OUR_NUMBER, before))

    assert list(found) == []
    assert missed in {one.carrier_sid for one in removals(shop) if one.state is RemovalState.WAITING}


def test_a_text_that_is_being_sent_while_they_are_erased_goes_too(
    shop: Shop, zoe: Texter, maya: Person, sam: Person, places: Places
) -> None:
    zoe.text("hello")
    maya.replies_to(zoe, "One moment")
    (claimed,) = shop.do(lambda session: claim(session, look(session, shop.now(), 10), shop.now()))
    assert shop.do(lambda session: about_to_call(session, claimed, shop.now()))
    erasure = erases(shop, zoe, sam, places)
    assert (erasure.part, removals(shop)) == ("calls", [])
    shop.do(lambda session: conclude(session, claimed, Accepted(new_sid(), 1), ACCOUNT, shop.now()))
    shop.now.move(minutes=2)
    works_off(shop, places)

    while asks_carrier(shop):
        pass

    assert (progress(shop, erasure), len(asked(shop))) == (Progress(0, 2, 0, ()), 2)
