"""The same figures as the reports, worked out again: plain Python over raw rows read with raw SQL. Shares no code with SMSDesk."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine, text


@dataclass
class Wait:
    number: str
    team: str
    agent: str | None
    kind: str
    decided: datetime  # the moment whose day it counts for
    seconds: float
    kept: bool
    conversation: str
    answered: bool


@dataclass
class Truth:
    now: datetime
    zones: dict[str, str]
    waits: list[Wait] = field(default_factory=list)
    spans: list[tuple[str, str, datetime, datetime | None]] = field(default_factory=list)  # number, team, from, until
    texts: list[tuple[str, str, str, datetime, bool]] = field(
        default_factory=list
    )  # number, team, direction, at, failed
    opened: list[tuple[str, str, datetime]] = field(default_factory=list)
    resolved: list[tuple[str, str, datetime]] = field(default_factory=list)

    def day(self, number: str, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.zones[number])).date()

    def slot(self, number: str, at: datetime) -> tuple[int, int]:
        there = at.astimezone(ZoneInfo(self.zones[number]))
        return there.weekday(), there.hour

    def between(self, first: date, last: date, until: datetime | None = None, **only: str) -> list[Wait]:
        return [
            one
            for one in self.waits
            if first <= self.day(one.number, one.decided) <= last
            and (until is None or one.decided < until)
            and all(getattr(one, name) == value for name, value in only.items())
        ]

    def volume(self, first: date, last: date, until: datetime | None = None, team: str | None = None) -> dict[str, int]:
        def here(number: str, whose: str, at: datetime) -> bool:
            inside = first <= self.day(number, at) <= last and (until is None or at < until)
            return inside and team in {None, whose}

        return {
            "texts_in": sum(d == "in" and here(n, t, at) for n, t, d, at, _ in self.texts),
            "texts_out": sum(d == "out" and here(n, t, at) for n, t, d, at, _ in self.texts),
            "failed": sum(d == "out" and failed and here(n, t, at) for n, t, d, at, failed in self.texts),
            "opened": sum(here(*one) for one in self.opened),
            "resolved": sum(here(*one) for one in self.resolved),
        }

    def backlog(self, day: date, team: str | None = None) -> int:
        """Who waited when the day ended where their number is, or now if it goes on."""
        waiting = 0
        for number, whose, since, until in self.spans:
            end = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(self.zones[number])).astimezone(UTC)
            at = min(end, self.now)
            waiting += team in {None, whose} and since < at and (until is None or until >= at)
        return waiting


def account(waits: list[Wait]) -> tuple[int, int, list[int] | None]:
    """Count, kept, and the waits in whole seconds that 50, 90 and 99 of a hundred did not pass."""
    seconds = sorted(math.floor(one.seconds) for one in waits)
    ranks = [next(s for place, s in enumerate(seconds, 1) if place * 100 >= share * len(seconds)) for share in (50, 90, 99)] if seconds else None  # fmt: skip
    return len(waits), sum(one.kept for one in waits), ranks


def truth(database_url: str, now: datetime) -> Truth:
    engine = create_engine(database_url)
    with engine.connect() as connection:

        def rows(sql: str) -> Iterator[dict[str, Any]]:
            for row in connection.execute(text(sql)).mappings():
                yield {name: _plain(name, value) for name, value in row.items()}

        numbers = {row["id"]: row for row in rows("SELECT id, time_zone, target FROM number")}
        found = Truth(now, {id: row["time_zone"] for id, row in numbers.items()})
        messages = {row["id"]: row for row in rows("SELECT * FROM message")}
        conversations = {row["id"]: row for row in rows("SELECT id, number_id, team_id FROM conversation")}
        events: dict[str, list[dict[str, Any]]] = {}
        for row in rows("SELECT id, clock_id, kind, at, detail FROM clock_event ORDER BY id"):
            events.setdefault(row["clock_id"], []).append(row)
        came = {(row["conversation_id"], row["seq"]): row["created_at"] for row in messages.values()}
        for clock in rows("SELECT id, conversation_id, number_id, team_id, kind, started_seq FROM clock"):
            since = came[clock["conversation_id"], clock["started_seq"]]
            _tell(
                found,
                clock,
                events[clock["id"]],
                since,
                timedelta(seconds=numbers[clock["number_id"]]["target"]),
                messages,
            )
        for row in messages.values():
            home = conversations[row["conversation_id"]]
            failed = row["state"] in ("undelivered", "failed", "blocked", "canceled")
            found.texts.append((home["number_id"], home["team_id"], row["direction"], row["created_at"], failed))
        for row in rows("SELECT number_id, team_id, opened_at, resolved_at FROM episode"):
            found.opened.append((row["number_id"], row["team_id"], row["opened_at"]))
            if row["resolved_at"]:
                found.resolved.append((row["number_id"], row["team_id"], row["resolved_at"]))
    engine.dispose()
    return found


def _tell(
    found: Truth, clock: dict[str, Any], log: list[dict[str, Any]], since: datetime, target: timedelta, messages: Any
) -> None:
    """What became of one promise: the last thing that ended it and was not taken back."""
    end = None
    for event in log:
        if event["kind"] in ("fulfil", "cancel"):
            end = event
        elif event["kind"] == "reactivate":
            end = None
    due = since + target
    until = end["at"] if end else None
    found.spans.append((clock["number_id"], clock["team_id"], since, until))
    last = until or found.now
    kept = last < due + timedelta(seconds=1)
    answered = end is not None and end["kind"] == "fulfil"
    if not answered and kept:
        return  # nothing is decided yet, or nobody needs to know
    detail = json.loads(end["detail"]) if end and isinstance(end["detail"], str) else end["detail"] if end else {}
    author = messages[detail["message_id"].replace("-", "")]["author_id"] if answered else None
    decided = last if answered else due if end else found.now
    found.waits.append(
        Wait(clock["number_id"], clock["team_id"], author, clock["kind"], decided, (last - since).total_seconds(), kept,
             clock["conversation_id"], answered)
    )  # fmt: skip


def _plain(name: str, value: Any) -> Any:
    """Ids without dashes, moments with their zone, on both databases."""
    if name == "id" or name.endswith("_id"):
        return None if value is None else str(value).replace("-", "")
    if name == "at" or name.endswith("_at"):
        at = datetime.fromisoformat(value) if isinstance(value, str) else value
        return at and (at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC))
    return value
