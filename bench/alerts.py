"""How late an alert is: from the moment that was promised to the moment it is told, with many clocks armed."""

from __future__ import annotations

import random
import sys
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from bench import ground, history
from smsdesk.adapters.database import Database
from smsdesk.models import Alert

AT_ONCE = 1000  # in the same second
SPREAD = 600


def measure(kind: str, armed: int, seconds: int = 60) -> dict[str, float]:
    """p50, p99 and the greatest lateness in ms of 600 deadlines spread over a minute and 1,000 in one second; none may be early."""
    with ExitStack() as stack:
        redis_url, var = stack.enter_context(ground.redis()), stack.enter_context(ground.folder())
        database_url = stack.enter_context(ground.database(kind))
        history.fill(database_url, armed, waiting=armed)
        history.arm(database_url, armed)
        begins = datetime.now(UTC) + timedelta(seconds=12)  # by then the processes are ready
        chance = random.Random(7)
        moments = [begins + timedelta(seconds=chance.uniform(0, seconds)) for _ in range(SPREAD)]
        moments += [begins + timedelta(seconds=seconds / 2 + chance.random()) for _ in range(AT_ONCE)]
        history.set_off(database_url, moments)
        env = ground.env_for(database_url, redis_url, var, ground.free_port())
        for command in (["workers.clock"], ["workers.start", "reminders"]):
            stack.enter_context(ground.process([sys.executable, "-m", *command], env, var / f"{command[-1]}.log"))
        database = Database(database_url)
        ground.until(lambda: _told(database) == len(moments), seconds + 60, var / "workers.clock.log")
        late = sorted(_lateness(database))
        database.close()
    assert late[0] >= 0, f"an alert came {-late[0]:.1f} ms early"
    assert len(late) == len(moments), "an alert came twice"
    size = f"{armed // 1_000_000}m" if armed >= 1_000_000 else f"{armed // 1000}k"
    name = f"alert_lateness_{{}}_ms_{size}_{kind}"
    figures = {"p50": late[len(late) // 2], "p99": late[int(len(late) * 0.99)], "max": late[-1]}
    return {name.format(share): figure for share, figure in figures.items()}


def _told(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Alert).where(Alert.told_at.is_not(None))) or 0


def _lateness(database: Database) -> list[float]:
    with database.reading() as session:
        rows = session.execute(select(Alert.due_at, Alert.told_at))
        return [(told - due).total_seconds() * 1000 for due, told in rows if told is not None]
