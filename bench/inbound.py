"""The inbound path against its floor: same server settings, same posts, same database, in turn."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from bench import ground, posts
from smsdesk.adapters import migrate
from smsdesk.adapters.database import Database
from smsdesk.desk import set_up

ROUNDS = 4
WARM_UP = 600


@dataclass(frozen=True)
class Turn:
    rate: float
    cpu_ms: float
    p50: float
    p99: float


def measure(kind: str, count: int, rounds: int = ROUNDS) -> dict[str, float]:
    """Ratios of the product to the floor, medians over rounds in which the order alternates."""
    ours: list[Turn] = []
    floors: list[Turn] = []
    with ground.redis() as redis_url:
        for number in range(rounds):
            for is_ours in (True, False) if number % 2 else (False, True):
                (ours if is_ours else floors).append(_turn(kind, is_ours, redis_url, count))
    ratios = [mine.rate / floor.rate for mine, floor in zip(ours, floors, strict=True)]
    return {
        f"inbound_ratio_{kind}": median(ratios),
        f"inbound_per_s_{kind}": median(turn.rate for turn in ours),
        f"inbound_per_s_{kind}_floor": median(turn.rate for turn in floors),
        f"inbound_cpu_ms_{kind}": median(turn.cpu_ms for turn in ours),
        f"inbound_cpu_ms_{kind}_floor": median(turn.cpu_ms for turn in floors),
        f"inbound_p50_ms_{kind}": median(turn.p50 for turn in ours),
        f"inbound_p99_ms_{kind}": median(turn.p99 for turn in ours),
        f"inbound_p99_ms_{kind}_floor": median(turn.p99 for turn in floors),
    }


def _turn(kind: str, is_ours: bool, redis_url: str, count: int) -> Turn:
    with ground.folder() as var, ground.database(kind) as database_url:
        port = ground.free_port()
        env = ground.env_for(database_url, redis_url, var, port)
        if is_ours:
            open_shop(database_url)
        else:
            _make_floor(env, var)
        app = "wsgi:app" if is_ours else "bench.floor:app"
        with ground.web(app, env, var / "web.log") as server:
            posts.replay(posts.signed(WARM_UP, port), port)
            prepared = posts.signed(count, port)
            before = ground.cpu_seconds(server.pid)
            seen = posts.replay(prepared, port)
            spent = ground.cpu_seconds(server.pid) - before
            time.sleep(0.2)
    return Turn(seen.rate, spent * 1000 / count, seen.at(0.5), seen.at(0.99))


def open_shop(database_url: str) -> None:
    """A migrated database with one team and one number."""
    migrate.to_head(database_url)
    database, now = Database(database_url), datetime.now(UTC)
    with database.transaction() as session:
        set_up.add_team(session, "Support", now)
        set_up.add_number(session, ground.SHOP, "Support", "Support line", timedelta(minutes=10), now)
    database.engine.dispose()


def _make_floor(env: dict[str, str], var: Path) -> None:
    with ground.process(
        [sys.executable, "-c", "from bench import floor; floor.make_table()"], env, var / "floor.log"
    ) as made:
        made.wait(30)
