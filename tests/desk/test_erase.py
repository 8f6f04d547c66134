"""A person is erased: their words are nowhere any more, and their STOP stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, func, select
from sqlalchemy.orm import Session

from smsdesk.adapters.carrier import InboundText, Listed, NotSent
from smsdesk.adapters.erasure_log import ErasureLog
from smsdesk.adapters.export_store import ExportStore
from smsdesk.adapters.media_store import MediaStore
from smsdesk.adapters.spool import Spool
from smsdesk.desk import annotate, decide, erase, fetch_missed, sort_out
from smsdesk.desk.conclude import conclude
from smsdesk.desk.deliver import about_to_call, claim, look
from smsdesk.desk.drain_spool import drain_texts
from smsdesk.desk.erase import Places
from smsdesk.desk.receive import AlreadyReceived, receive
from smsdesk.desk.receive_fast import FastLane
from smsdesk.desk.recognise import WasErased
from smsdesk.desk.stop_texts import OptedOut
from smsdesk.models import (
    Agent,
    Base,
    Clock,
    Conversation,
    Customer,
    ErasedStop,
    Erasure,
    ErasureState,
    Event,
    Media,
    MediaState,
    Message,
    QuarantinedText,
    SendAttempt,
    StopWish,
    WishOutcome,
)
from smsdesk.rules.delivery_status import State
from tests.cast import ACCOUNT, OUR_NUMBER, Person, Shop, new_sid
from tests.cast import Customer as Texter

WORDS = "zanzibar-marmalade"
PHONE = "+14155550177"


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(
        ErasureLog(tmp_path),
        MediaStore(tmp_path / "media"),
        Spool(tmp_path / "spool"),
        ExportStore(tmp_path / "exports"),
    )


@pytest.fixture
def zoe(shop: Shop) -> Texter:
    return shop.customer("Zoe", PHONE)


def erases(shop: Shop, zoe: Texter, by: Person, places: Places) -> Erasure:
    customer_id = zoe.conversation.customer_id

    def ask(session: Session) -> Erasure:
        return erase.ask(session, session.get_one(Customer, customer_id), session.get_one(Agent, by.id), shop.now())

    erasure = shop.do(ask)
    works_off(shop, places)
    return shop.read(lambda session: session.get_one(Erasure, erasure.id))


def works_off(shop: Shop, places: Places) -> None:
    """What the job does."""
    work = shop.do(lambda session: erase.claim(session, shop.now()))
    while work and goes_on(shop, work, places):
        pass


def goes_on(shop: Shop, work: erase.Work, places: Places) -> bool:
    return shop.do(lambda session: erase.go_on(session, work, places, shop.now()))


def everything(shop: Shop) -> Iterator[tuple[str, Any]]:
    """Every value of every row of every table, as text."""
    with shop.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)):
                for column, value in zip(table.columns, row, strict=True):
                    if value is not None:
                        text = bytes(value).decode("latin-1") if isinstance(column.type, LargeBinary) else str(value)
                        yield f"{table.name}.{column.name}", text


def found(shop: Shop, *needles: str) -> set[str]:
    return {where for where, text in everything(shop) if any(needle in text for needle in needles)}


def told_everywhere(shop: Shop, zoe: Texter, maya: Person, places: Places) -> None:
    """Her words and her number, in every place that there is for them."""
    shop.do(lambda session: receive(session, inbound(f"hello {WORDS}"), shop.now()))
    maya.replies_to(zoe, f"dear {WORDS}", minutes=1)
    zoe.text(f"again {WORDS}")
    conversation = zoe.conversation
    by = maya.id

    def write(session: Session) -> None:
        row, agent = session.get_one(Conversation, conversation.id), session.get_one(Agent, by)
        session.get_one(Customer, row.customer_id).name = f"Zoe {WORDS}"
        annotate.write_note(session, row, f"note {WORDS}", agent, shop.now())
        annotate.keep_draft(session, row, f"draft {WORDS}", agent, shop.now())
        sort_out.tag(session, row, [WORDS], agent, shop.now())
        sort_out.put_in_segment(session, session.get_one(Customer, row.customer_id), WORDS, agent, shop.now())
        row.placement_reason = f"because of {WORDS}"
        asked = session.scalars(select(Message).where(Message.body == f"again {WORDS}")).one()
        session.add(
            StopWish(
                conversation_id=row.id,
                message_id=asked.id,
                words=f"again {WORDS}",
                asked_at=shop.now(),
                due_at=shop.now(),
            )
        )
        sent = session.scalars(select(Message).where(Message.body == f"dear {WORDS}")).one()
        session.add(SendAttempt(id=sent.id, message_id=sent.id, started_at=shop.now(), why=f"{PHONE} is not a phone"))
        places.media.folder.mkdir()
        (places.media.folder / ("a" * 32)).write_bytes(WORDS.encode())
        session.add(Media(message_id=sent.id, position=0, carrier_media_sid="", content_type="image/png", state=MediaState.READY,
                          file_name="a" * 32, not_before=shop.now(), created_at=shop.now()))  # fmt: skip
        session.add(QuarantinedText(carrier_account=ACCOUNT, carrier_sid=new_sid(), recipient="+14155559999", sender=PHONE, body=WORDS,
                                    why="UnknownNumber", raw=WORDS.encode(), received_at=shop.now()))  # fmt: skip

    shop.do(write)
    zoe.text(f"HELP {WORDS}", hint="STOP")
    places.spool.keep_text(inbound(f"spooled {WORDS}"), shop.now())
    places.spool.refuse(next(places.spool.texts()), "for a test")
    places.spool.keep_text(inbound(f"spooled too {WORDS}"), shop.now())


def inbound(body: str, sid: str = "") -> InboundText:
    return InboundText(ACCOUNT, sid or new_sid(), OUR_NUMBER, PHONE, body, (), 1, None, body.encode())


def test_no_table_and_no_file_holds_a_word_or_the_number_of_whoever_was_erased(
    shop: Shop, zoe: Texter, maya: Person, sam: Person, places: Places, tmp_path: Path
) -> None:
    told_everywhere(shop, zoe, maya, places)
    before = found(shop, WORDS, PHONE)
    assert {"message.body", "message.sender", "address.value", "note.body", "draft.body", "customer.name"} <= before
    conversation = zoe.conversation
    clocks = len(shop.clocks())

    shop.now.move(minutes=1)
    erasure = erases(shop, zoe, sam, places)

    assert (erasure.state, erasure.done) == (ErasureState.DONE, 4)
    assert found(shop, WORDS, PHONE) == set()
    on_disk = [path for path in tmp_path.rglob("*") if path.is_file() and not path.name.startswith("smsdesk.db")]
    assert [
        path for path in on_disk if WORDS.encode() in path.read_bytes() or PHONE.encode() in path.read_bytes()
    ] == []
    rows = shop.all(select(Message).where(Message.conversation_id == conversation.id).order_by(Message.seq))
    assert [row.seq for row in rows] == [1, 2, 3, 4]
    assert all(row.created_at and (row.carrier_sid or row.direction == "out") for row in rows)
    assert len(shop.clocks()) == clocks
    assert [one.outcome for one in shop.all(select(StopWish))] == [WishOutcome.OVERTAKEN]
    assert len(shop.all(select(ErasedStop))) == 1
    asked, gone = (event for event in events(shop) if event.kind.startswith("customer.eras"))
    assert (asked.kind, gone.kind, gone.actor_id) == ("customer.erasure_asked", "customer.erased", sam.id)


def events(shop: Shop) -> list[Any]:
    return shop.all(select(Event).order_by(Event.id))


def test_a_stop_outlives_its_number_until_they_text_start(
    shop: Shop, zoe: Texter, maya: Person, sam: Person, places: Places
) -> None:
    zoe.text("STOP")
    erases(shop, zoe, sam, places)
    shop.now.move(minutes=1)

    assert FastLane(shop.database).receive(inbound("do you still exist?"), shop.now()) is None
    zoe.text("do you still exist?")

    again = zoe.conversation
    assert (len(shop.conversations()), again.last_seq) == (2, 1)
    with pytest.raises(OptedOut):
        maya.replies_to(zoe, "Yes")
    zoe.text("START")
    maya.replies_to(zoe, "Yes", minutes=1)
    assert zoe.received == ["Yes"]
    erases(shop, zoe, sam, places)
    zoe.text("hello?")
    maya.replies_to(zoe, "Yes")  # the STOP was lifted, and comes back with no other erasure


def test_what_was_texted_before_comes_back_neither_from_the_carrier_nor_from_the_spool(
    shop: Shop, zoe: Texter, sam: Person, places: Places
) -> None:
    sid = new_sid()
    zoe.text("hello", sid=sid)
    before = shop.now()
    shop.now.move(minutes=5)
    erases(shop, zoe, sam, places)
    shop.now.move(minutes=5)
    after = shop.now()
    never_came = new_sid()
    shop.carrier.log = [
        Listed(one, OUR_NUMBER, PHONE, body, at, "received", None, "inbound", 0)
        for one, body, at in ((sid, "hello", before), (never_came, "missed", before), (new_sid(), "new life", after))
    ]

    look = fetch_missed.Look(shop.number_id, OUR_NUMBER, before - timedelta(minutes=1))
    missing = list(
        fetch_missed._unknown(shop.database, ACCOUNT, iter(list(shop.carrier.inbound_since(look.address, look.since))))
    )
    places.spool.keep_text(inbound("late", never_came), before)
    drain_texts(shop.database, places.spool)

    assert [one.body for one in missing] == ["new life"]
    with pytest.raises(AlreadyReceived):
        zoe.text("hello", sid=sid)
    assert [row.body for row in shop.all(select(Message))] == [""]
    assert places.spool.depth() == 0


def test_nothing_more_is_sent_or_written_there(
    shop: Shop, zoe: Texter, maya: Person, sam: Person, places: Places
) -> None:
    zoe.text("hello")
    waits = maya.replies_to(zoe, "One moment")
    conversation = zoe.conversation
    erases(shop, zoe, sam, places)

    row = shop.read(lambda session: session.get_one(Message, waits.id))
    assert (row.state, row.body, row.recipient.startswith("erased:")) == (State.BLOCKED, "", True)
    with pytest.raises(WasErased):
        shop.do(lambda session: annotate.write_note(session, session.get_one(Conversation, conversation.id), "more", session.get_one(Agent, maya.id), shop.now()))  # fmt: skip
    with pytest.raises(decide.NothingToDecide):
        shop.do(lambda session: decide.resend(session, row, session.get_one(Agent, maya.id), shop.now(), "t"))
    assert shop.sends_what_waits() == []


def test_a_call_that_is_being_made_ends_the_erasure_a_little_later_and_its_text_is_not_tried_again(
    shop: Shop, zoe: Texter, maya: Person, sam: Person, places: Places
) -> None:
    zoe.text("hello")
    maya.replies_to(zoe, "Ready at five")
    conversation_id = zoe.conversation.id
    (claimed,) = shop.do(lambda session: claim(session, look(session, shop.now(), 10), shop.now()))
    assert shop.do(lambda session: about_to_call(session, claimed, shop.now()))
    erasure = erases(shop, zoe, sam, places)
    assert (erasure.state, erasure.part) == (ErasureState.RUNNING, "calls")

    shop.do(lambda session: conclude(session, claimed, NotSent(21211, f"{PHONE} is away"), ACCOUNT, shop.now()))
    shop.now.move(minutes=2)
    works_off(shop, places)

    assert shop.read(lambda session: session.get_one(Erasure, erasure.id)).state is ErasureState.DONE
    assert found(shop, "Ready at five", PHONE) == set()
    assert [row.state for row in shop.all(select(Message).where(Message.direction == "out"))] == [State.BLOCKED]
    assert conversation_id in {row.id for row in shop.conversations()}
    assert shop.read(lambda session: session.scalar(select(func.count()).select_from(Clock))) == 1


def test_whoever_has_it_open_is_told_again_when_the_words_are_gone(shop: Shop, zoe: Texter, places: Places) -> None:
    zoe.text(f"hello {WORDS}")
    conversation = zoe.conversation
    customer_id = conversation.customer_id
    shop.do(lambda session: erase.ask(session, session.get_one(Customer, customer_id), None, shop.now()))
    work = shop.do(lambda session: erase.claim(session, shop.now()))
    assert work

    while shop.all(select(Message.body)) != [""]:
        goes_on(shop, work, places)
    shop.promised.clear()
    while goes_on(shop, work, places):
        pass

    assert conversation.id in [news.id for news in shop.news() if news.kind == "conversation"]


def test_a_process_that_dies_between_two_steps_leaves_the_rest_to_the_next(
    shop: Shop, zoe: Texter, maya: Person, sam: Person, places: Places
) -> None:
    for number in range(3):
        zoe.text(f"hello {WORDS} {number}")
    customer_id = zoe.conversation.customer_id
    shop.do(
        lambda session: erase.ask(
            session, session.get_one(Customer, customer_id), session.get_one(Agent, sam.id), shop.now()
        )
    )
    for _ in range(20):  # each one does a single step, and is gone
        shop.now.move(minutes=2)
        work = shop.do(lambda session: erase.claim(session, shop.now()))
        if work is None:
            break
        goes_on(shop, work, places)

    assert shop.all(select(Erasure.state)) == [ErasureState.DONE]
    assert found(shop, WORDS, PHONE) == set()
