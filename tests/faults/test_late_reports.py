"""Delivery reports that come days late, three times and shuffled (trust.md 6.3, F08): each is answered, none takes a text back, and what they say is learnt."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select

from smsdesk.adapters import clock
from smsdesk.desk.reply import reply
from smsdesk.desk.resolve import resolve
from smsdesk.models import Agent, Conversation, DeliveryReport, Message
from smsdesk.rules.delivery_status import RANK, State
from smsdesk.simulator.ledger import Text
from tests.faults.ground import SEED
from tests.faults.indoors import Indoors, indoors
from tests.workers.shop import NUMBER

PHONES = [f"+1415555{place:04}" for place in range(5)]
KNOWN, FAILED_FIRST, IN_DOUBT, RESOLVED, NEVER_NOTED = PHONES
WORDS = ["queued", "sending", "sent", "delivered"] * 3


@pytest.fixture
def it(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Indoors]:
    monkeypatch.setenv("SMSDESK_TESTING", "1")
    with ExitStack() as stack:
        yield stack.enter_context(indoors(environ, environ["DATABASE_URL"]))


def test_f08_reports_that_come_three_days_late_and_shuffled_are_learnt_from_and_take_no_text_back(it: Indoors) -> None:
    taken = {phone: asked_and_answered(it, phone) for phone in PHONES}
    assert it.report(taken[FAILED_FIRST], "failed", 30008) == 200
    with it.shop.session() as session:
        resolved = session.get_one(Conversation, ours(it, RESOLVED).conversation_id)
        resolve(session, resolved, session.get_one(Agent, it.shop.people["Maya"]), clock.now(), seen=resolved.last_seq)
    pass_by(it, timedelta(hours=1), steps=5)
    before = {phone: ours(it, phone).state for phone in PHONES}
    pass_by(it, timedelta(days=3))

    posts = [(phone, word) for phone in PHONES for word in WORDS]
    Random(SEED).shuffle(posts)
    fell: list[str] = []
    for phone, word in posts:
        rank = RANK[ours(it, phone).state]
        assert it.report(taken[phone], word) == 200
        fell += [f"{phone} by {word}"] * (RANK[ours(it, phone).state] < rank)

    assert before == {
        KNOWN: State.ACCEPTED,
        FAILED_FIRST: State.FAILED,
        IN_DOUBT: State.UNCONFIRMED,
        RESOLVED: State.ACCEPTED,
        NEVER_NOTED: State.UNCONFIRMED,
    }
    assert {ours(it, phone).state for phone in PHONES} == {State.DELIVERED}
    assert fell == []
    it.comes_to_rest()
    assert it.is_sound() == []


def test_f08_a_late_report_that_names_no_text_of_ours_is_parked_until_its_text_is_known_or_a_day_is_over(
    it: Indoors,
) -> None:
    taken = asked_and_answered(it, IN_DOUBT)
    pass_by(it, timedelta(hours=1), steps=5)
    pass_by(it, timedelta(days=3))
    nobodys = f"{it.shop.settings.public_url}/webhooks/twilio/statuses/nobody"
    astray = [Text(sid, "outbound-api", IN_DOUBT, NUMBER, "", status_url=nobodys) for sid in ("SM" + "9" * 32, taken.sid)]  # fmt: skip

    assert {it.report(text, word) for text in astray * 3 for word in ("delivered", "sent")} == {200}
    parked = (ours(it, IN_DOUBT).state, len(of_nobody(it)))
    assert it.report(taken, "queued") == 200  # the first that names our text: from here on its SID is known
    pass_by(it, timedelta(minutes=1))
    adopted = (ours(it, IN_DOUBT).state, {report.carrier_sid for report in of_nobody(it)})
    pass_by(it, timedelta(days=1, minutes=1))

    assert parked == (State.UNCONFIRMED, 4)
    assert adopted == (State.DELIVERED, {"SM" + "9" * 32})
    assert of_nobody(it) == []
    assert it.is_sound() == []


def asked_and_answered(it: Indoors, phone: str) -> Text:
    """A customer asks, Maya answers, the carrier takes it; of some we do not learn that it did, and its list omits them."""
    assert it.post(it.customer_texts(phone, "When can I come?", NUMBER)) == 200
    [asked] = it.shop.all(select(Message).where(Message.sender == phone))
    with it.shop.session() as session:
        maya = session.get_one(Agent, it.shop.people["Maya"])
        reply(session, asked.conversation_id, "At five", maya, clock.now(), seen=asked.seq, client_token=phone)
    it.witness.carrier.habits.change({"list_omits": 1.0, "quickest_s": 1e6, "slowest_s": 1e6})
    if phone == IN_DOUBT:
        it.witness.carrier.modes.next("accept_then_close")
    for claimed in it.claims():
        it.carries(claimed, "out.before_sid_commit:vanish" if phone == NEVER_NOTED else "")
    return next(text for text in it.witness.carrier.ledger.texts("direction = 'outbound-api' AND recipient = ?", phone))


def pass_by(it: Indoors, time: timedelta, steps: int = 1) -> None:
    """After each step everybody does their work."""
    for _ in range(steps):
        it.hands.at += time / steps
        it.does_everything()


def ours(it: Indoors, phone: str) -> Message:
    return it.shop.all(select(Message).where(Message.recipient == phone, Message.direction == "out"))[0]


def of_nobody(it: Indoors) -> list[DeliveryReport]:
    return it.shop.all(select(DeliveryReport).where(DeliveryReport.message_id.is_(None)))
