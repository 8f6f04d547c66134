"""How long a policy is tried on the past: the last 30 days, and the whole year, of 200,000 episodes."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Table, bindparam, insert, select, update

from bench import ground, history
from smsdesk.adapters.database import Database
from smsdesk.desk import try_policy
from smsdesk.desk.imagine import Draft
from smsdesk.desk.promise_book import publish
from smsdesk.models import Agent, AuthorKind, Calendar, Clock, Direction, Episode, Message, Number
from smsdesk.rules.delivery_status import State
from smsdesk.rules.policies import Policy
from smsdesk.rules.reply_clock import ClockState
from smsdesk.rules.terms import ClockKind, Rung, Whom

CHUNK = 4000
TEN, HOUR = timedelta(minutes=10), timedelta(hours=1)
OFFICE = [[[9 * 60, 18 * 60]]] * 5 + [[[10 * 60, 14 * 60]], []]
STRICT = Policy(
    uuid4(),
    "Everybody",
    targets={
        ClockKind.FIRST_REPLY: {"normal": timedelta(minutes=5)},
        ClockKind.RESOLUTION: {"normal": timedelta(hours=4)},
    },
    leads=(timedelta(minutes=1),),
    ladder=(Rung(timedelta(0), (Whom.ASSIGNEE,)), Rung(TEN, (Whom.TEAM,)), Rung(2 * TEN, (Whom.MANAGER, Whom.PHONE))),
    repeat=TEN,
    repeats=3,
)


def measure(kind: str, count: int) -> dict[str, float]:
    """Seconds of a 30-day and of a 365-day trial, batch for batch as a worker does it, and waits and episodes a second."""
    with ground.database(kind) as database_url:
        history.fill(database_url, count, waiting=0)
        database = Database(database_url)
        waits = make_a_past(database)
        keep_hours(database)
        month, _ = tried(database, 30)
        year, gone_through = tried(database, 366)
        database.close()
    assert gone_through == waits + count, f"{gone_through} of {waits + count} were gone through"
    size = f"{count // 1000}k"
    return {
        f"trial_{size}_s_30d_{kind}": month,
        f"trial_{size}_s_365d_{kind}": year,
        f"trial_{size}_rows_per_s_{kind}": gone_through / year,
    }


def make_a_past(database: Database) -> int:
    """Every episode gets its own day of the last year, an answer, and half of them a second wait; how many waits."""
    ids, chance, begins, waits = history.ids_of(database), random.Random(7), datetime.now(UTC) - timedelta(days=365), 0
    with database.engine.begin() as connection:
        history.take_ones_time(connection)
        found = connection.execute(select(Episode.id, Episode.conversation_id)).all()
        for start in range(0, len(found), CHUNK):
            moments = [
                begins + timedelta(seconds=chance.uniform(0, 364 * 86_400)) for _ in found[start : start + CHUNK]
            ]
            rows = list(zip(found[start : start + CHUNK], moments, strict=True))
            waits += _write(connection, rows, ids, chance)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    return waits


def keep_hours(database: Database) -> None:
    """Office hours in Berlin, so that open time is counted as it is in a shop."""
    now = datetime.now(UTC)
    with database.transaction() as session:
        calendar = Calendar(name="Office", week=OFFICE, open_holidays=[], own_days=[], created_at=now, updated_at=now)
        session.add(calendar)
        session.flush()
        number = session.scalars(select(Number)).one()
        number.calendar_id, number.time_zone = calendar.id, "Europe/Berlin"
        publish(session, now)


def tried(database: Database, days: int) -> tuple[float, int]:
    """Seconds, and how much was gone through."""
    now, begun = datetime.now(UTC), time.perf_counter()
    with database.transaction() as session:
        try_policy.ask(session, Draft(STRICT), days, session.scalars(select(Agent)).first() or _nobody(), now)
    with database.transaction() as session:
        work = try_policy.claim(session, now)
    assert work
    while not work.is_done:
        with database.reading() as session:
            try_policy.go_on(session, work, now)
        with database.transaction() as session:
            assert try_policy.keep(session, work, now)
    return time.perf_counter() - begun, work.progress.done


def _write(connection: Connection, rows: list[Any], ids: dict[str, UUID], chance: random.Random) -> int:
    answers, clocks, episodes = [], [], []
    for place, ((episode_id, conversation_id), opened_at) in enumerate(rows):
        for turn, since in enumerate((opened_at, opened_at + HOUR)[: 1 + place % 2]):
            until = since + timedelta(seconds=20 + chance.expovariate(1 / 240))
            at_home = {"conversation_id": conversation_id, "episode_id": episode_id}
            answers.append(_answer(at_home, 2 + turn, ids["agent"], until))
            clocks.append(_clock(at_home, turn, ids, since, until, answers[-1]["id"]))
        episodes.append({"its": episode_id, "opened": opened_at, "resolved": opened_at + 2 * HOUR})
    connection.execute(insert(_table(Message)), answers)
    connection.execute(insert(_table(Clock)), clocks)
    moved = update(_table(Episode)).where(_table(Episode).c.id == bindparam("its"))
    connection.execute(moved.values(opened_at=bindparam("opened"), resolved_at=bindparam("resolved")), episodes)
    return len(clocks)


def _answer(at_home: dict[str, Any], seq: int, author_id: UUID, at: datetime) -> dict[str, Any]:
    return at_home | {
        "id": uuid4(), "seq": seq, "direction": Direction.OUT, "author_kind": AuthorKind.AGENT, "author_id": author_id, "body": "Yes",
        "state": State.DELIVERED, "sender": history.SHOP, "recipient": "+12000000000", "created_at": at, "accepted_at": at,
    }  # fmt: skip


def _clock(
    at_home: dict[str, Any], turn: int, ids: dict[str, UUID], since: datetime, until: datetime, answer: UUID
) -> dict[str, Any]:
    return at_home | {
        "id": uuid4(), "number_id": ids["number"], "team_id": ids["team"],
        "kind": ClockKind.NEXT_REPLY if turn else ClockKind.FIRST_REPLY, "state": ClockState.FULFILLED, "started_at": since,
        "started_seq": 1 + turn, "target": TEN, "due_at": since + TEN, "fulfilled_at": until, "fulfilled_by_id": answer,
    }  # fmt: skip


def _nobody() -> Any:
    raise LookupError("the shop has no people")


def _table(model: type[object]) -> Table:
    return model.__table__  # type: ignore[attr-defined, no-any-return]
