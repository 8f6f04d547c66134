"""How fast a backlog drains: conversations that wait for an agent, and replies that wait for the carrier."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import func, select, update

from bench import ground, history
from smsdesk.adapters.database import Database
from smsdesk.desk import keep_rules, reply, route
from smsdesk.models import Agent, Conversation, Message, Number
from smsdesk.rules.delivery_status import State
from smsdesk.rules.house_rules import HouseRules


def routing(kind: str, waiting: int = 5000) -> dict[str, float]:
    """Conversations placed a second by one worker, with fifty agents who have room."""
    with ground.database(kind) as database_url:
        history.fill(database_url, waiting, waiting)
        database, now = Database(database_url), datetime.now(UTC)
        with database.transaction() as session:
            session.execute(update(Conversation).values(assignee_id=None))
            session.execute(update(Agent).values(capacity=waiting))
        began, placed = time.perf_counter(), 0
        while True:
            with database.transaction() as session:
                found = route.drain(session, now)
            if not found:
                break
            placed += found
        spent = time.perf_counter() - began
        database.close()
    assert placed == waiting, f"{waiting - placed} still wait"
    return {f"routing_drain_per_s_{kind}": placed / spent}


def sending(kind: str, rate: int, seconds: int = 12) -> dict[str, float]:
    """Texts a second that reach a carrier which takes 100 ms a call, against the sender's limit, which must not be passed."""
    with ExitStack() as stack:
        redis_url, var = stack.enter_context(ground.redis()), stack.enter_context(ground.folder())
        database_url = stack.enter_context(ground.database(kind))
        count = rate * seconds
        history.fill(database_url, count, min(count, 100))
        database = Database(database_url)
        _approve(database, count, rate)
        env = ground.env_for(database_url, redis_url, var, port := ground.free_port())
        carrier = env | {"TWILIO_API_BASE_URL": ""}
        stack.enter_context(
            ground.process([sys.executable, "-m", "smsdesk.simulator.carrier"], carrier, var / "carrier.log")
        )
        ground.until(lambda: ground.answers(f"http://127.0.0.1:{port + 1}/pretend/health"), 20, var / "carrier.log")
        ground.tell_carrier(port + 1, "PUT", "habits", {"quickest_s": 3600.0, "slowest_s": 3600.0})
        stack.enter_context(
            ground.process([sys.executable, "-m", "workers.start", "outbound"], env, var / "outbound.log")
        )
        ground.until(lambda: _accepted(database) >= count, seconds * 3 + 30, var / "outbound.log")
        with database.reading() as session:
            moments = sorted(
                moment
                for moment in session.scalars(select(Message.accepted_at).where(Message.author_id.is_not(None)))
                if moment
            )
        database.close()
    spent = (moments[-1] - moments[0]).total_seconds()
    return {
        f"send_drain_per_s_at_{rate}_{kind}": (count - 1) / spent,
        f"send_drain_per_s_at_{rate}_{kind}_floor": float(rate),
    }


def _approve(database: Database, count: int, rate: int) -> None:
    now = datetime.now(UTC)
    with database.transaction() as session:
        session.execute(update(Number).values(texts_per_second=rate))
        author = session.scalars(select(Agent)).first()
        assert author is not None
        # What is measured is the way out, not how many texts are too many
        keep_rules.change_rules(session, HouseRules(hourly_to_one=1000, by_one_a_minute=1000), None, now)
        for conversation_id in list(session.scalars(select(Conversation.id).limit(count))):
            reply.reply(
                session, conversation_id, "It left this morning.", author, now, seen=None, client_token=uuid4().hex
            )


def _accepted(database: Database) -> int:
    with database.reading() as session:
        return (
            session.scalar(
                select(func.count())
                .select_from(Message)
                .where(Message.state.in_([State.ACCEPTED, State.SENT, State.DELIVERED]))
            )
            or 0
        )
