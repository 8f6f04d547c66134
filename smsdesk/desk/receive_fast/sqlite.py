"""The fast lane on SQLite: a few statements a text under one pen, and one commit for all texts that wait for it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from smsdesk.adapters.database import Database
from smsdesk.adapters.ids import new_id
from smsdesk.desk.receive_fast.parcel import Parcel, Stored
from smsdesk.models.base import in_sqlite
from smsdesk.rules.terms import Terms
from smsdesk.rules.tombstones import mark_of

# What is promised may have changed since this process read it
VERSION = "(SELECT version FROM promise_book) = :version"
NOT_ERASED = "NOT EXISTS (SELECT 1 FROM erased_text x WHERE x.carrier_sid = :sid AND x.carrier_account = :account)"
PLACE = f"""
    SELECT c.id, c.number_id, c.team_id, c.assignee_id IS NOT NULL AS has_agent, c.episode_id, c.last_seq + 1 AS seq, a.id AS address_id,
           c.state = 'waiting_for_them' AS starts_clock, c.reply_due_at, 'next_reply' AS clock_kind
    FROM number n
    JOIN address a ON a.value = :sender
    JOIN conversation c ON c.address_id = a.id AND c.number_id = n.id
    JOIN episode e ON e.id = c.episode_id
    LEFT JOIN agent g ON g.id = c.assignee_id
    WHERE n.address = :to AND e.resolved_at IS NULL AND c.is_plain AND c.team_id = n.team_id AND c.farewell_seq IS NULL AND {VERSION}
      AND (c.state = 'waiting_for_us' OR (c.state = 'waiting_for_them' AND e.first_replied_at IS NOT NULL))
      AND (c.assignee_id IS NULL OR (g.disabled_at IS NULL AND g.availability IN ('available', 'busy')))
      AND NOT EXISTS (SELECT 1 FROM message m WHERE m.carrier_sid = :sid AND m.carrier_account = :account) AND {NOT_ERASED}"""
EMPTY_PLACE = f"""
    SELECT :conversation_id AS id, n.id AS number_id, n.team_id, 0 AS has_agent, :episode_id AS episode_id, 1 AS seq, :address_id AS address_id,
           1 AS starts_clock, NULL AS reply_due_at, 'first_reply' AS clock_kind
    FROM number n WHERE n.address = :to AND NOT EXISTS (SELECT 1 FROM address WHERE value = :sender)
      AND {VERSION} AND NOT EXISTS (SELECT 1 FROM message m WHERE m.carrier_sid = :sid AND m.carrier_account = :account)
      AND {NOT_ERASED} AND NOT EXISTS (SELECT 1 FROM erased_stop WHERE mark = :mark)"""
MESSAGE = """
    INSERT INTO message (id, conversation_id, episode_id, seq, direction, author_kind, body, state, sender, recipient, segments, media_count,
                         carrier_account, carrier_sid, created_at, raw, source, attempts)
    VALUES (:message_id, :id, :episode_id, :seq, 'in', 'customer', :body, 'received', :sender, :to, :segments, 0, :account, :sid, :now, :raw, 'web', 0)"""
CLOCK = """
    INSERT INTO clock (id, conversation_id, episode_id, number_id, team_id, kind, state, started_at, started_seq, target, terms_id, book_version, due_at,
                       next_step, next_alert_at)
    VALUES (:clock_id, :id, :episode_id, :number_id, :team_id, :clock_kind, 'running', :now, :seq, :target, :terms, :version, :due_at, :first_step,
            :alert_at)"""
CLOCK_EVENT = "INSERT INTO clock_event (id, clock_id, kind, at, detail) VALUES (:clock_event_id, :clock_id, 'activate', :now, :clock_detail)"
EVENT = """
    INSERT INTO event (id, at, kind, conversation_id, team_id, subject_id, detail)
    VALUES (:event_id, :now, 'text.received', :id, :team_id, :message_id, '{}')"""
MOVE_UP = """
    UPDATE conversation
    SET address_id = :address_id, last_seq = :seq, last_inbound_seq = :seq, last_message_at = :now, last_preview = :preview, last_is_ours = 0,
        state = 'waiting_for_us', waiting_since = coalesce(waiting_since, :now), reply_due_at = :due_at, queue_at = :due_at, snoozed_until = NULL
    WHERE id = :id"""
NEWCOMER = (
    "INSERT INTO customer (id, created_at) VALUES (:customer_id, :now)",
    "INSERT INTO address (id, value, kind, customer_id, created_at) VALUES (:address_id, :sender, :kind, :customer_id, :now)",
    """INSERT INTO conversation (id, customer_id, number_id, address_id, team_id, episode_id, state, queue_at, waiting_since, reply_due_at, last_seq,
                                 last_inbound_seq, last_message_at, last_preview, last_is_ours, has_failure, created_at)
       VALUES (:id, :customer_id, :number_id, :address_id, :team_id, :episode_id, 'waiting_for_us', :due_at, :now, :due_at, 1, 1, :now, :preview, 0, 0,
               :now)""",
    """INSERT INTO episode (id, conversation_id, number_id, team_id, opened_at, times_reopened)
       VALUES (:episode_id, :id, :number_id, :team_id, :now, 0)""",
)


Statements = tuple[str, ...]


@dataclass(frozen=True)
class Job:
    """A text on its way into the database."""

    place: str
    before: Statements
    after: Statements
    values: dict[str, Any]


class Sqlite:
    """Texts that wait for the pen are written together."""

    def __init__(self, database: Database) -> None:
        self._pen, self._key = database.pen, database.phone_key

    def next_text(self, parcel: Parcel) -> Stored | None:
        return self._store(Job(PLACE, (), (MOVE_UP,), _values(parcel, parcel.promise.next)))

    def first_text(self, parcel: Parcel) -> Stored | None:
        ids = {f"{thing}_id": new_id().hex for thing in ("customer", "address", "conversation", "episode")}
        newcomer = {"kind": parcel.kind.value, "mark": mark_of(self._key, parcel.text.sender)}
        return self._store(Job(EMPTY_PLACE, NEWCOMER, (), _values(parcel, parcel.promise.first) | ids | newcomer))

    def _store(self, job: Job) -> Stored | None:
        # After NoLineFree it may still be written by whoever has the pen: then it is in the spool too, and counts once
        return self._pen.write(partial(_written, job))


def _written(job: Job, line: Any) -> Stored | None:
    cursor = line.execute(job.place, job.values)
    row = cursor.fetchone()
    if row is None:
        return None
    values = job.values | dict(zip((column[0] for column in cursor.description), row, strict=True))
    values["due_at"] = values["reply_due_at"] or values["due_at"]
    starting = (CLOCK, CLOCK_EVENT) if values["starts_clock"] else ()
    for statement in (*job.before, MESSAGE, *starting, EVENT, *job.after):
        line.execute(statement, values)
    return Stored(UUID(values["id"]), UUID(values["team_id"]), bool(values["has_agent"]))


def _values(parcel: Parcel, terms: Terms) -> dict[str, Any]:
    text, clock = parcel.text, parcel.clock(terms)
    stored = {"terms": terms.id.hex, "due_at": in_sqlite(clock["due_at"]), "alert_at": in_sqlite(clock["alert_at"])}
    return (
        clock
        | stored
        | {
            "message_id": parcel.message_id.hex,
            "event_id": parcel.event_id.hex,
            "clock_id": parcel.clock_id.hex,
            "clock_event_id": parcel.clock_event_id.hex,
            "to": text.to,
            "sender": text.sender,
            "account": text.account_sid,
            "sid": text.carrier_sid,
            "body": parcel.body,
            "preview": parcel.preview,
            "segments": text.segments,
            "raw": text.raw,
            "now": in_sqlite(parcel.now),
            "clock_detail": json.dumps({"started_at": parcel.now.isoformat(), "terms": str(terms.id)}),
        }
    )
