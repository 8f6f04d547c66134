"""Hundreds of promises end in the same second, while clock processes are killed: every alert comes once, and none before its time."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from smsdesk.adapters import clock
from smsdesk.models import Alert, Clock, ClockEvent
from smsdesk.rules.reply_clock import Step
from tests.faults.ground import LONG, Ground, end, wait
from tests.servers import until

DEADLINES = 1000 if LONG else 300
PROMISED = timedelta(minutes=10)
STEPS = (Step.WARN_50, Step.WARN_80, Step.BREACH)


@pytest.mark.timeout(600)
def test_f59_deadlines_in_one_second_are_told_once_each_whoever_is_killed(ground: Ground) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    ground.worker("reminders")
    clocks = [ground.clock() for _ in range(3)]
    due_at = clock.now() + timedelta(seconds=15)
    with ground.shop.session() as session:
        for customer in range(DEADLINES):
            within = timedelta(milliseconds=chance.randrange(1000))
            ground.shop.hears_in(session, "hello?", f"+141555{customer:05}", due_at + within - PROMISED)

    for _ in range(400):
        place = chance.randrange(len(clocks))
        end(clocks[place])
        clocks[place] = ground.clock()
        wait(chance.uniform(0.3, 1.2))
        if told(ground) >= DEADLINES:
            break
    until(lambda: told(ground) == DEADLINES and not untold(ground), 60)

    alerts = ground.shop.all(select(Alert))
    ids = [row.id for row in ground.shop.all(select(Clock))]
    assert len(ids) == DEADLINES
    assert Counter((alert.clock_id, alert.step) for alert in alerts) == Counter(
        (id, step) for id in ids for step in STEPS
    )
    assert [alert.id for alert in alerts if alert.told_at is None or alert.told_at < alert.due_at] == []
    happened = Counter((event.clock_id, event.kind.value) for event in ground.shop.all(select(ClockEvent)))
    assert set(happened.values()) <= {1, 2}  # two warnings, and one of each other kind
    assert Counter(kind for _, kind in happened.elements()) == Counter(
        activate=DEADLINES, warn=2 * DEADLINES, breach=DEADLINES
    )
    ground.check()


def told(ground: Ground) -> int:
    """How many breaches somebody was told of."""
    return _count(ground, Alert.step == str(Step.BREACH), Alert.told_at.is_not(None))


def untold(ground: Ground) -> int:
    return _count(ground, Alert.told_at.is_(None))


def _count(ground: Ground, *where: object) -> int:
    with ground.shop.wiring.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Alert).where(*where)) or 0  # type: ignore[arg-type]
