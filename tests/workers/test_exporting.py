"""A customer is taken along in one file: whole, safe to open, and gone with its week or with the customer."""

from __future__ import annotations

import csv
import json
import zipfile
from datetime import timedelta
from io import StringIO
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from config.settings import Settings
from smsdesk.adapters import clock
from smsdesk.adapters.media_store import MediaStore
from smsdesk.desk import annotate, empty_out, erase, take_along
from smsdesk.desk.erase import Places
from smsdesk.models import Agent, Conversation, Customer, Event, ExportState, Media, MediaState, PersonExport
from smsdesk.rules.csv_rows import BOM
from tests.workers.shop import MARIA, Shop, shop_of
from workers import exporting

FORMULA = '=HYPERLINK("http://evil.test")'


@pytest.fixture
def shop(settings: Settings) -> Shop:
    return shop_of(settings).opens()


def asks(shop: Shop, conversation_id: UUID | None) -> PersonExport:
    with shop.session() as session:
        customer = session.get_one(Customer, session.get_one(Conversation, conversation_id).customer_id)
        sam = session.scalars(select(Agent).where(Agent.name == "Sam")).one()
        return take_along.ask(session, customer, sam, clock.now())


def takes_up(shop: Shop) -> take_along.Work:
    with shop.session() as session:
        work = take_along.claim(session, clock.now())
    assert work
    return work


def told(shop: Shop, export: PersonExport) -> PersonExport:
    return shop.all(select(PersonExport).where(PersonExport.id == export.id))[0]


def test_everything_is_in_the_file_and_nothing_in_it_is_a_formula(shop: Shop) -> None:
    conversation = shop.hears(FORMULA).conversation_id
    assert conversation
    answer = shop.answers("Ready at five", conversation)
    shop.hears("STOP")
    shop.hears("somebody else", sender="+14155550123")
    media = shop.settings.media
    media.mkdir(parents=True)
    (media / ("b" * 32)).write_bytes(b"a picture")
    with shop.session() as session:
        maya = session.get_one(Agent, shop.people["Maya"])
        annotate.write_note(session, session.get_one(Conversation, conversation), "likes tea", maya, clock.now())
        session.add(Media(message_id=answer, position=0, carrier_media_sid="", content_type="image/png", state=MediaState.READY,
                          file_name="b" * 32, not_before=clock.now(), created_at=clock.now()))  # fmt: skip
    export = asks(shop, conversation)
    assert asks(shop, conversation).id == export.id

    exporting.write(shop.wiring, takes_up(shop))

    row = told(shop, export)
    path = shop.wiring.exports.path(export.id)
    assert (row.state, row.done, row.size, path.stat().st_mode & 0o077) == (ExportState.DONE, 3, path.stat().st_size, 0)
    with zipfile.ZipFile(path) as archive:
        everything = json.loads(archive.read("everything.json"))
        rows = list(csv.reader(StringIO(archive.read("texts.csv").decode().removeprefix(BOM))))
        (file,) = (name for name in archive.namelist() if name.startswith("files/"))
        assert archive.read(file) == b"a picture"
    (here,) = everything["conversations"]
    assert [text["body"] for text in here["texts"]] == [FORMULA, "Ready at five", "STOP"]
    assert (here["phone"], here["notes"][0]["body"]) == (MARIA, "likes tea")
    assert [one["kind"] for one in everything["consent"]][:1] == ["stopped"]
    assert len(everything["stops"]) == 1
    assert [one[5] for one in rows] == ["text", f"'{FORMULA}", "Ready at five", "STOP"]
    assert all(not cell.startswith(("=", "+")) for one in rows for cell in one)
    assert "Maya" not in json.dumps(everything)


def test_a_file_whose_week_is_over_is_not_given_out_and_goes(shop: Shop) -> None:
    export = asks(shop, shop.hears("hello").conversation_id)
    exporting.write(shop.wiring, takes_up(shop))
    week = clock.now() + timedelta(days=8)
    with shop.session() as session:
        sam = session.scalars(select(Agent).where(Agent.name == "Sam")).one()
        take_along.fetch(session, export.id, sam, clock.now())
    with pytest.raises(LookupError), shop.session() as session:
        take_along.fetch(session, export.id, sam, week)

    with shop.session() as session:
        take_along.throw_away(session, shop.wiring.exports, week)

    assert told(shop, export).state is ExportState.GONE
    assert list(shop.wiring.exports.folder.iterdir()) == []
    kinds = [event.kind for event in shop.all(select(Event).where(Event.kind.startswith("customer.")))]
    assert kinds == ["customer.export_asked", "customer.export_fetched"]


def test_an_erasure_ends_what_is_being_written_without_a_word_of_it(shop: Shop, tmp_path: Path) -> None:
    conversation = shop.hears("hello").conversation_id
    export = asks(shop, conversation)
    work = takes_up(shop)
    wired = shop.wiring
    places = Places(wired.erasures, MediaStore(tmp_path), wired.spool, wired.exports)
    with shop.session() as session:
        customer = session.get_one(Customer, export.customer_id)
        erasure = erase.ask(session, customer, None, clock.now())
        empty_out.exports(session, erasure, places, clock.now())

    with pytest.raises(exporting.NotOurs):
        exporting.write(wired, work)

    assert told(shop, export).state is ExportState.GONE
    assert list(wired.exports.folder.iterdir()) == []
