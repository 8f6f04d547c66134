"""Our texts go out: in order, at most once, never after a STOP, and as fast as their sender may."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from config.settings import Settings
from smsdesk.adapters import clock
from smsdesk.adapters.carrier import Accepted, NotSent, Outcome, Refused, StatusReport, Unknown
from smsdesk.desk import check_sending, decide, deliver, follow, reconcile
from smsdesk.desk.conclude import conclude
from smsdesk.desk.deliver import Claim
from smsdesk.desk.drain_spool import drain_outcomes
from smsdesk.models import Agent, Clock, ConversationState, Message, Number, SendAttempt, Stop
from smsdesk.rules.delivery_status import State
from smsdesk.rules.reply_clock import ClockState
from tests.faults.standin import StandIn, standing_in
from tests.workers.shop import MARIA, Shop, shop_of
from workers.outbox import Outbox

PRIYA = "+14155550188"
NOW_AND_OFTEN = reconcile.Pace(first=timedelta(0), longest=timedelta(0), spread=timedelta(0))


@pytest.fixture
def carrier(settings: Settings) -> Iterator[StandIn]:
    with standing_in(settings, drops=1.0) as carrier:
        yield carrier


@pytest.fixture
def shop(carrier: StandIn) -> Shop:
    return shop_of(carrier.settings).opens(per_second=100)


@pytest.fixture
def outbox(shop: Shop) -> Outbox:
    return Outbox(lambda: shop.wiring)


def asked_and_answered(shop: Shop, *bodies: str, sender: str = MARIA) -> list[UUID]:
    """A customer asks, Maya approves these answers; their ids."""
    conversation_id = shop.hears("hello?", sender=sender).conversation_id
    assert conversation_id
    return [shop.answers(body, conversation_id) for body in bodies]


def claimed(shop: Shop, after: timedelta = timedelta(0)) -> list[Claim]:
    now = clock.now() + after
    with shop.session() as session:
        return deliver.claim(session, deliver.look(session, now, 10), now)


def ended(shop: Shop, claim: Claim, outcome: Outcome) -> Message:
    with shop.session() as session:
        conclude(session, claim, outcome, shop.settings.twilio_account_sid, clock.now())
    return shop.message(claim.message_id)


def reports(shop: Shop, message_id: object, word: str, sid: str, code: int | None = None) -> None:
    with shop.session() as session:
        report = StatusReport(shop.settings.twilio_account_sid, sid, word, code, b"")
        follow.hear(session, report, str(message_id), clock.now())


SID = "SM" + "7" * 32


def test_an_answer_reaches_the_carrier_once_and_keeps_the_promise(shop: Shop, carrier: StandIn, outbox: Outbox) -> None:
    [answer] = asked_and_answered(shop, "Ready at five")

    outbox.drain()
    outbox.drain()

    assert [text.body for text in carrier.accepted()[str(answer)]] == ["Ready at five"]
    message = shop.message(answer)
    assert message.state is State.ACCEPTED
    [clock_] = shop.all(select(Clock))
    assert clock_.state is ClockState.FULFILLED
    assert shop.conversation(message.conversation_id).state is ConversationState.WAITING_FOR_THEM


def test_answers_go_in_the_order_in_which_they_were_approved(shop: Shop, carrier: StandIn, outbox: Outbox) -> None:
    bodies = [f"part {number}" for number in range(12)]
    asked_and_answered(shop, *bodies)

    outbox.drain()

    assert carrier.in_order("+14155550100", MARIA) == bodies


def test_a_stop_after_the_approval_wins(shop: Shop, carrier: StandIn, outbox: Outbox) -> None:
    [answer] = asked_and_answered(shop, "Ready at five")
    shop.hears("STOP")

    outbox.drain()

    assert carrier.calls() == []
    assert (shop.message(answer).state, shop.message(answer).block_reason) == (State.BLOCKED, check_sending.OPTED_OUT)


def test_a_stop_between_the_claim_and_the_call_wins(shop: Shop, carrier: StandIn) -> None:
    [answer] = asked_and_answered(shop, "Ready at five")
    [claim] = claimed(shop)
    shop.hears("STOP")

    with shop.session() as session:
        assert not deliver.about_to_call(session, claim, clock.now())
    claimed(shop)

    assert shop.message(answer).state is State.BLOCKED


def test_two_workers_never_claim_the_same_text(shop: Shop) -> None:
    asked_and_answered(shop, "Ready at five")
    now = clock.now()
    with shop.wiring.database.reading() as session:
        waiting = deliver.look(session, now, 10)

    claims = []
    for _ in range(2):
        with shop.session() as session:
            claims += deliver.claim(session, waiting, now)

    assert len(claims) == 1


def test_an_answer_that_waited_too_long_is_given_up_in_sight_of_everybody(shop: Shop) -> None:
    [answer] = asked_and_answered(shop, "Good night")

    claimed(shop, after=timedelta(hours=5))

    message = shop.message(answer)
    assert (message.state, message.block_reason) == (State.FAILED, deliver.TOO_OLD)
    assert shop.conversation(message.conversation_id).has_failure


@pytest.mark.parametrize(
    ("outcome", "state", "holds_sender"),
    [
        (Accepted(SID, 2), State.ACCEPTED, False),
        (NotSent(None, "no connection"), State.RETRY_WAIT, False),
        (NotSent(20429, "slow down", timedelta(seconds=9), is_rate_limit=True), State.RETRY_WAIT, True),
        (Refused(21614, "a landline", "permanent"), State.FAILED, False),
        (Refused(20003, "credentials", "credentials"), State.RETRY_WAIT, True),
        (Refused(21610, "opted out", "opted_out"), State.BLOCKED, False),
        (Unknown("the call broke off"), State.UNKNOWN, False),
    ],
)
def test_each_way_a_call_can_end_is_followed_by_its_own(
    shop: Shop, outcome: Outcome, state: State, holds_sender: bool
) -> None:
    asked_and_answered(shop, "Ready at five")
    [claim] = claimed(shop)

    with shop.session() as session:
        rest_until = conclude(session, claim, outcome, shop.settings.twilio_account_sid, clock.now())

    assert shop.message(claim.message_id).state is state
    assert (rest_until is not None) is holds_sender
    [attempt] = shop.all(select(SendAttempt))
    assert attempt.outcome == type(outcome).__name__


def test_the_carrier_knows_of_a_stop_that_we_do_not(shop: Shop) -> None:
    asked_and_answered(shop, "Ready at five")
    [claim] = claimed(shop)

    message = ended(shop, claim, Refused(21610, "opted out", "opted_out"))

    assert len(shop.all(select(Stop))) == 1
    assert shop.conversation(message.conversation_id).reply_due_at is None


def test_what_nobody_called_for_goes_back_in_line_and_what_may_have_been_sent_does_not(shop: Shop) -> None:
    asked_and_answered(shop, "one")
    asked_and_answered(shop, "two", sender=PRIYA)
    not_called, called = claimed(shop)
    with shop.session() as session:
        assert deliver.about_to_call(session, called, clock.now())

    with shop.session() as session:
        deliver.end_leases(session, clock.now() + timedelta(minutes=1))

    assert shop.message(not_called.message_id).state is State.READY
    assert shop.message(called.message_id).state is State.UNKNOWN
    assert [claim.message_id for claim in claimed(shop)] == [not_called.message_id]


def test_a_worker_that_was_stopped_too_long_does_not_call(shop: Shop) -> None:
    asked_and_answered(shop, "one")
    [claim] = claimed(shop)

    with shop.session() as session:
        assert not deliver.about_to_call(session, claim, clock.now() + timedelta(seconds=30))

    assert shop.message(claim.message_id).state is State.READY


@pytest.mark.parametrize(
    "mode", ["accept_then_close", "201_garbage", "201_truncated", "201_wrong_sid", "201_empty", "accept_500"]
)
def test_a_text_of_unknown_fate_is_found_in_the_listing_and_never_sent_again(
    shop: Shop, carrier: StandIn, outbox: Outbox, mode: str
) -> None:
    carrier.carrier.modes.next(mode)
    [answer] = asked_and_answered(shop, "Ready at five")
    outbox.drain()
    assert shop.message(answer).state is State.UNKNOWN

    look_for_the_lost(shop)
    outbox.drain()

    assert shop.message(answer).state in {State.ACCEPTED, State.SENT, State.DELIVERED}
    assert len(carrier.accepted()[str(answer)]) == len(carrier.calls()) == 1


def test_a_text_that_is_in_no_listing_is_put_before_a_person(shop: Shop, carrier: StandIn, outbox: Outbox) -> None:
    carrier.carrier.modes.next("reset_before")
    [answer] = asked_and_answered(shop, "Ready at five")
    outbox.drain()

    states = []
    for _ in range(3):
        look_for_the_lost(shop)
        states.append(shop.message(answer).state)

    assert states == [State.UNKNOWN, State.UNKNOWN, State.UNCONFIRMED]
    assert len(carrier.calls()) == 1
    assert shop.conversation(shop.message(answer).conversation_id).has_failure


def test_an_unconfirmed_text_is_sent_again_only_when_a_person_says_so_and_once(
    shop: Shop, carrier: StandIn, outbox: Outbox
) -> None:
    old = unconfirmed(shop, carrier, outbox)

    for _ in range(2):
        with shop.session() as session:
            maya = session.get_one(Agent, shop.people["Maya"])
            decide.resend(session, session.get_one(Message, old), maya, clock.now(), "pressed")
    outbox.drain()

    assert carrier.in_order("+14155550100", MARIA) == ["Ready at five"]
    with shop.session() as session:
        maya, text = session.get_one(Agent, shop.people["Maya"]), session.get_one(Message, old)
        with pytest.raises(decide.NothingToDecide):
            decide.resend(session, text, maya, clock.now(), "pressed again")


def test_whoever_knows_that_it_arrived_marks_it_and_the_promise_is_kept(
    shop: Shop, carrier: StandIn, outbox: Outbox
) -> None:
    old = unconfirmed(shop, carrier, outbox)

    with shop.session() as session:
        maya = session.get_one(Agent, shop.people["Maya"])
        decide.mark_as_sent(session, session.get_one(Message, old), maya, clock.now())

    assert shop.message(old).state is State.SENT
    assert [clock_.state for clock_ in shop.all(select(Clock))] == [ClockState.FULFILLED]


def test_reports_in_any_order_and_number_leave_the_furthest_state(shop: Shop) -> None:
    asked_and_answered(shop, "Ready at five")
    [claim] = claimed(shop)
    ended(shop, claim, Accepted(SID, 1))

    for word in ("delivered", "sent", "sent", "queued", "delivered"):
        reports(shop, claim.message_id, word, SID)

    assert shop.message(claim.message_id).state is State.DELIVERED


def test_a_report_before_our_own_record_adopts_the_text(shop: Shop) -> None:
    asked_and_answered(shop, "Ready at five")
    [claim] = claimed(shop)

    reports(shop, claim.message_id, "sent", SID)
    message = ended(shop, claim, Accepted(SID, 1))

    assert (message.state, message.carrier_sid) == (State.SENT, SID)


def test_a_report_ends_the_doubt_about_a_text(shop: Shop) -> None:
    asked_and_answered(shop, "Ready at five")
    [claim] = claimed(shop)
    ended(shop, claim, Unknown("the call broke off"))

    reports(shop, claim.message_id, "delivered", SID)

    assert shop.message(claim.message_id).state is State.DELIVERED


def test_a_report_about_nobody_is_parked_and_finds_its_text_later(shop: Shop) -> None:
    asked_and_answered(shop, "Ready at five")
    [claim] = claimed(shop)
    reports(shop, "nobody", "delivered", SID)
    ended(shop, claim, Accepted(SID, 1))

    with shop.session() as session:
        assert follow.adopt_parked(session, shop.settings.twilio_account_sid, clock.now()) == 1

    assert shop.message(claim.message_id).state is State.DELIVERED


def test_a_failure_after_acceptance_makes_them_wait_again_and_a_late_delivery_takes_that_back(shop: Shop) -> None:
    asked_and_answered(shop, "Ready at five")
    [claim] = claimed(shop)
    message = ended(shop, claim, Accepted(SID, 1))
    waits = [shop.conversation(message.conversation_id).waiting_since is not None]

    for word, code in (("failed", 30003), ("delivered", None)):
        reports(shop, claim.message_id, word, SID, code)
        conversation = shop.conversation(message.conversation_id)
        waits.append(conversation.waiting_since is not None)
        assert conversation.has_failure is (word == "failed")

    assert waits == [False, True, False]


def test_an_opt_out_that_comes_by_report_stops_us_too(shop: Shop) -> None:
    asked_and_answered(shop, "Ready at five")
    [claim] = claimed(shop)
    ended(shop, claim, Accepted(SID, 1))

    reports(shop, claim.message_id, "failed", SID, 21610)
    reports(shop, claim.message_id, "undelivered", SID, 21610)

    assert len(shop.all(select(Stop))) == 1


def test_a_sid_that_could_not_be_written_down_is_taken_from_the_spool(
    shop: Shop, carrier: StandIn, outbox: Outbox
) -> None:
    [answer] = asked_and_answered(shop, "Ready at five")
    outbox.drain()
    with shop.session() as session:  # as if only the call had been noted
        session.execute(update(Message).where(Message.id == answer).values(state=State.SENDING, carrier_sid=None))
    from smsdesk.adapters.spool import SpooledOutcome

    [text] = carrier.accepted()[str(answer)]
    account = shop.settings.twilio_account_sid
    shop.wiring.spool.keep_outcome(SpooledOutcome(answer, shop.message(answer).id, text.sid, account, 1, clock.now()))

    assert drain_outcomes(shop.wiring.database, shop.wiring.spool) == 1
    assert (shop.message(answer).state, shop.message(answer).carrier_sid) == (State.ACCEPTED, text.sid)


def test_a_sid_that_the_database_did_not_take_is_kept_on_the_disk(
    shop: Shop, carrier: StandIn, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    [answer] = asked_and_answered(shop, "Ready at five")

    def away(*_: object) -> None:
        raise OperationalError("UPDATE message", {}, Exception("the database is away"))

    with monkeypatch.context() as patched:
        patched.setattr("smsdesk.desk.conclude.conclude", away)
        outbox.drain()
    [text] = carrier.accepted()[str(answer)]
    assert shop.message(answer).state is State.SENDING

    assert drain_outcomes(shop.wiring.database, shop.wiring.spool) == 1
    assert (shop.message(answer).state, shop.message(answer).carrier_sid) == (State.ACCEPTED, text.sid)


def test_a_sender_is_as_fast_as_it_may_be_and_never_faster(shop: Shop) -> None:
    with shop.session() as session:
        session.execute(update(Number).values(texts_per_second=20))
    for customer in range(40):
        asked_and_answered(shop, "hello", sender=f"+141555502{customer:02}")

    moment, slots = clock.now(), list[datetime]()
    while len(slots) < 40:
        moment += timedelta(milliseconds=50)
        slots += [claim.call_at for claim in claimed(shop, moment - clock.now())]

    gaps = [later - earlier for earlier, later in pairwise(slots)]
    assert min(gaps) >= timedelta(seconds=1 / 20)
    assert max(gaps) <= timedelta(seconds=1 / 18)


def test_a_sender_that_may_not_send_now_holds_up_no_other(shop: Shop, carrier: StandIn, outbox: Outbox) -> None:
    with shop.session() as session:
        slow = session.execute(select(Number)).scalar_one()
        slow.next_send_at = clock.now() + timedelta(minutes=1)
        other = Number(address="+14155550101", label="Shop", team_id=slow.team_id, target=slow.target, created_at=clock.now())  # fmt: skip
        session.add(other)
    for customer in range(30):
        asked_and_answered(shop, "slow", sender=f"+141555502{customer:02}")
    conversation_id = shop.hears("hello?", to="+14155550101").conversation_id
    assert conversation_id
    shop.answers("fast", conversation_id)

    outbox.drain()

    assert [text.body for texts in carrier.accepted().values() for text in texts] == ["fast"]


def look_for_the_lost(shop: Shop) -> None:
    with shop.session() as session:
        session.execute(update(Message).where(Message.state == State.UNKNOWN).values(not_before=clock.now()))
    reconcile.reconcile(shop.wiring.database, shop.wiring.carrier, shop.settings.twilio_account_sid, pace=NOW_AND_OFTEN)


def unconfirmed(shop: Shop, carrier: StandIn, outbox: Outbox) -> UUID:
    carrier.carrier.modes.next("reset_before")
    [answer] = asked_and_answered(shop, "Ready at five")
    outbox.drain()
    for _ in range(3):
        look_for_the_lost(shop)
    assert shop.message(answer).state is State.UNCONFIRMED
    return answer
