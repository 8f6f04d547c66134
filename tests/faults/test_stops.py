"""A STOP, however it is written and whenever it comes (trust.md 6.3, F63): nothing goes out after it."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from config.settings import Settings
from smsdesk.adapters import clock
from smsdesk.adapters.wiring import Wiring
from smsdesk.desk import deliver
from smsdesk.models import Address, ConversationState, Message, Stop
from smsdesk.rules.delivery_status import State
from smsdesk.rules.revocations import read_revocation
from tests.faults.door import Door
from tests.faults.ground import LONG
from tests.workers.shop import Shop

FORMS: list[list[str]] = json.loads((Path(__file__).parents[1] / "corpus/stops.json").read_text(encoding="utf-8"))["forms"]  # fmt: skip
QUEUED = 500 if LONG else 25


@pytest.fixture
def door(app: Flask, settings: Settings) -> Door:
    wiring: Wiring = app.extensions["smsdesk"]
    return Door(app, settings, Shop(wiring, settings).opens(per_second=100))


def test_f63_every_way_to_say_stop_is_read_as_the_table_says(door: Door) -> None:
    for number, (words, _) in enumerate(FORMS, start=1):
        assert door.post(door.form(number, words, From=phone(number))) == 200

    stopped = {door.shop.all(select(Address.value).where(Address.id == row.address_id))[0] for row in door.shop.all(select(Stop))}  # fmt: skip
    assert stopped == {phone(number) for number, (_, reading) in enumerate(FORMS, start=1) if reading == "stop"}
    waiting = {message.sender for message in door.shop.messages() if waits(door, message.conversation_id)}
    assert {words for words, reading in FORMS if read_revocation(words) is not None and reading != "stop"} == {words for words, reading in FORMS if reading == "plain words"}  # fmt: skip
    assert waiting == {phone(number) for number, (_, reading) in enumerate(FORMS, start=1) if reading in {"text", "plain words"}}  # fmt: skip


def test_f63_a_stop_under_a_picture_is_one_and_one_that_comes_twice_is_one(door: Door) -> None:
    picture = {"NumMedia": "1", "MediaUrl0": f"https://api.twilio.com/x/Media/ME{'0' * 32}", "MediaContentType0": "image/png"}  # fmt: skip

    answers = [door.post(door.form(1, "STOP", **picture)) for _ in range(2)] + [door.post(door.form(2, "stop"))]

    assert answers == [200, 200, 200]
    assert len(door.shop.all(select(Stop))) == 1


@pytest.mark.parametrize("again", [(), ("START", "STOP")], ids=["once", "and START and STOP again"])
def test_f63_a_stop_between_approval_and_call_holds_back_everything_that_waits(door: Door, again: tuple[str, ...]) -> None:  # fmt: skip
    door.post(door.form(1))
    [conversation_id] = {message.conversation_id for message in door.shop.messages()}
    for number in range(QUEUED):
        door.shop.answers(f"part {number}", conversation_id)
    with door.shop.session() as session:
        [claimed] = deliver.claim(session, deliver.look(session, clock.now(), 10), clock.now())

    for number, words in enumerate(("STOP", *again), start=2):
        assert door.post(door.form(number, words)) == 200
    with door.shop.session() as session:
        assert not deliver.about_to_call(session, claimed, clock.now())
    for _ in range(QUEUED + 1):
        with door.shop.session() as session:
            assert deliver.claim(session, deliver.look(session, clock.now(), 10), clock.now()) == []

    ours = door.shop.all(select(Message).where(Message.direction == "out", Message.body.startswith("part ")))
    assert Counter(message.state for message in ours) == {State.BLOCKED: QUEUED}
    assert {message.called_at for message in ours} == {None}
    with door.shop.session() as session:
        assert deliver.look(session, clock.now() + timedelta(hours=1), 10) == []


def phone(number: int) -> str:
    return f"+1415556{number:04}"


def waits(door: Door, conversation_id: UUID) -> bool:
    return door.shop.conversation(conversation_id).state is ConversationState.WAITING_FOR_US
