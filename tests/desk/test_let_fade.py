"""Texts are kept as long as their number says; then their words go, and what counts stays."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.adapters.media_store import MediaStore
from smsdesk.desk import let_fade
from smsdesk.desk.let_fade import NotDays, keep_texts_for, read_days
from smsdesk.models import Agent, Conversation, Event, Media, MediaState, Message, Number
from smsdesk.rules.delivery_status import State
from tests.cast import Customer, Person, Shop


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    (tmp_path / "media").mkdir()
    return MediaStore(tmp_path / "media")


def keeps(shop: Shop, number_id: UUID, days: int, by: Person) -> None:
    def say(session: Session) -> None:
        keep_texts_for(session, session.get_one(Number, number_id), days, session.get_one(Agent, by.id), shop.now())

    shop.do(say)


def an_hour_passes(shop: Shop, store: MediaStore) -> int:
    shop.now.move(hours=1)
    assert shop.read(lambda session: let_fade.is_due(session, shop.now()))
    count = 0
    while more := shop.do(lambda session: let_fade.fade(session, store, shop.now())):
        count += more
    assert not shop.read(lambda session: let_fade.is_due(session, shop.now()))
    return count


def bodies(customer: Customer) -> list[str]:
    return [message.body for message in customer.messages]


def test_what_is_older_than_a_number_says_loses_its_words_and_its_picture(
    shop: Shop, maria: Customer, priya: Customer, maya: Person, sam: Person, store: MediaStore
) -> None:
    other = shop.number("+14155550109")
    maria.text("long ago")
    sent = maya.replies_to(maria, "Ready at five", minutes=1)
    priya.text("long ago too", to="+14155550109")
    (store.folder / ("c" * 32)).write_bytes(b"a picture")
    shop.do(lambda session: session.add(Media(message_id=sent.id, position=0, carrier_media_sid="", content_type="image/png", state=MediaState.READY, file_name="c" * 32, not_before=shop.now(), created_at=shop.now())))  # fmt: skip
    keeps(shop, shop.number_id, 7, sam)
    assert an_hour_passes(shop, store) == 0

    shop.now.move(days=8)
    maria.text("today")
    clocks = [clock.id for clock in shop.clocks()]
    assert an_hour_passes(shop, store) == 2

    assert (bodies(maria), bodies(priya)) == (["", "", "today"], ["long ago too"])
    (first, answer, last) = maria.messages
    assert (answer.state, first.emptied_at is None, last.emptied_at) == (State.ACCEPTED, False, None)
    assert list(store.folder.iterdir()) == []
    assert [media.refusal for media in shop.all(select(Media))] == ["Removed after 7 days."]
    assert [clock.id for clock in shop.clocks()] == clocks
    assert maria.conversation.last_preview == "today"
    assert an_hour_passes(shop, store) == 0

    keeps(shop, other, 1, sam)
    assert an_hour_passes(shop, store) == 1
    assert (bodies(priya), priya.conversation.last_preview) == ([""], "")
    changes = shop.all(select(Event).where(Event.kind == "number.retention_changed").order_by(Event.id))
    assert [(event.actor_id, event.detail) for event in changes] == [
        (sam.id, {"before": 0, "after": 7}),
        (sam.id, {"before": 0, "after": 1}),
    ]


def test_a_text_that_was_stored_long_after_its_moment_is_not_passed_over(
    shop: Shop, maria: Customer, sam: Person, store: MediaStore
) -> None:
    keeps(shop, shop.number_id, 7, sam)
    first = shop.now()
    maria.text("first")
    shop.now.move(days=8)
    assert an_hour_passes(shop, store) == 1
    late = shop.now()
    shop.now.at = first - timedelta(days=1)  # it had waited on the spool since then
    maria.text("from the spool")
    shop.now.at = late

    assert an_hour_passes(shop, store) == 1
    assert bodies(maria) == ["", ""]


def test_posts_go_after_a_month_and_words_stay_where_nobody_said_otherwise(
    shop: Shop, maria: Customer, store: MediaStore
) -> None:
    maria.text("for ever")
    maria.text("found in the carrier's log", source="fetched")
    shop.now.move(days=31)
    an_hour_passes(shop, store)

    raw = shop.read(lambda session: list(session.scalars(select(Message.raw).order_by(Message.seq))))
    assert raw == [None, b"raw"]
    assert bodies(maria) == ["for ever", "found in the carrier's log"]
    assert shop.all(select(Conversation.last_preview)) == ["found in the carrier's log"]


@pytest.mark.parametrize("typed", ["", "-1", "1.5", "seven", "3651", "٣"])
def test_days_that_are_none_are_refused_in_words(typed: str) -> None:
    with pytest.raises(NotDays, match="from 1 to 3650, or 0"):
        read_days(typed)
