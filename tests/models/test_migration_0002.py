"""A shop that ran on the version before goes on: nothing is lost, and whoever waits is still promised an answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy import Connection, select
from sqlalchemy.engine import make_url

from smsdesk.adapters import migrate
from smsdesk.adapters.database import Database
from smsdesk.adapters.ids import new_id
from smsdesk.desk import apply_policies, promise_book, remind, tell
from smsdesk.desk.replay import differences
from smsdesk.models import Alert, AlertRecipient, Clock, Conversation
from smsdesk.models import ClockEvent as StoredEvent
from smsdesk.rules.reply_clock import ClockState
from tests.servers import sqlalchemy_address

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TABLES = ("team", "number", "agent", "customer", "address", "conversation", "episode", "message", "clock", "clock_event", "alert", "alert_recipient")  # fmt: skip


def at(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'before.db'}"
        return
    server, name = request.getfixturevalue("postgresql_server"), f"before_{new_id().hex[:16]}"
    with closing(psycopg.connect(server, autocommit=True)) as db:
        db.execute(f'CREATE DATABASE "{name}"')
        yield sqlalchemy_address(server, name)
        db.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def goes_to(url: str, revision: str) -> None:
    with connected(url) as connection:
        config = migrate._config(connection)
        step = command.downgrade if revision == "0001" and has_terms(connection) else command.upgrade
        step(config, revision)


def has_terms(connection: Connection) -> bool:
    return sa.inspect(connection).has_table("terms")


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    engine = sa.create_engine(make_url(url))
    try:
        with engine.connect() as connection:
            yield connection
            connection.commit()
    finally:
        engine.dispose()


def put(connection: Connection, table: str, **values: Any) -> UUID:
    """One row, written past the models, which know the new version only."""
    id: UUID = values.setdefault("id", new_id())
    types: dict[type, Any] = {UUID: sa.Uuid(), datetime: sa.DateTime(timezone=True), dict: sa.JSON()}
    columns = [sa.column(name, types.get(type(value))) for name, value in values.items()]
    connection.execute(sa.table(table, *columns).insert(), values)
    return id


def counts(connection: Connection) -> dict[str, int]:
    return {name: connection.scalar(sa.text(f"SELECT count(*) FROM {name}")) or 0 for name in TABLES}


def a_shop_of_the_version_before(connection: Connection) -> dict[str, UUID]:
    """Maria waits since nine and was warned once, Priya was answered at three minutes past, Tom said STOP; Uma's promise broke."""
    team = put(connection, "team", name="Support", created_at=NINE)
    number = put(connection, "number", address="+14155550100", label="Support line", team_id=team, target=600, time_zone="UTC", texts_per_second=10, created_at=NINE)  # fmt: skip
    agent = put(connection, "agent", email="maya@shop.test", name="Maya", role="agent", capacity=6, availability="available", availability_since=NINE, theme="system", created_at=NINE)  # fmt: skip
    sa_table = sa.table("membership", sa.column("team_id", sa.Uuid()), sa.column("agent_id", sa.Uuid()))
    connection.execute(sa_table.insert(), {"team_id": team, "agent_id": agent})
    shop = {"team": team, "number": number, "agent": agent}
    waits = {"state": "running", "next_step": "warn_80", "next_alert_at": at(8)}
    shop["maria"] = a_clock(connection, shop, 1, waits, ("warn", at(5), {"step": "warn_50"}))
    answered = {"state": "fulfilled", "fulfilled_at": at(3)}
    shop["priya"] = a_clock(connection, shop, 2, answered, ("fulfil", at(3), {"message_id": str(new_id())}))
    shop["tom"] = a_clock(connection, shop, 3, {"state": "cancelled"}, ("cancel", at(1), {"why": "the customer said STOP"}))  # fmt: skip
    broke = {"state": "running", "breached_at": at(10)}
    told = [("warn", at(5), {"step": "warn_50"}), ("warn", at(8), {"step": "warn_80"}), ("breach", at(10), {"step": "breach"})]  # fmt: skip
    shop["uma"] = a_clock(connection, shop, 4, broke, *told)
    return shop


