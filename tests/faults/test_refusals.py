"""A carrier that takes nothing for a while (trust.md 6.3, F13 and F15b): nothing is lost, it is not hammered, and whoever can mend it knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from itertools import count, pairwise

import pytest
from flask import Flask
from sqlalchemy import select

from config.settings import Settings
from smsdesk.adapters import clock
from smsdesk.adapters.carrier import Accepted, NotSent, Outcome, Refused
from smsdesk.adapters.wiring import Wiring
from smsdesk.desk import conclude, deliver, tell
from smsdesk.models import Alert, Message
from smsdesk.rules.delivery_status import State
from tests.faults.door import Door
from tests.faults.ground import LONG
from tests.workers.shop import Shop

TEXTS, MOST_TRIES = (200, 8) if LONG else (3, 17)  # with few texts, each is tried as often as patience lets it
AT_ONCE = 24
_sids = count(1)


@pytest.fixture
def door(app: Flask, settings: Settings) -> Door:
    wiring: Wiring = app.extensions["smsdesk"]
    return Door(app, settings, Shop(wiring, settings).opens(per_second=100))


def queued(shop: Shop, texts: int) -> datetime:
    for number in range(texts):
        conversation_id = shop.hears("hello?", sender=f"+1415555{number:04}").conversation_id
        assert conversation_id
        shop.answers("Ready at five", conversation_id)
    return clock.now()


def sends(shop: Shop, now: datetime, until: datetime, carrier: Callable[[datetime], Outcome]) -> datetime:
    """What the workers do from now on, as fast as they may; the moment at which nothing waited any more, or `until`."""
    while now < until:
        with shop.session() as session:
            claims = deliver.claim(session, deliver.look(session, now, AT_ONCE), now)
        for claimed in claims:
            with shop.session() as session:
                assert deliver.about_to_call(session, claimed, now)
                rests = conclude.conclude(session, claimed, carrier(now), shop.settings.twilio_account_sid, now)
                if rests is not None:
                    conclude.rest(session, claimed.number_id, rests)
        with shop.session() as session:
            chance = deliver.next_chance(session, now)
        if chance is None and not claims:
            return now
        now = max(now + timedelta(milliseconds=50), min(chance or now, until))
    return now


def taken(_now: datetime) -> Outcome:
    return Accepted(f"SM{next(_sids) + (15 << 120):032x}", 1)


def states(shop: Shop) -> Counter[State]:
    return Counter(message.state for message in shop.all(select(Message).where(Message.direction == "out")))


@pytest.mark.parametrize("retry_after", [None, timedelta(seconds=45)], ids=["without a word", "with Retry-After"])
def test_f13_five_minutes_of_429_cost_few_tries_and_no_text(door: Door, retry_after: timedelta | None) -> None:
    began = queued(door.shop, TEXTS)
    tries: list[datetime] = []

    def too_many(now: datetime) -> Outcome:
        tries.append(now)
        return NotSent(20429, "the carrier asks us to slow down", retry_after, is_rate_limit=True)

    still = sends(door.shop, began, began + timedelta(minutes=5), too_many)
    assert states(door.shop) == {State.RETRY_WAIT: TEXTS} or set(states(door.shop)) == {State.RETRY_WAIT, State.READY}
    done = sends(door.shop, still, still + timedelta(minutes=5), taken)

    assert states(door.shop) == {State.ACCEPTED: TEXTS}
    assert len(tries) < (MOST_TRIES * TEXTS if retry_after is None else 8 * AT_ONCE)
    assert done - still < timedelta(minutes=1)
    if retry_after is not None:
        waits = [later - earlier for earlier, later in pairwise(tries) if later != earlier]
        assert all(wait < timedelta(seconds=1) or wait >= retry_after for wait in waits), waits


def test_f15b_a_key_that_is_revoked_holds_every_text_back_and_tells_the_managers_once(door: Door) -> None:
    began = queued(door.shop, 3)
    refused = Refused(20003, "the carrier refuses our credentials", "credentials")

    still = sends(door.shop, began, began + timedelta(minutes=20), lambda _: refused)

    assert set(states(door.shop)) <= {State.RETRY_WAIT, State.READY}
    assert sum(states(door.shop).values()) == 3
    assert len(alerts(door.shop)) == 1
    with door.shop.session() as session:
        tell.tell_waiting(session, still)
    [alert] = alerts(door.shop)
    assert [recipient.agent_id for recipient in alert.recipients] == [door.shop.people["Sam"]]
    assert "The carrier refuses our credentials" in page(door, "/manager", still)
    assert "TWILIO_AUTH_TOKEN" in page(door, "/manager/alerts", still)

    done = sends(door.shop, still, still + timedelta(minutes=5), taken)

    assert states(door.shop) == {State.ACCEPTED: 3}
    assert done - still < timedelta(minutes=2)
    assert "refuses our credentials" not in page(door, "/manager", done)

    queued(door.shop, 1)
    sends(door.shop, done + timedelta(hours=1), done + timedelta(hours=1, minutes=2), lambda _: refused)
    assert len(alerts(door.shop)) == 2, "another time is another alert"


def alerts(shop: Shop) -> list[Alert]:
    return shop.all(select(Alert).where(Alert.step == "refused"))


def page(door: Door, address: str, at: datetime) -> str:
    browser = door.browser("Sam")
    with clock.told_by(lambda: at):
        return unescape(browser.get(address, base_url=door.settings.public_url).text)
