"""Texts that come twice under two names, in another order, or a day late (trust.md 6.3, F04): each is kept, and none makes anybody late."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from sqlalchemy import select

from smsdesk.desk import fetch_missed
from smsdesk.models import Clock, Message
from smsdesk.simulator.ledger import Text
from tests.faults.indoors import Indoors, indoors
from tests.workers.shop import MARIA, NUMBER

LATE = timedelta(hours=26)


@pytest.fixture
def it(environ: dict[str, str]) -> Iterator[Indoors]:
    with ExitStack() as stack:
        yield stack.enter_context(indoors(environ, environ["DATABASE_URL"]))


def texts(it: Indoors, *bodies: str) -> list[Text]:
    return [it.customer_texts(MARIA, body, NUMBER) for body in bodies]


def thread(it: Indoors) -> list[str]:
    return it.shop.all(select(Message.body).where(Message.direction == "in").order_by(Message.seq))


def test_f04_the_same_words_under_two_ids_are_two_texts_and_one_clock(it: Indoors) -> None:
    for text in texts(it, "Are you there?", "Are you there?"):
        assert it.post(text) == 200

    assert thread(it) == ["Are you there?"] * 2
    assert len(it.shop.all(select(Clock))) == 1
    assert it.is_sound() == []


def test_f04_texts_that_overtake_each_other_are_all_kept_as_they_came_and_the_first_to_come_is_waited_from(it: Indoors) -> None:  # fmt: skip
    first, second, third = texts(it, "one", "two", "three")
    came_at = it.hands.at
    for text in (third, first, second):
        assert it.post(text) == 200
        it.hands.at += timedelta(seconds=5)

    assert thread(it) == ["three", "one", "two"]
    assert it.shop.all(select(Clock.started_at)) == [came_at]
    assert it.is_sound() == []


@pytest.mark.parametrize("road", ["its post", "the carrier's log"])
def test_f04_a_text_that_comes_a_day_late_makes_nobody_late_before_it_could_be_known(it: Indoors, road: str) -> None:
    [text] = texts(it, "Can I come today?")
    written_at = it.hands.at
    it.hands.at += LATE
    if road == "its post":
        assert it.post(text) == 200
    else:
        it.looks_for_the_lost()
    came_at = it.hands.at
    it.looks_at_the_clock()

    [message] = it.shop.all(select(Message).where(Message.direction == "in"))
    assert it.shop.all(select(Clock.started_at)) == [came_at]
    assert it.shop.all(select(Clock.breached_at)) == [None]
    if road == "the carrier's log":
        assert message.source == "fetched"
        assert [fetch_missed.written_at(raw) for raw in it.shop.all(select(Message.raw)) if raw] == [written_at]
    assert it.is_sound() == []
