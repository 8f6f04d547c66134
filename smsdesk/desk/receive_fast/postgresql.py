"""The fast lane on PostgreSQL: one statement that commits itself, hence one round trip a text."""

from __future__ import annotations

from typing import Any

from psycopg.errors import UniqueViolation

from smsdesk.adapters.database import Database
from smsdesk.adapters.ids import new_id
from smsdesk.desk.receive_fast.parcel import Parcel, Stored
from smsdesk.rules.terms import Terms
from smsdesk.rules.tombstones import mark_of

# What is promised may have changed since this process read it
VERSION = "(SELECT version FROM promise_book) = %(version)s"
NOT_ERASED = (
    "NOT EXISTS (SELECT 1 FROM erased_text x WHERE x.carrier_sid = %(sid)s AND x.carrier_account = %(account)s)"
)
MESSAGE = """
    INSERT INTO message (id, conversation_id, episode_id, seq, direction, author_kind, body, state, sender, recipient, segments, media_count,
                         carrier_account, carrier_sid, created_at, raw, source, attempts)
    SELECT %(message_id)s, place.id, place.episode_id, place.seq, 'in', 'customer', %(body)s, 'received', %(sender)s, %(to)s,
           %(segments)s::int, 0, %(account)s, %(sid)s, %(now)s, %(raw)s, 'web', 0
    FROM place"""
CLOCK = """
    INSERT INTO clock (id, conversation_id, episode_id, number_id, team_id, kind, state, started_at, started_seq, target, terms_id, book_version,
                       due_at, next_step, next_alert_at)
    SELECT %(clock_id)s, place.id, place.episode_id, place.number_id, place.team_id, place.clock_kind, 'running', %(now)s, place.seq,
           %(target)s::int, %(terms)s::uuid, %(version)s::int, place.due_at, %(first_step)s, %(alert_at)s
    FROM place WHERE place.clock_kind IS NOT NULL"""
CLOCK_EVENT = """
    INSERT INTO clock_event (id, clock_id, kind, at, detail)
    SELECT %(clock_event_id)s, clock.id, 'activate', %(now)s,
           json_build_object('started_at', %(now_text)s::text, 'terms', %(terms_text)s::text)
    FROM started AS clock"""
EVENT = """
    INSERT INTO event (id, at, kind, conversation_id, team_id, subject_id, detail)
    SELECT %(event_id)s, %(now)s, 'text.received', place.id, place.team_id, %(message_id)s, '{}' FROM place"""

# The lock makes PostgreSQL look at the newest version of the conversation. Only its own columns decide, for the other tables are
# seen as they were; a first reply can only have been added, and then the state would have changed with it.
NEXT_TEXT = f"""
WITH place AS (
    SELECT c.id, c.number_id, c.team_id, c.assignee_id, c.episode_id, c.last_seq + 1 AS seq, a.id AS address_id,
           CASE WHEN c.state = 'waiting_for_them' THEN 'next_reply' END AS clock_kind,
           coalesce(c.reply_due_at, %(due_at)s) AS due_at
    FROM number n
    JOIN address a ON a.value = %(sender)s
    JOIN conversation c ON c.address_id = a.id AND c.number_id = n.id
    JOIN episode e ON e.id = c.episode_id
    LEFT JOIN agent g ON g.id = c.assignee_id
    WHERE n.address = %(to)s AND e.resolved_at IS NULL AND c.is_plain AND c.team_id = n.team_id AND c.farewell_seq IS NULL AND {VERSION}
      AND (c.state = 'waiting_for_us' OR (c.state = 'waiting_for_them' AND e.first_replied_at IS NOT NULL))
      AND (c.assignee_id IS NULL OR (g.disabled_at IS NULL AND g.availability IN ('available', 'busy')))
      AND NOT EXISTS (SELECT 1 FROM message m WHERE m.carrier_sid = %(sid)s AND m.carrier_account = %(account)s) AND {NOT_ERASED}
    FOR NO KEY UPDATE OF c
), written AS ({MESSAGE}), started AS ({CLOCK} RETURNING id), activated AS ({CLOCK_EVENT}), told AS ({EVENT})
UPDATE conversation AS c
SET address_id = place.address_id, last_seq = place.seq, last_inbound_seq = place.seq, last_message_at = %(now)s, last_preview = %(preview)s,
    last_is_ours = false, state = 'waiting_for_us', waiting_since = coalesce(c.waiting_since, %(now)s), reply_due_at = place.due_at,
    queue_at = place.due_at, snoozed_until = NULL
FROM place WHERE c.id = place.id
RETURNING c.id, c.team_id, c.assignee_id IS NOT NULL"""