def a_clock(
    connection: Connection, shop: dict[str, UUID], place: int, says: dict[str, Any], *events: tuple[str, datetime, dict[str, str]]
) -> UUID:  # fmt: skip
    phone = f"+1415555{place:04}"
    customer = put(connection, "customer", name=None, created_at=NINE)
    address = put(connection, "address", value=phone, kind="phone", customer_id=customer, created_at=NINE)
    place_of = {"number_id": shop["number"], "team_id": shop["team"]}
    conversation, episode, waits = new_id(), new_id(), says["state"] == "running"
    put(connection, "conversation", id=conversation, customer_id=customer, address_id=address, episode_id=episode,
        state="waiting_for_us" if waits else "waiting_for_them", queue_at=at(10), waiting_since=NINE if waits else None,
        reply_due_at=at(10) if waits else None, last_seq=1, last_message_at=NINE, last_inbound_seq=1, last_preview="Hi",
        last_is_ours=False, has_failure=False, created_at=NINE, **place_of)  # fmt: skip
    put(connection, "episode", id=episode, conversation_id=conversation, opened_at=NINE, times_reopened=0, **place_of)
    put(connection, "message", conversation_id=conversation, episode_id=episode, seq=1, direction="in", author_kind="customer", body="Hi",
        state="received", sender=phone, recipient="+14155550100", segments=1, media_count=0, carrier_account="AC", carrier_sid=f"SM{place}",
        created_at=NINE, source="web", attempts=0)  # fmt: skip
    clock = put(connection, "clock", conversation_id=conversation, episode_id=episode, kind="first_reply", started_at=NINE, started_seq=1,
                target=600, due_at=at(10), **place_of, **says)  # fmt: skip
    begins = ("activate", NINE, {"started_at": NINE.isoformat(), "target_seconds": "600"})
    for kind, moment, detail in (begins, *events):
        put(connection, "clock_event", clock_id=clock, kind=kind, at=moment, detail=detail)
        if kind in {"warn", "breach"}:
            alert = put(connection, "alert", clock_id=clock, conversation_id=conversation, team_id=shop["team"], step=detail["step"],
                        kind="breach" if kind == "breach" else "warning", due_at=moment, claimed_at=moment, told_at=moment)  # fmt: skip
            connection.execute(
                sa.table("alert_recipient", sa.column("alert_id", sa.Uuid()), sa.column("agent_id", sa.Uuid()), sa.column("why")).insert(),
                {"alert_id": alert, "agent_id": shop["agent"], "why": "team"},
            )  # fmt: skip
    return clock


def test_a_shop_of_the_version_before_loses_nothing_and_goes_on(url: str) -> None:
    goes_to(url, "0001")
    with connected(url) as connection:
        shop = a_shop_of_the_version_before(connection)
        before = counts(connection)

    goes_to(url, "head")

    with connected(url) as connection:
        assert counts(connection) == before
    database = Database(url, lambda promises: None)
    try:
        its_clocks_are_whole(database, shop)
        running_clocks_get_their_terms(database, shop)
        what_was_told_is_not_told_again(database, shop)
    finally:
        database.close()

    goes_to(url, "0001")
    with connected(url) as connection:
        assert counts(connection)["clock"] == before["clock"]
        assert not has_terms(connection)


def its_clocks_are_whole(database: Database, shop: dict[str, UUID]) -> None:
    with database.reading() as session:
        assert list(map(str, differences(session))) == []
        priya = session.get_one(Clock, shop["priya"])
        assert (priya.state, priya.open_wait) == (ClockState.FULFILLED, timedelta(minutes=3))
        assert session.scalars(select(Conversation.is_plain).distinct()).all() == [True]


def running_clocks_get_their_terms(database: Database, shop: dict[str, UUID]) -> None:
    with database.transaction() as session:
        if promise_book.is_out_of_date(session, at(7)):
            promise_book.publish(session, at(7))
    with database.transaction() as session:
        assert apply_policies.drain(session, at(7)) == 2
    with database.transaction() as session:
        assert apply_policies.drain(session, at(7)) == 0
    with database.reading() as session:
        clocks = {clock.id: clock for clock in session.scalars(select(Clock))}
        have = {id for id, clock in clocks.items() if clock.terms_id is not None}
        assert have == {shop["maria"], shop["uma"]}
        assert (clocks[shop["maria"]].due_at, clocks[shop["maria"]].next_step) == (at(10), "warn_80")
        assert list(map(str, differences(session))) == []
        follows = session.scalars(select(StoredEvent.clock_id).where(StoredEvent.kind == "apply_policy")).all()
        assert set(follows) == have


def what_was_told_is_not_told_again(database: Database, shop: dict[str, UUID]) -> None:
    for minute in range(7, 30):
        with database.transaction() as session:
            remind.claim_due(session, at(minute))
        with database.transaction() as session:
            tell.tell_waiting(session, at(minute))
    with database.reading() as session:
        told = select(Alert.clock_id, Alert.step, Alert.due_at).order_by(Alert.due_at, Alert.id)
        steps = [("warn_50", at(5)), ("warn_80", at(8)), ("breach", at(10))]
        for who in ("maria", "uma"):
            assert [(step, due) for id, step, due in session.execute(told) if id == shop[who]] == steps
        assert len(session.scalars(select(AlertRecipient.alert_id)).all()) == 6
        assert list(map(str, differences(session))) == []
