"""A database with a past: as many customers, conversations, texts and clocks as asked for, made inside the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, text

from smsdesk.adapters import migrate
from smsdesk.adapters.database import Database
from smsdesk.desk import promise_book, set_up
from smsdesk.models import Agent, Availability, Number
from smsdesk.rules.roles import Role
from smsdesk.rules.terms import ClockKind

SHOP = "+14155550100"
OPEN = 2000  # conversations that wait for us, however long the past is
SERIES = {
    "sqlite": "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < :count)",
    "postgresql": "WITH s AS (SELECT generate_series(1, :count) AS n)",
}
# table → columns and their values; {id:t} is the id of row n in table number t
ROWS = {
    "customer": "id, name, created_at | {id:1}, 'Customer ' || n, :past",
    "address": "id, value, kind, customer_id, created_at | {id:2}, '+1' || (2000000000 + n), 'phone', {id:1}, :past",
    "conversation": (
        "id, customer_id, number_id, address_id, team_id, assignee_id, episode_id, state, queue_at, waiting_since, reply_due_at, last_seq, "
        "last_inbound_seq, last_message_at, last_preview, last_is_ours, has_failure, created_at | "
        "{id:3}, {id:1}, :number, {id:2}, :team, CASE WHEN n <= 12 THEN :agent END, {id:4}, "
        "CASE WHEN n <= :open THEN 'waiting_for_us' ELSE 'resolved' END, {moment}, CASE WHEN n <= :open THEN :past END, "
        "CASE WHEN n <= :open THEN {moment} END, 1, 1, :past, 'where is my order number ' || n, {false}, {false}, :past"
    ),
    "episode": (
        "id, conversation_id, number_id, team_id, opened_at, resolved_at, times_reopened | "
        "{id:4}, {id:3}, :number, :team, :past, CASE WHEN n > :open THEN :past END, 0"
    ),
    "message": (
        "id, conversation_id, episode_id, seq, direction, author_kind, body, state, sender, recipient, segments, media_count, carrier_account, "
        "carrier_sid, created_at, source, attempts | {id:5}, {id:3}, {id:4}, 1, 'in', 'customer', 'where is my order number ' || n, 'received', "
        "'+1' || (2000000000 + n), :shop, 1, 0, 'AC', 'SM' || n, :past, 'web', 0"
    ),
}


def fill(database_url: str, count: int, waiting: int = OPEN, people: int = 1) -> dict[str, UUID]:
    """`count` customers with a conversation each, of which `waiting` wait for us; the ids of the team, number and agent."""
    database = open_shop(database_url, people)
    ids = ids_of(database)
    now = datetime.now(UTC)
    facts = ids | {
        "count": count,
        "open": waiting,
        "shop": SHOP,
        "past": now - timedelta(minutes=1),
        "due": now + timedelta(hours=1),
    }
    with database.engine.begin() as connection:
        take_ones_time(connection)
        for table, shape in ROWS.items():
            columns, values = shape.split(" | ")
            statement = f"INSERT INTO {table} ({columns}) {SERIES[connection.dialect.name]} SELECT {said(values, connection.dialect.name)} FROM s"
            connection.execute(
                text(statement),
                {
                    name: value
                    for name, value in bound(facts, connection.dialect.name).items()
                    if f":{name}" in statement
                },
            )
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    database.close()
    return ids


def open_shop(database_url: str, people: int = 1) -> Database:
    """One team, one number, so many available agents."""
    migrate.to_head(database_url)
    database, now = Database(database_url), datetime.now(UTC)
    with database.transaction() as session:
        set_up.add_team(session, "Support", now)
        set_up.add_number(session, SHOP, "Support", "Support line", timedelta(minutes=10), now, per_second=1000)
        for number in range(people):
            person = set_up.add_agent(
                session, f"agent{number}@shop.test", f"Agent {number}", Role.AGENT, ["Support"], now, capacity=100
            )
            person.availability = Availability.AVAILABLE
    return database


def ids_of(database: Database) -> dict[str, UUID]:
    """The team, the number and the first agent."""
    with database.reading() as session:
        number = session.scalars(select(Number)).one()
        agent = session.scalars(select(Agent).order_by(Agent.id)).first()
    assert agent is not None
    return {"team": number.team_id, "number": number.id, "agent": agent.id}


def arm(database_url: str, count: int) -> None:
    """A running clock for each of the first `count` conversations, far away."""
    database = Database(database_url)
    ids, far = ids_of(database), datetime.now(UTC) + timedelta(days=30)
    terms_id, version = _promised(database)
    with database.engine.begin() as connection:
        take_ones_time(connection)
        dialect = connection.dialect.name
        statement = (
            "INSERT INTO clock (id, conversation_id, episode_id, number_id, team_id, kind, state, started_at, started_seq, target, due_at, next_step, "
            f"next_alert_at, terms_id, book_version, spent) {SERIES[dialect]} SELECT "
            + said(
                "{id:6}, {id:3}, {id:4}, :number, :team, 'first_reply', 'running', :far, 1, 600, :far, 'warn_50', :far, :terms, :version, 0 FROM s",
                dialect,
            )
        )
        facts = {"number": ids["number"], "team": ids["team"], "far": far, "count": count, "terms": terms_id}
        connection.execute(text(statement), bound(facts | {"version": version}, dialect))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
        if dialect == "postgresql":  # what was filled in is on the disk before anything is measured
            connection.exec_driver_sql("CHECKPOINT")
    database.close()


def set_off(database_url: str, moments: list[datetime]) -> None:
    """The breach of one armed clock at each of these moments."""
    database = Database(database_url)
    due = text(
        "UPDATE clock SET started_at = :start, due_at = :at, next_step = 'breach', next_alert_at = :at WHERE id = :id"
    )
    with database.engine.begin() as connection:
        for number, moment in enumerate(moments, 1):
            facts = {"start": moment - timedelta(minutes=10), "at": moment, "id": UUID(f"6{number:031x}")}
            connection.execute(due, bound(facts, connection.dialect.name))
    database.close()


def _promised(database: Database) -> tuple[UUID, int]:
    """The terms of a first reply, written down, and the version of the book: clocks made with it are followed by nobody."""
    with database.transaction() as session:
        known = promise_book.book(session, datetime.now(UTC))
        (number_id,) = known.numbers
        terms = known.terms(ClockKind.FIRST_REPLY, known.plain_facts(number_id))
        assert terms is not None, "a reply is always promised"
        return promise_book.write_terms(session, terms, datetime.now(UTC)), known.version


def take_ones_time(connection: Connection) -> None:
    """A past may take longer to be made than a page to be looked at."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")


def said(values: str, dialect: str) -> str:
    sqlite = dialect == "sqlite"
    for table in range(1, 7):
        made = f"printf('{table}%031x', n)" if sqlite else f"('{table}' || lpad(to_hex(n::int), 31, '0'))::uuid"
        values = values.replace(f"{{id:{table}}}", made)
    moment = (
        "strftime('%Y-%m-%d %H:%M:%f000', :due, '+' || (n % 3600) || ' seconds')"
        if sqlite
        else ":due + (n % 3600) * interval '1 second'"
    )
    return values.replace("{moment}", moment).replace("{false}", "0" if sqlite else "false")


def bound(facts: dict[str, Any], dialect: str) -> dict[str, Any]:
    """As each database takes ids and moments."""
    if dialect != "sqlite":
        return facts
    return {name: _stored(value) for name, value in facts.items()}


def _stored(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    return value.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else value
