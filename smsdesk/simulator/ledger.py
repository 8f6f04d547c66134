"""The pretend carrier's memory: every text it took and everything that happened to it, on disk before anybody is told.

A test may kill what it likes and then ask this ledger what the carrier really did.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from smsdesk.adapters import clock

SCHEMA = """
CREATE TABLE IF NOT EXISTS text (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, sid TEXT UNIQUE NOT NULL, direction TEXT NOT NULL, recipient TEXT NOT NULL,
  sender TEXT NOT NULL, body TEXT NOT NULL, segments INTEGER NOT NULL, media_urls TEXT NOT NULL, status_url TEXT NOT NULL,
  mode TEXT NOT NULL, created_at TEXT NOT NULL, state TEXT NOT NULL, error_code INTEGER);
CREATE INDEX IF NOT EXISTS text_recipient ON text (recipient, seq);
CREATE INDEX IF NOT EXISTS text_sender ON text (sender, seq);
CREATE TABLE IF NOT EXISTS media (
  sid TEXT PRIMARY KEY, text_sid TEXT NOT NULL REFERENCES text (sid), content_type TEXT NOT NULL, created_at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS media_text ON media (text_sid);
CREATE TABLE IF NOT EXISTS removed (sid TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS stop (number TEXT, address TEXT, PRIMARY KEY (number, address));
CREATE TABLE IF NOT EXISTS event (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, kind TEXT NOT NULL, sid TEXT, address TEXT, detail TEXT NOT NULL);
"""
COLUMNS = "seq, sid, direction, recipient, sender, body, segments, media_urls, status_url, mode, created_at, state, error_code"


@dataclass(frozen=True)
class Text:
    """A text either way. `direction` is Twilio's word: inbound (a customer's), outbound-api (ours), outbound-reply (the carrier's own)."""

    sid: str
    direction: str
    to: str
    sender: str
    body: str
    segments: int = 1
    media_urls: tuple[str, ...] = ()
    status_url: str = ""
    mode: str = "ok"
    created_at: datetime | None = None
    state: str = "queued"
    error_code: int | None = None
    seq: int = 0

    @property
    def phone(self) -> str:
        """The customer's address."""
        return self.sender if self.direction == "inbound" else self.to

    @property
    def number(self) -> str:
        """The business's number."""
        return self.to if self.direction == "inbound" else self.sender


@dataclass(frozen=True)
class Picture:
    sid: str
    text_sid: str
    content_type: str
    created_at: datetime


@dataclass(frozen=True)
class Event:
    """One thing that happened: `accepted`, `received`, `state`, `call`, `posted`, `stopped`, `started`, `removed`."""

    seq: int
    at: datetime
    kind: str
    sid: str | None
    address: str | None
    detail: dict[str, Any]


class Ledger:
    """One connection, one lock: a commit is on the disk when a method returns."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(SCHEMA)
        self._changed = threading.Condition(threading.RLock())

    def close(self) -> None:
        with self._changed:
            self._db.close()

    def write(self, text: Text, pictures: Iterable[Picture] = ()) -> Text:
        """Keep a new text. Ours is `accepted` from here on, whatever becomes of the answer."""
        at = _stamp(text.created_at or clock.now())
        values = (text.sid, text.direction, text.to, text.sender, text.body, text.segments, json.dumps(text.media_urls))
        with self._changed:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute(
                f"INSERT INTO text ({COLUMNS}) VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",  # noqa: S608
                (*values, text.status_url, text.mode, at, text.state),
            )
            for picture in pictures:
                self._db.execute(
                    "INSERT INTO media VALUES (?, ?, ?, ?)", (picture.sid, text.sid, picture.content_type, at)
                )
            self._note("received" if text.direction == "inbound" else "accepted", text.sid, text.phone, {})
            self._db.execute("COMMIT")
            self._changed.notify_all()
        kept = self.text(text.sid)
        assert kept
        return kept

    def turn(self, text: Text, state: str, error_code: int | None = None) -> None:
        """The text is now in another state."""
        with self._changed:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("UPDATE text SET state = ?, error_code = ? WHERE sid = ?", (state, error_code, text.sid))
            self._note("state", text.sid, text.phone, {"state": state, "error_code": error_code})
            self._db.execute("COMMIT")
            self._changed.notify_all()

    def note(self, kind: str, sid: str | None, address: str | None, **detail: Any) -> None:
        """Something happened that changes no text: a call, a post and its answer."""
        with self._changed:
            self._note(kind, sid, address, detail)
            self._changed.notify_all()

    def stop(self, number: str, address: str, on: bool) -> bool:
        """The customer's STOP or START at the carrier. True where it changed something."""
        deed = "INSERT OR IGNORE INTO stop VALUES (?, ?)" if on else "DELETE FROM stop WHERE number = ? AND address = ?"
        with self._changed:
            changed = self._db.execute(deed, (number, address)).rowcount > 0
            self._note("stopped" if on else "started", None, address, {"number": number})
            return changed

    def is_stopped(self, number: str, address: str) -> bool:
        return bool(self._rows("SELECT 1 FROM stop WHERE number = ? AND address = ?", number, address))

    def text(self, sid: str) -> Text | None:
        return next(iter(self.texts("sid = ?", sid)), None)

    def texts(self, where: str = "1", *values: object, order: str = "seq", limit: int = -1) -> list[Text]:
        """Texts by a condition over the columns, oldest first unless `order` says otherwise."""
        rows = self._rows(f"SELECT {COLUMNS} FROM text WHERE {where} ORDER BY {order} LIMIT {limit}", *values)  # noqa: S608
        return [_text(row) for row in rows]

    def pictures(self, text_sid: str) -> list[Picture]:
        rows = self._rows(
            "SELECT sid, text_sid, content_type, created_at FROM media WHERE text_sid = ? ORDER BY rowid", text_sid
        )
        return [Picture(sid, text, kind, datetime.fromisoformat(at)) for sid, text, kind, at in rows]

    def picture_type(self, sid: str) -> str | None:
        return next((str(row[0]) for row in self._rows("SELECT content_type FROM media WHERE sid = ?", sid)), None)

    def remove(self, text: Text) -> None:
        """The API tells of it no more. What a phone shows stays, as on a phone."""
        with self._changed:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("INSERT OR IGNORE INTO removed VALUES (?)", (text.sid,))
            self._db.execute("DELETE FROM media WHERE text_sid = ?", (text.sid,))
            self._note("removed", text.sid, text.phone, {})
            self._db.execute("COMMIT")
            self._changed.notify_all()

    def is_removed(self, sid: str) -> bool:
        return bool(self._rows("SELECT 1 FROM removed WHERE sid = ?", sid))

    def forget_picture(self, sid: str) -> None:
        with self._changed:
            self._db.execute("DELETE FROM media WHERE sid = ?", (sid,))

    def events(self, since: int = 0, wait_s: float = 0.0, limit: int = 1000) -> list[Event]:
        """What happened after event `since`; waits for the first of them up to `wait_s`."""
        query = "SELECT seq, at, kind, sid, address, detail FROM event WHERE seq > ? ORDER BY seq LIMIT ?"
        with self._changed:
            if wait_s and not self._rows(query, since, 1):
                self._changed.wait(wait_s)
            rows = self._rows(query, since, limit)
        return [
            Event(s, datetime.fromisoformat(at), k, sid, who, json.loads(detail)) for s, at, k, sid, who, detail in rows
        ]

    def last_event(self) -> int:
        """The number of the latest event, 0 before the first."""
        return int(self._rows("SELECT coalesce(max(seq), 0) FROM event")[0][0])

    def _note(self, kind: str, sid: str | None, address: str | None, detail: dict[str, Any]) -> None:
        self._db.execute(
            "INSERT INTO event (at, kind, sid, address, detail) VALUES (?, ?, ?, ?, ?)",
            (_stamp(clock.now()), kind, sid, address, json.dumps(detail)),
        )

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._changed:
            return self._db.execute(query, values).fetchall()


def _text(row: tuple[Any, ...]) -> Text:
    seq, sid, direction, to, sender, body, segments, media_urls, status_url, mode, created_at, state, error_code = row
    at = datetime.fromisoformat(created_at)
    return Text(
        sid,
        direction,
        to,
        sender,
        body,
        segments,
        tuple(json.loads(media_urls)),
        status_url,
        mode,
        at,
        state,
        error_code,
        seq,
    )


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")
