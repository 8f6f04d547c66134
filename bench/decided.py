"""A long past of promises that were decided, made inside the database: three texts and a clock for each wait."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, text

from bench import history
from smsdesk.adapters.database import Database

CUSTOMERS, PEOPLE = 20_000, 50
TEXTS_EACH = 3
LATE_FROM = 600  # seconds: the shop promises ten minutes
SERIES = history.SERIES
# {id:t:m} is the id of row m in table number t; {at:s} the moment of row n, s seconds later
ROWS = (
    (PEOPLE, "agent", "id, email, name, role, capacity, availability, availability_since, theme, created_at | "
     "{id:9:n}, 'person' || n || '@shop.test', 'Person ' || n, 'agent', 100, 'available', :since, 'auto', :since"),
    (PEOPLE, "membership", "agent_id, team_id | {id:9:n}, :team"),
    (CUSTOMERS, "customer", "id, name, created_at | {id:1:n}, 'Customer ' || n, :since"),
    (CUSTOMERS, "address", "id, value, kind, customer_id, created_at | {id:2:n}, '+1' || (2000000000 + n), 'phone', {id:1:n}, :since"),
    (CUSTOMERS, "conversation",
     "id, customer_id, number_id, address_id, team_id, episode_id, state, queue_at, last_seq, last_inbound_seq, last_message_at, last_preview, "
     "last_is_ours, has_failure, created_at | {id:3:n}, {id:1:n}, :number, {id:2:n}, :team, {id:4:n}, 'resolved', :since, :seq, :seq, :since, "
     "'thank you', {false}, {false}, :since"),
    (CUSTOMERS, "episode", "id, conversation_id, number_id, team_id, opened_at, resolved_at, times_reopened | "
     "{id:4:n}, {id:3:n}, :number, :team, {at:0}, {at:900}, 0"),
    (0, "message", "id, conversation_id, episode_id, seq, direction, author_kind, body, state, sender, recipient, segments, media_count, "
     "carrier_account, carrier_sid, created_at, source, attempts | {id:5:n}, {id:3:{who}}, {id:4:{who}}, {seq}, 'in', 'customer', "
     "'where is my order number ' || n, 'received', '+1' || (2000000000 + {who}), :shop, 1, 0, 'AC', 'SM' || n, {at:0}, 'web', 0"),
    (0, "message", "id, conversation_id, episode_id, seq, direction, author_kind, author_id, body, state, sender, recipient, segments, "
     "media_count, carrier_account, carrier_sid, created_at, source, attempts, accepted_at, answered_through | {id:7:n}, {id:3:{who}}, {id:4:{who}}, {seq} + 1, 'out', "
     "'agent', {id:9:n % 50 + 1}, 'It left this morning.', 'delivered', :shop, '+1' || (2000000000 + {who}), 1, 0, 'AC', 'SO' || n, {at:{wait}}, 'web', 1, "
     "{at:{wait}}, {seq}"),
    (0, "message", "id, conversation_id, episode_id, seq, direction, author_kind, body, state, sender, recipient, segments, media_count, "
     "carrier_account, carrier_sid, created_at, source, attempts | {id:8:n}, {id:3:{who}}, {id:4:{who}}, {seq} + 2, 'in', 'customer', "
     "'thank you', 'received', '+1' || (2000000000 + {who}), :shop, 1, 0, 'AC', 'ST' || n, {at:{wait} + 60}, 'web', 0"),
    (0, "clock", "id, conversation_id, episode_id, number_id, team_id, kind, state, started_at, started_seq, target, due_at, fulfilled_at, "
     "fulfilled_by_id, open_wait | {id:6:n}, {id:3:{who}}, {id:4:{who}}, :number, :team, 'next_reply', 'fulfilled', {at:0}, {seq}, 600, "
     "{at:600}, {at:{wait}}, {id:7:n}, {wait}"),
)  # fmt: skip


def fill(database_url: str, texts: int, days: int = 90) -> None:
    """About so many texts over the last days, each answered within a second to half an hour; one in eight comes late."""
    database = history.open_shop(database_url)
    waits, ids = texts // TEXTS_EACH, history.ids_of(database)
    facts = ids | {
        "shop": history.SHOP,
        "since": datetime.now(UTC) - timedelta(days=days),
        "step": days * 86_400 / waits,
        "seq": texts // CUSTOMERS + TEXTS_EACH,
    }
    with database.engine.begin() as connection:
        history.take_ones_time(connection)
        for count, table, shape in ROWS:
            _insert(connection, table, shape, facts | {"count": count or waits})
    _analyse(database)
    database.close()


def _insert(connection: Connection, table: str, shape: str, facts: dict[str, object]) -> None:
    dialect = connection.dialect.name
    columns, values = shape.split(" | ")
    statement = f"INSERT INTO {table} ({columns}) {SERIES[dialect]} SELECT {_said(values, dialect)} FROM s"
    bound = {name: value for name, value in history.bound(facts, dialect).items() if f":{name}" in statement}
    connection.execute(text(statement), bound)


def _said(values: str, dialect: str) -> str:
    wait = "(CASE WHEN n % 8 = 0 THEN 600 ELSE 0 END + 1 + n % 571 * 7919 % 571)"
    for name, said in (
        ("{who}", f"(n % {CUSTOMERS} + 1)"),
        ("{wait}", wait),
        ("{seq}", f"(n / {CUSTOMERS} * {TEXTS_EACH} + 1)"),
    ):
        values = values.replace(name, said)
    values = values.replace("{false}", "0" if dialect == "sqlite" else "false")
    return _filled(values, dialect)


def _filled(values: str, dialect: str) -> str:
    """Braces with a colon: ids and moments, whose inside may hold brackets but no braces."""

    def made(found: re.Match[str]) -> str:
        kind, _, rest = found[1].partition(":")
        if kind == "id":
            table, _, row = rest.partition(":")
            if dialect == "sqlite":
                return f"printf('{table}%031x', {row})"
            return f"('{table}' || lpad(to_hex(({row})::int), 31, '0'))::uuid"
        if dialect == "sqlite":
            return f"strftime('%Y-%m-%d %H:%M:%f000', :since, '+' || (n * :step + {rest}) || ' seconds')"
        return f":since + (n * :step + {rest}) * interval '1 second'"

    return re.sub(r"\{((?:id|at):[^{}]*)\}", made, values)


def _analyse(database: Database) -> None:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
