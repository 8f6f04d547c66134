"""What is held about a customer: who may see it, and how they are erased by a manager who means it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from smsdesk.adapters import passwords
from smsdesk.adapters.carrier import Kept, Removal
from smsdesk.adapters.media_store import MediaStore
from smsdesk.desk import erase, remove_at_carrier, take_along
from smsdesk.desk.erase import Places
from smsdesk.models import Address, Agent, Conversation, Erasure, Event, Message
from smsdesk.web.wired import wiring
from tests.web.test_manager import NOON, Shop, shop
from workers import exporting

__all__ = ["shop"]
PHONE = "+14155550199"


def customer_of(shop: Shop, conversation_id: UUID | None) -> UUID:
    with shop.database.reading() as session:
        return session.get_one(Conversation, conversation_id).customer_id


def has_password(shop: Shop, name: str, password: str) -> None:
    with shop.database.transaction() as session:
        session.scalars(select(Agent).where(Agent.name == name)).one().password_hash = passwords.hashed(password)


def erasures(shop: Shop) -> list[Erasure]:
    with shop.database.reading() as session:
        return list(session.scalars(select(Erasure)))


def test_only_managers_see_the_way_and_may_take_it(shop: Shop) -> None:
    conversation = shop.text(PHONE)
    page = f"/manager/customers/{customer_of(shop, conversation)}"

    assert f'href="{page}"' in shop.signed_in("Sam").opens(f"/conversations/{conversation}").text
    maya = shop.signed_in("Maya")
    assert page not in maya.opens(f"/conversations/{conversation}").text
    assert maya.opens(page).status_code == 403
    assert maya.sends(f"/conversations/{conversation}", f"{page}/erasure", sure="erase").status_code == 403
    assert erasures(shop) == []


def test_a_manager_who_types_it_and_their_password_erases_and_sees_how_far_it_is(shop: Shop) -> None:
    conversation = shop.text(PHONE)
    has_password(shop, "Sam", "correct horse battery")
    page = f"/manager/customers/{customer_of(shop, conversation)}"
    sam = shop.signed_in("Sam")
    assert "Texts 1" in sam.reads(page)

    slip = sam.sends(page, f"{page}/erasure", sure="eraze", password="correct horse battery")
    stranger = sam.sends(page, f"{page}/erasure", sure="erase", password="wrong")

    assert (slip.status_code, "Type the word erase" in slip.text, 'value="eraze"' in slip.text) == (422, True, True)
    assert (stranger.status_code, "That is not your password." in stranger.text) == (422, True)
    assert erasures(shop) == []

    assert sam.sends(page, f"{page}/erasure", sure="Erase", password="correct horse battery").status_code == 303
    assert "begins within a few seconds" in sam.reads(page)
    works_off(shop)

    assert "the words of 1 text are gone" in sam.reads(page)
    assert "At the carrier: 0 of 1 text removed so far." in sam.reads(page)
    the_carrier_says(shop, Kept(20010))
    kept = (
        "The carrier did not remove 1 text (error 20010). Ask its support to remove SM00000000000000000000000000000001."
    )
    assert kept in sam.reads(page)
    thread = sam.reads(f"/conversations/{conversation}")
    assert "Erased customer" in thread
    assert f"This customer was erased on {NOON.day} {NOON:%b %Y}. Nothing can be written or sent here" in thread
    what_would_be_refused = ('id="composer"', "/notes", "/reopening", "/assignment", "/closure", "/snooze", "/labels")
    page = sam.opens(f"/conversations/{conversation}").text
    assert [one for one in what_would_be_refused if one in page] == []
    assert PHONE[-4:] not in thread
    with shop.database.reading() as session:
        assert list(session.scalars(select(Message.body))) == [""]
        assert all(value.startswith("erased:") for value in session.scalars(select(Address.value)))
    other = sam.opens(f"/conversations/{shop.text('+14155550188')}").text
    assert [one for one in what_would_be_refused if one not in other] == ["/reopening", "/snooze"]


def the_carrier_says(shop: Shop, what: Removal) -> None:
    with shop.database.transaction() as session:
        work = remove_at_carrier.claim(session, shop.now[0])
    assert work
    with shop.database.transaction() as session:
        remove_at_carrier.conclude(session, work, what, shop.now[0])


def works_off(shop: Shop) -> None:
    """The worker does what waits."""
    with shop.app.app_context():
        wired = wiring()
    places = Places(wired.erasures, MediaStore(wired.settings.media), wired.spool, wired.exports)
    with shop.database.transaction() as session:
        work = erase.claim(session, shop.now[0])
    assert work
    goes_on = True
    while goes_on:
        with shop.database.transaction() as session:
            goes_on = erase.go_on(session, work, places, shop.now[0])


def test_what_is_taken_along_is_fetched_by_managers_alone_and_each_time_is_written_down(shop: Shop) -> None:
    conversation = shop.text(PHONE)
    page = f"/manager/customers/{customer_of(shop, conversation)}"
    sam, maya = shop.signed_in("Sam"), shop.signed_in("Maya")

    assert sam.sends(page, f"{page}/exports").status_code == 303
    assert "Begins within a few seconds" in sam.reads(page)
    with shop.app.app_context():
        wired = wiring()
    with shop.database.transaction() as session:
        work = take_along.claim(session, shop.now[0])
    assert work
    exporting.write(wired, work)

    assert "here until" in sam.reads(page)
    fetched = f"/manager/exports/{work.export_id}/fetched"
    assert sam.sends(page, fetched).data[:2] == b"PK"
    assert maya.sends(f"/conversations/{conversation}", fetched).status_code == 403
    shop.now[0] += timedelta(days=8)
    assert shop.signed_in("Sam").sends(page, fetched).status_code == 404
    with shop.database.reading() as session:
        kinds = list(session.scalars(select(Event.kind).where(Event.kind == "customer.export_fetched")))
    assert len(kinds) == 1


def test_a_manager_says_how_long_a_numbers_texts_are_kept(shop: Shop) -> None:
    number = shop.number()
    page = f"/manager/numbers/{number.id}/retention"
    sam = shop.signed_in("Sam")
    assert "kept for ever" in sam.reads(page)
    assert f'href="{page}"' in sam.opens(f"/manager/numbers/{number.id}/target").text

    refused = sam.sends(page, page, days="a year")
    assert (refused.status_code, 'value="a year"' in refused.text, "from 1 to 3650" in refused.text) == (
        422,
        True,
        True,
    )
    assert sam.sends(page, page, days="30").status_code == 303

    assert "kept for 30 days" in sam.reads(page)
    assert shop.number().keeps_texts_days == 30
    assert shop.signed_in("Lee").opens(page).status_code == 403
