"""The commonest report, kept in one go: a text that the carrier has goes on towards its phone, and nothing else changes.

`follow.py` is the rule; whatever is not plainly that goes there, and a test holds the two against each other. A text that was with the
carrier before ends no wait and starts none, so its conversation need not be locked. The text comes before its report, as with everybody
else, so that no two wait for each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from smsdesk.adapters.carrier import StatusReport
from smsdesk.adapters.database import Database
from smsdesk.adapters.ids import new_id
from smsdesk.adapters.promises import News, Promises
from smsdesk.models.base import in_sqlite
from smsdesk.rules.delivery_status import FROM_CARRIER, RANK, State

ON_ITS_WAY = (State.ACCEPTED, State.SENT, State.DELIVERED)
# In these states it is a text of ours. Its direction is not asked for, or PostgreSQL may look through the index of all that went out
KNOWN = """
    SELECT m.id, m.conversation_id, m.state, c.team_id FROM message m JOIN conversation c ON c.id = m.conversation_id
    WHERE m.carrier_sid = {sid} AND m.state IN ('accepted', 'sent', 'delivered')"""
POSTGRESQL = f"""
WITH known AS ({KNOWN.format(sid="%(sid)s")} FOR NO KEY UPDATE OF m
), moved AS (
    UPDATE message SET state = %(state)s FROM known WHERE message.id = known.id AND known.state = ANY(%(behind)s) RETURNING message.id
), kept AS (
    INSERT INTO delivery_report (id, message_id, carrier_sid, word, error_code, received_at, claimed_message_id)
    SELECT %(id)s, known.id, %(sid)s, %(word)s, 0, %(now)s, %(claimed)s FROM known
    ON CONFLICT (carrier_sid, word, error_code) DO NOTHING
), told AS (
    INSERT INTO event (id, at, kind, conversation_id, team_id, subject_id, detail)
    SELECT %(event_id)s, %(now)s, %(kind)s, known.conversation_id, known.team_id, known.id, '{{"code": null}}'
    FROM known WHERE EXISTS (SELECT 1 FROM moved)
)
SELECT known.conversation_id, known.team_id, EXISTS (SELECT 1 FROM moved) FROM known"""
SQLITE_KNOWN = KNOWN.format(sid=":sid")
SQLITE_MOVED = "UPDATE message SET state = :state WHERE id = :message_id"
SQLITE_KEPT = """
INSERT INTO delivery_report (id, message_id, carrier_sid, word, error_code, received_at, claimed_message_id)
VALUES (:id, :message_id, :sid, :word, 0, :now, :claimed) ON CONFLICT (carrier_sid, word, error_code) DO NOTHING"""
SQLITE_TOLD = """
INSERT INTO event (id, at, kind, conversation_id, team_id, subject_id, detail)
VALUES (:event_id, :now, :kind, :conversation_id, :team_id, :message_id, '{"code": null}')"""


@dataclass(frozen=True)
class Known:
    """The conversation of a text that the carrier has, and whether the report took the text further."""

    conversation_id: UUID
    team_id: UUID
    has_moved: bool


def hear_plainly(database: Database, report: StatusReport, claimed_id: str, now: datetime) -> Promises | None:
    """Keep a report and let it move its text; returns what to announce, or None where `follow.hear` must decide.

    Raises what the driver raises, and NoLineFree.
    """
    state = FROM_CARRIER.get(report.word)
    if report.error_code or state not in ON_ITS_WAY:
        return None
    behind = [one.value for one in ON_ITS_WAY if RANK[one] < RANK[state]]
    values = {"sid": report.carrier_sid, "word": report.word, "state": state.value, "kind": f"message.{state.value}",
              "behind": behind, "claimed": claimed_id[:64], "id": new_id(), "event_id": new_id(), "now": now}  # fmt: skip
    if database.is_sqlite:
        known = database.pen.write(partial(_written, _for_sqlite(values)))
    else:
        known = _on_postgresql(database, values)
    if known is None:
        return None
    news = {News("conversation", known.conversation_id, known.team_id): None}
    return Promises({}, news if known.has_moved else {})


def _on_postgresql(database: Database, values: dict[str, Any]) -> Known | None:
    line = database.lines.take()
    try:
        row = line.execute(POSTGRESQL, values, prepare=True).fetchone()
    except BaseException:
        database.lines.drop(line)
        raise
    database.lines.give(line)
    return Known(*row) if row else None


def _for_sqlite(values: dict[str, Any]) -> dict[str, Any]:
    return values | {"id": values["id"].hex, "event_id": values["event_id"].hex, "now": in_sqlite(values["now"])}


def _written(values: dict[str, Any], line: Any) -> Known | None:
    row = line.execute(SQLITE_KNOWN, {"sid": values["sid"]}).fetchone()
    if row is None:
        return None
    message_id, conversation_id, state, team_id = row
    has_moved = state in values["behind"]
    bound = {name: value for name, value in values.items() if name != "behind"}
    bound |= {"message_id": message_id, "conversation_id": conversation_id, "team_id": team_id}
    for statement in (SQLITE_MOVED, SQLITE_TOLD, SQLITE_KEPT) if has_moved else (SQLITE_KEPT,):
        line.execute(statement, bound)
    return Known(UUID(conversation_id), UUID(team_id), has_moved)