FIRST_TEXT = f"""
WITH place AS (
    SELECT %(conversation_id)s::uuid AS id, n.id AS number_id, n.team_id, 1 AS seq, %(episode_id)s::uuid AS episode_id,
           'first_reply' AS clock_kind, %(due_at)s::timestamptz AS due_at
    FROM number n WHERE n.address = %(to)s AND NOT EXISTS (SELECT 1 FROM address WHERE value = %(sender)s) AND {VERSION}
      AND {NOT_ERASED} AND NOT EXISTS (SELECT 1 FROM erased_stop WHERE mark = %(mark)s)
), who AS (
    INSERT INTO customer (id, created_at) SELECT %(customer_id)s, %(now)s FROM place
), whence AS (
    INSERT INTO address (id, value, kind, customer_id, created_at) SELECT %(address_id)s, %(sender)s, %(kind)s, %(customer_id)s, %(now)s FROM place
), opened AS (
    INSERT INTO episode (id, conversation_id, number_id, team_id, opened_at, times_reopened)
    SELECT place.episode_id, place.id, place.number_id, place.team_id, %(now)s, 0 FROM place
), written AS ({MESSAGE}), started AS ({CLOCK} RETURNING id), activated AS ({CLOCK_EVENT}), told AS ({EVENT})
INSERT INTO conversation (id, customer_id, number_id, address_id, team_id, episode_id, state, queue_at, waiting_since, reply_due_at, last_seq,
                          last_inbound_seq, last_message_at, last_preview, last_is_ours, has_failure, created_at)
SELECT place.id, %(customer_id)s, place.number_id, %(address_id)s, place.team_id, place.episode_id, 'waiting_for_us', place.due_at, %(now)s,
       place.due_at, 1, 1, %(now)s, %(preview)s, false, false, %(now)s
FROM place RETURNING id, team_id, false"""


class Postgresql:
    """Each statement commits by itself."""

    def __init__(self, database: Database) -> None:
        self._lines, self._key = database.lines, database.phone_key

    def next_text(self, parcel: Parcel) -> Stored | None:
        return self._store(NEXT_TEXT, _values(parcel, parcel.promise.next))

    def first_text(self, parcel: Parcel) -> Stored | None:
        ids = {f"{thing}_id": new_id() for thing in ("customer", "address", "conversation", "episode")}
        return self._store(FIRST_TEXT, _values(parcel, parcel.promise.first) | ids | self._newcomer(parcel))

    def _newcomer(self, parcel: Parcel) -> dict[str, str]:
        return {"kind": parcel.kind.value, "mark": mark_of(self._key, parcel.text.sender)}

    def _store(self, statement: str, values: dict[str, Any]) -> Stored | None:
        line = self._lines.take()
        try:
            row = line.execute(statement, values, prepare=True).fetchone()
        except UniqueViolation:
            # A second delivery, or somebody else met this customer at the same instant
            self._lines.give(line)
            return None
        except BaseException:
            self._lines.drop(line)
            raise
        self._lines.give(line)
        return Stored(*row) if row else None


def _values(parcel: Parcel, terms: Terms) -> dict[str, Any]:
    text = parcel.text
    return parcel.clock(terms) | {
        "message_id": parcel.message_id,
        "event_id": parcel.event_id,
        "clock_id": parcel.clock_id,
        "clock_event_id": parcel.clock_event_id,
        "to": text.to,
        "sender": text.sender,
        "account": text.account_sid,
        "sid": text.carrier_sid,
        "body": parcel.body,
        "preview": parcel.preview,
        "segments": text.segments,
        "raw": text.raw,
        "now": parcel.now,
        "now_text": parcel.now.isoformat(),
        "terms_text": str(terms.id),
    }
