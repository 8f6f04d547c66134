"""The auditor as it really runs: asked for by the clock processes, done by a worker, killed and taken up again."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import select, update

from config.settings import Settings
from smsdesk.adapters import clock
from smsdesk.desk import resolve
from smsdesk.desk.audit.ask import ask, beginning
from smsdesk.models import Agent, AuditFinding, AuditRun, AuditState, Conversation
from tests.servers import until
from tests.workers.processes import process
from tests.workers.shop import MARIA, Shop, shop_of

CLOSED = 3


@pytest.fixture
def shop(settings: Settings) -> Shop:
    """Three customers asked, and were closed without an answer."""
    shop = shop_of(settings).opens()
    for last in range(CLOSED):
        receipt = shop.hears("Is it ready?", sender=f"{MARIA[:-2]}{last:02}")
        with shop.session() as session:
            someone = session.scalars(select(Agent)).first()
            assert someone
            assert receipt.conversation_id
            resolve.resolve(session, session.get_one(Conversation, receipt.conversation_id), someone, clock.now())
    return shop


def runs(shop: Shop) -> list[AuditRun]:
    return shop.all(select(AuditRun))


def found(shop: Shop) -> Counter[str]:
    return Counter(shop.all(select(AuditFinding.kind)))


def test_several_clocks_ask_for_one_night_and_a_worker_does_it(shop: Shop, environ: dict[str, str]) -> None:
    with (
        process(environ, "workers.clock"),
        process(environ, "workers.clock"),
        process(environ, "workers.start", "reports"),
    ):
        until(lambda: [run.state for run in runs(shop)] == [AuditState.DONE], 40)

    assert runs(shop)[0].night is not None
    assert found(shop) == {"closed_unanswered": CLOSED}


@pytest.mark.faults
@pytest.mark.parametrize("nth", [1, 2, 4])
def test_a_worker_that_is_killed_in_the_middle_leaves_a_round_that_another_ends(
    shop: Shop, environ: dict[str, str], nth: int
) -> None:
    with shop.session() as session:
        ask(session, None, beginning(session) or clock.now(), clock.now())

    with process(environ, "workers.start", "reports", failpoint=f"audit.after_look:kill@{nth}") as killed:
        until(lambda: killed.poll() is not None, 40)
    (left,) = runs(shop)
    assert left.state is AuditState.RUNNING
    with shop.session() as session:  # its lease is over
        session.execute(update(AuditRun).values(lease_until=clock.now()))
    with process(environ, "workers.start", "reports"):
        until(lambda: runs(shop)[0].state is AuditState.DONE, 40)

    assert found(shop) == {"closed_unanswered": CLOSED}
