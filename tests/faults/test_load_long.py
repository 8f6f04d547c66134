"""A shop under ten and thirty times the rate that is claimed, beside somebody's flood, and for long (trust.md 6.3 J). Long form only.

`SMSDESK_LOAD_SECONDS` says how long the first lasts; ten minutes make a soak.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from bench import load, open_loop
from smsdesk.adapters.database import Database
from smsdesk.models import Address, Clock, Conversation
from tests.faults.ground import LONG

CLAIMED = 5  # texts a second (docs/costs.md)
SECONDS = float(os.environ.get("SMSDESK_LOAD_SECONDS", "120"))
pytestmark = [pytest.mark.skipif(not LONG, reason="the long form"), pytest.mark.timeout(3600)]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def shop(request: pytest.FixtureRequest) -> Iterator[load.Shop]:
    with load.shop(request.param) as place:
        load.run(place, load.texts(place, 20, 3))  # everything has been met once
        yield place


def test_f47_ten_times_the_claimed_rate_is_answered_within_a_second_and_nothing_grows(shop: load.Shop) -> None:
    came = load.run(shop, load.texts(shop, 10 * CLAIMED, SECONDS))
    load.say(came, "text")

    assert open_loop.statuses(came.heard) == {200: 10 * CLAIMED * SECONDS}
    assert open_loop.at_share(came.heard, 0.99) < 1
    assert came.lost == 0
    assert load.growth(came.samples, "files") < 5
    assert load.growth(came.samples, "threads") < 5
    assert load.growth(came.samples, "memory") < 10  # MiB a minute, of a dozen processes and caches that still fill


def test_f47_thirty_times_the_claimed_rate_is_taken_or_refused_in_time_and_nothing_is_lost(shop: load.Shop) -> None:
    came = load.run(shop, load.texts(shop, 30 * CLAIMED, 60))
    load.say(came, "text")

    assert set(open_loop.statuses(came.heard)) <= {200, 503}
    assert max(one.took for one in came.heard) < open_loop.PATIENCE
    assert came.lost == 0
    assert came.caught_up_s < 120


def test_f49_f51_a_phone_that_texts_without_end_is_one_conversation_and_slows_nobody(shop: load.Shop) -> None:
    asks = load.texts(shop, CLAIMED, 120) + load.looks(shop, "/queue?box=team", 2, 120)
    came = load.run(shop, asks + load.texts(shop, 5000 / 60, 60, 60, load.FLOODER, "flood"))
    load.say(came, "text", "flood", "page")

    assert set(open_loop.statuses(came.heard)) == {200}
    assert came.lost == 0
    for mark in ("text", "page"):
        before, during = load.halves(came.of(mark), 60)
        assert during < 2 * before or during < 0.25, mark
    database = Database(shop.database_url)
    with database.reading() as session:
        of_the_phone = select(Conversation.id).join(Address, Address.id == Conversation.address_id)
        (flooded,) = session.scalars(of_the_phone.where(Address.value == load.FLOODER))
        assert session.scalar(select(func.count()).where(Clock.conversation_id == flooded)) == 1
    database.close()
    (page,) = load.run(shop, load.looks(shop, f"/conversations/{flooded}", 1, 1)).heard
    assert (page.status, page.took < 2) == (200, True)
