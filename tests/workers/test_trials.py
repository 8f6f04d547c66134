"""A trial of a policy as its worker really runs, and dies."""

from __future__ import annotations

import signal
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from config.settings import Settings
from smsdesk.adapters import clock
from smsdesk.desk import promise, try_policy
from smsdesk.desk.imagine import Draft
from smsdesk.models import Agent, Message, PolicyTrial, TrialState
from smsdesk.rules.delivery_status import State
from smsdesk.rules.policies import Policy
from smsdesk.rules.terms import ClockKind
from tests.servers import until
from tests.workers.processes import process
from tests.workers.shop import Shop, shop_of

STRICT = Policy(uuid4(), "Everybody", targets={ClockKind.FIRST_REPLY: {"normal": timedelta(minutes=2)}})


@pytest.fixture
def shop(settings: Settings) -> Shop:
    """Two customers were answered late by the policy that is tried, and one in time."""
    shop = shop_of(settings).opens()
    for place, minutes in enumerate((1, 3, 5)):
        came_at = clock.now() - timedelta(days=1, minutes=minutes)
        with shop.session() as session:
            receipt = shop.hears_in(session, "hello?", f"+1415555018{place}", came_at)
        assert receipt.conversation_id
        message_id = shop.answers("Yes", receipt.conversation_id)
        with shop.session() as session:
            message = session.get_one(Message, message_id)
            message.state, message.accepted_at = State.ACCEPTED, came_at + timedelta(minutes=minutes)
            promise.answer(session, message, message.accepted_at)
    return shop


def asked(shop: Shop) -> PolicyTrial:
    with shop.session() as session:
        return try_policy.ask(session, Draft(STRICT), 30, session.get_one(Agent, shop.people["Sam"]), clock.now())


def state(shop: Shop) -> PolicyTrial:
    return shop.all(select(PolicyTrial))[0]


def is_right(shop: Shop) -> None:
    trial = state(shop)
    assert trial.state is TrialState.DONE
    assert trial.result
    assert trial.result["candidate"]["late"] == {"first_reply": 2}
    assert Counter(trial.result["candidate"]["promises"]).total() == trial.done == 3


def test_a_worker_does_a_trial_that_somebody_asks_for(shop: Shop, environ: dict[str, str]) -> None:
    with process(environ, "workers.start", "reports"):
        asked(shop)
        until(lambda: state(shop).state is TrialState.DONE, 20)

    is_right(shop)


def test_a_trial_whose_worker_is_killed_is_taken_up_again_and_counts_nothing_twice(
    shop: Shop, environ: dict[str, str]
) -> None:
    asked(shop)
    kill = {"SMSDESK_TESTING": "1", "SMSDESK_FAILPOINT": "trial.before_keep:kill@2"}
    with process(environ | kill, "workers.start", "reports") as worker:
        assert worker.wait(20) == -signal.SIGKILL
    left = state(shop)
    assert left.state is TrialState.RUNNING
    assert left.lease_until
    assert left.lease_until > clock.now()

    _lets_time_go_by(shop)
    with process(environ, "workers.start", "reports"):
        until(lambda: state(shop).state is TrialState.DONE, 20)

    is_right(shop)


def _lets_time_go_by(shop: Shop) -> None:
    """The minute of the lease, without waiting for it."""
    with shop.session() as session:
        session.execute(update(PolicyTrial).values(lease_until=clock.now() - timedelta(seconds=1)))
