"""What breaks while a text of ours goes out (trust.md 6.3 B and C): sent at most once, and never lost from sight."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import select

from smsdesk.adapters import clock
from smsdesk.desk.decide import resend
from smsdesk.desk.deliver import CALL, LEASE, MARGIN
from smsdesk.desk.reply import SomethingNewArrived, reply
from smsdesk.desk.settle import move, opened
from smsdesk.models import Agent, Alert, Clock, Conversation, ConversationState, SendAttempt
from smsdesk.rules.delivery_status import State
from smsdesk.rules.terms import Step
from smsdesk.up import redis_server
from tests.faults.ground import Ground, at_once, end, wait
from tests.servers import until
from tests.workers.shop import MARIA

WITH_THE_CARRIER = (State.ACCEPTED, State.SENT, State.DELIVERED)


@pytest.mark.parametrize(
    ("point", "accepted"),
    [
        ("out.after_claim", 0),
        ("out.before_post", 0),
        ("out.after_post", 1),
        ("out.before_sid_commit", 1),
        ("out.after_sid_commit", 1),
    ],
)
def test_f09_a_worker_that_dies_anywhere_never_sends_twice(ground: Ground, point: str, accepted: int) -> None:
    [answer] = ground.answered("Ready at five")
    dying = ground.worker("outbound", failpoint=f"{point}:kill")
    assert dying.wait(30) == -signal.SIGKILL
    taken_before = len(ground.witness.accepted())

    ground.a_minute_passes()
    ground.worker("outbound")
    # A call that was noted and never made is the one case in which a text may wrongly not go: a person is asked, in time
    settled = (State.UNKNOWN,) if point == "out.before_post" else WITH_THE_CARRIER
    ground.until_state(answer, *settled)

    assert taken_before == accepted
    assert len(ground.witness.accepted()) == (0 if point == "out.before_post" else 1)
    ground.check()


@pytest.mark.parametrize("mode", ["accept_then_close", "201_garbage", "201_truncated", "201_empty", "201_wrong_sid"])
def test_f10_f11_an_answer_that_cannot_be_read_is_looked_up_and_never_sent_again(ground: Ground, mode: str) -> None:
    ground.witness.carrier.modes.next(mode)
    [answer] = ground.answered("Ready at five")

    ground.worker("outbound")
    until(lambda: ground.shop.message(answer).attempts == 1 and ground.state(answer) is not State.SENDING, 30)
    ground.a_minute_passes()
    ground.until_state(answer, *WITH_THE_CARRIER)

    assert len(ground.witness.calls()) == 1
    ground.check()


def test_f10_a_carrier_that_hangs_is_given_up_and_its_text_found(ground: Ground) -> None:
    ground.witness.carrier.modes.always(MARIA, "accept_then_hang")
    [answer] = ground.answered("Ready at five")
    [other] = ground.answered("And yours at six", sender="+14155550177")

    ground.worker("outbound")
    ground.until_state(other, *WITH_THE_CARRIER, seconds=10)  # nobody waits for the one that hangs
    ground.until_state(answer, State.UNKNOWN, seconds=25)
    ground.a_minute_passes()
    ground.until_state(answer, *WITH_THE_CARRIER)

    assert len(ground.witness.calls()) == 2
    ground.check()


def test_f14_a_worker_that_is_stopped_between_claim_and_call_does_not_call_when_it_wakes(ground: Ground) -> None:
    [answer] = ground.answered("Ready at five")
    sleeper = ground.worker("outbound", failpoint="out.after_claim:stop")
    until(lambda: is_stopped(sleeper.pid), 30)

    ground.a_minute_passes()
    ground.worker("outbound")
    ground.until_state(answer, *WITH_THE_CARRIER)
    os.kill(sleeper.pid, signal.SIGCONT)
    until(lambda: not is_stopped(sleeper.pid), 10)
    [last] = ground.answered("Anything else?", sender="+14155550177")
    ground.until_state(last, *WITH_THE_CARRIER)

    assert [len(texts) for texts in ground.witness.accepted().values()] == [1, 1]
    ground.check()


def test_f14_a_call_that_was_noted_is_not_made_by_a_worker_that_slept_too_long(ground: Ground) -> None:
    [answer] = ground.answered("Ready at five")
    sleeper = ground.worker("outbound", failpoint="out.before_post:stop")
    until(lambda: is_stopped(sleeper.pid), 30)
    claimed_at = clock.now()

    ground.a_minute_passes()
    with ground.shop.session() as session:  # as after many empty listings: a person decides, and sends it again
        lost = opened(session, answer, ground.shop.message(answer).conversation_id)
        move(session, lost, State.UNCONFIRMED, clock.now())
        again = resend(session, lost, session.get_one(Agent, ground.shop.people["Maya"]), clock.now(), "again").id
    ground.worker("outbound")
    ground.until_state(again, *WITH_THE_CARRIER)
    wait((claimed_at + LEASE - CALL - MARGIN - clock.now()).total_seconds() + 1)
    os.kill(sleeper.pid, signal.SIGCONT)
    sleeper.terminate()

    assert sleeper.wait(30) == 0
    assert len(ground.witness.calls()) == 1


def test_f15_one_approval_pressed_thirty_times_is_one_text(ground: Ground) -> None:
    conversation_id = ground.shop.hears("hello?").conversation_id
    assert conversation_id

    ids = at_once([partial(ground.shop.answers, "Ready at five", conversation_id, token="pressed")] * 30)
    ground.worker("outbound")
    until(lambda: len(ground.witness.accepted()) == 1 and bool(ground.witness.calls()), 30)

    assert len(set(ids)) == 1
    assert len(ground.witness.calls()) == 1


def test_f15_of_two_agents_who_answer_at_once_one_is_shown_what_the_other_wrote(ground: Ground) -> None:
    conversation_id = ground.shop.hears("hello?").conversation_id
    assert conversation_id

    def answer(name: str) -> str:
        try:
            with ground.shop.session() as session:
                author: Any = session.get_one(Agent, ground.shop.people[name])
                words = f"{name} here"
                reply(session, conversation_id, words, author, clock.now(), seen=1, client_token=f"of {name}")
        except SomethingNewArrived as new:
            return f"refused, shown {new.messages[0].body}"
        return words

    results = set(map(str, at_once([partial(answer, "Maya"), partial(answer, "Ana")])))

    assert results in (
        {"Maya here", "refused, shown Maya here"},
        {"Ana here", "refused, shown Ana here"},
    )


def test_f16_redis_may_die_and_come_back_and_nothing_is_lost(ground: Ground) -> None:
    with own_redis() as (start, url):
        ground.environ["REDIS_URL"] = url
        redis = start()
        ground.web()
        ground.worker("outbound")
        ground.worker("routing")
        ground.clock()
        for round_ in range(2):
            redis.kill()
            redis.wait()
            [answer] = ground.answered("Ready at five", sender=f"+1415555{round_:04}")
            status = ground.post(ground.form(round_ + 1, sender=f"+1415556{round_:04}"))
            ground.until_state(answer, *WITH_THE_CARRIER, seconds=20)
            redis = start()
            assert status == 200

        until(lambda: all(one.assignee_id for one in waiting(ground)), 20, "nobody was given the text")
    ground.check()


def test_f18_the_same_wake_up_twenty_times_has_one_effect(ground: Ground) -> None:
    answers = ground.answered("one", "two", "three")
    queue = Queue("outbound", connection=ground.shop.wiring.wake_ups.redis, serializer=JSONSerializer)
    for _ in range(20):
        queue.enqueue("workers.outbound.drain", result_ttl=0)

    ground.worker("outbound")
    ground.worker("outbound")
    until(lambda: queue.is_empty(), 30)
    for answer in answers:
        ground.until_state(answer, *WITH_THE_CARRIER)

    assert ground.witness.in_order("+14155550100", "+14155550199") == ["one", "two", "three"]
    assert len(ground.shop.all(select(SendAttempt))) == 3
    ground.check()


@pytest.mark.parametrize("point", ["sla.before_commit", "sla.after_commit"])
def test_f59_a_clock_process_that_dies_while_it_claims_leaves_each_alert_to_be_told_once(
    ground: Ground, point: str
) -> None:
    with ground.shop.session() as session:
        for customer in range(20):
            ground.shop.hears_in(session, "hello?", f"+1415555{customer:04}", clock.now() - timedelta(minutes=11))
    dying = ground.clock(failpoint=f"{point}:kill")
    assert dying.wait(30) == -signal.SIGKILL

    ground.clock()
    ground.clock()
    until(lambda: len(told(ground)) == 60, 20)

    assert Counter((alert.clock_id, alert.step) for alert in told(ground)) == Counter(
        (row.id, step) for row in ground.shop.all(select(Clock)) for step in (Step.WARN_50, Step.WARN_80, Step.BREACH)
    )
    assert {alert.step for alert in told(ground) if alert.overtaken_by_id is None} == {Step.BREACH}
    ground.check()


def told(ground: Ground) -> list[Alert]:
    return ground.shop.all(select(Alert).where(Alert.told_at.is_not(None)))


def waiting(ground: Ground) -> list[Conversation]:
    return ground.shop.all(select(Conversation).where(Conversation.state == ConversationState.WAITING_FOR_US))


@contextmanager
def own_redis(*options: str) -> Iterator[tuple[Callable[[], subprocess.Popen[bytes]], str]]:
    """A Redis that a test may kill: how to start it, and its address."""
    with tempfile.TemporaryDirectory(prefix="smsdesk-redis-", dir="/tmp") as folder, ExitStack() as stack:
        socket = Path(folder) / "r.sock"

        def start() -> subprocess.Popen[bytes]:
            command = [*redis_server.command(redis_server.find(), socket, Path(folder)), *options]
            running = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
            stack.callback(end, running)
            until(lambda: redis_server.answers(socket), 10)
            return running

        yield start, f"unix://{socket}"


def is_stopped(pid: int) -> bool:
    """T in the third field of /proc/<pid>/stat: stopped by a signal."""
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0] == "T"
