"""What is behind a figure: the same question made narrower, as a list, page by page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from smsdesk.desk import trace
from smsdesk.desk.ask_about import Asked
from smsdesk.desk.collect import volumes_of, waits_within
from smsdesk.desk.judge import IS_REPLY, IS_RESOLUTION, Judged, Window
from smsdesk.desk.trace import Mark, Traced
from smsdesk.models.agent import Agent
from smsdesk.rules.periods import DAY, day_begins
from smsdesk.web.agent import words as screen_words
from smsdesk.web.manager import report_words as words
from smsdesk.web.manager.report_questions import Question

PAGE = 50
WAITS, RESOLUTIONS, WAITING = "waits", "resolutions", "waiting"
TITLES = {
    WAITS: "Promises of a reply",
    RESOLUTIONS: "Promises to resolve",
    WAITING: "Who was waiting",
    "texts_in": "Texts in",
    "texts_out": "Texts out",
    "failed": "Texts that did not arrive",
    "opened": "Episodes that began",
    "resolved": "Episodes that were resolved",
}
SLOT = re.compile(r"([0-6])-(1?\d|2[0-3])", re.ASCII)


@dataclass(frozen=True)
class Narrow:
    """Which of them: a day, an hour of the week, kept or late."""

    what: str
    day: date | None
    slot: tuple[int, int] | None
    kept: bool | None

    @property
    def kinds(self) -> ColumnElement[bool]:
        return IS_RESOLUTION if self.what == RESOLUTIONS else IS_REPLY

    def windows(self, asked: Asked) -> list[Window]:
        period = asked.period
        if self.slot is not None:
            weekday, hour = self.slot
            return asked.windows(lambda zone: list(period.slots(weekday, hour, zone)))
        if self.day is not None:
            day = self.day
            return asked.windows(lambda zone: [period.day(day, zone)])
        return asked.whole()


@dataclass(frozen=True, slots=True)
class EpisodeRow:
    conversation_id: UUID
    customer: str
    number: str
    at_words: str
    decided_words: str
    waited: str
    open_waited: str
    verdict: str  # kept, late, still or nothing
    verdict_words: str
    agent: str


@dataclass(frozen=True, slots=True)
class EpisodesPicture:
    title: str
    about: str
    period: str
    total: str
    are_waits: bool
    rows: tuple[EpisodeRow, ...]
    back: str
    older: str
    csv: str


def narrow(args: MultiDict[str, str], asked: Question) -> Narrow:
    """What cannot be read is left out: then the list is of more, and says so."""
    what = args.get("what", "")
    found = SLOT.fullmatch(args.get("slot", ""))
    return Narrow(
        what if what in TITLES else WAITS,
        next((day for day in asked.period.days if day.isoformat() == args.get("day")), None),
        (int(found[1]), int(found[2])) if found else None,
        {"kept": True, "late": False}.get(args.get("verdict", "")),
    )


def episodes_picture(
    session: Session, me: Agent, question: Question, which: Narrow, after: Mark | None, now: datetime
) -> EpisodesPicture:
    asked = question.asked(me)
    found = _found(session, asked, which, after, now)
    labels = {place.id: place.label for place in asked.places}
    rows = [_row(one, labels[one.number_id], which, question.zone, now) for one in found[:PAGE]]
    here: dict[str, object] = {
        "what": which.what if which.what != WAITS else None,
        "day": which.day,
        "slot": f"{which.slot[0]}-{which.slot[1]}" if which.slot else None,
        "verdict": {True: "kept", False: "late", None: None}[which.kept],
    }
    older = question.address("/episodes", **here, after=cursor(found[PAGE - 1])) if len(found) > PAGE else ""
    are_waits = which.what in {WAITS, RESOLUTIONS}
    return EpisodesPicture(
        title=TITLES[which.what],
        about=_about(question, which),
        period=words.period_words(question.period) if which.day is None else "",
        total=_total(session, asked, which, now),
        are_waits=are_waits,
        rows=tuple(rows),
        back=question.address(),
        older=older,
        csv=question.address("/waits.csv", **here, sort=None) if are_waits else "",
    )


def waits_behind(
    session: Session, asked: Asked, which: Narrow, now: datetime, after: Mark | None = None, batch: int = trace.BATCH
) -> Iterator[Judged]:
    return trace.waits(session, asked, which.windows(asked), now, which.kinds, which.kept, after, batch)


def cursor(one: Traced) -> str:
    return f"{one.at.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%S.%fZ')}_{one.id}"


def read_cursor(typed: str) -> Mark | None:
    """None where there is none, or where somebody wrote their own: then the list begins at its head."""
    moment, _, id = typed.partition("_")
    try:
        return datetime.fromisoformat(moment).astimezone(UTC), UUID(id)
    except (ValueError, OverflowError):
        return None


def _found(session: Session, asked: Asked, which: Narrow, after: Mark | None, now: datetime) -> Sequence[Traced]:
    if which.what in {WAITS, RESOLUTIONS}:
        return trace.described(session, trace.first(waits_behind(session, asked, which, now, after), PAGE + 1))
    if which.what == WAITING:
        return trace.waiting_then(session, asked, lambda zone: _ends(asked, which, zone, now), after, PAGE + 1)
    return trace.volume(session, asked, which.windows(asked), which.what, after, PAGE + 1)


def _ends(asked: Asked, which: Narrow, zone: str, now: datetime) -> datetime:
    return min(now + timedelta(microseconds=1), day_begins((which.day or asked.period.last) + DAY, zone))


def _total(session: Session, asked: Asked, which: Narrow, now: datetime) -> str:
    """As the page of reports counts it: by what was added up."""
    if which.what == WAITING:
        return ""
    windows = which.windows(asked)
    if which.what in {WAITS, RESOLUTIONS}:
        is_resolution = which.what == RESOLUTIONS
        waits = [
            one
            for one in waits_within(session, asked, windows, now)
            if (one.kind.value == "resolution") is is_resolution
        ]
        kept, count = sum(one.kept for one in waits), sum(one.count for one in waits)
        return words.counted({True: kept, False: count - kept, None: count}[which.kept], "promise", "promises")
    count = sum(getattr(one.volume, which.what) for one in volumes_of(session, asked, windows))
    return words.counted(
        count, *(("episode", "episodes") if which.what in {"opened", "resolved"} else ("text", "texts"))
    )


def _about(question: Question, which: Narrow) -> str:
    parts = [{True: "kept", False: "late", None: ""}[which.kept]]
    if which.day:
        parts.append(words.day_words(which.day, year=True))
    if which.slot:
        parts.append(f"on {words.slot_words(*which.slot)}")
    parts += [place.label for place in question.places if place.id == question.number_id]
    parts += [team.name for team in question.teams if team.id == question.team_id]
    parts += [f"answered by {person.name}" for person in question.people if person.id == question.agent_id]
    return " · ".join(part for part in parts if part)


def _row(one: Traced, number: str, which: Narrow, zone: str, now: datetime) -> EpisodeRow:
    judged = one.judged
    if judged is None:
        return EpisodeRow(
            one.conversation_id, one.customer, number, screen_words.moment(one.at, now, zone), "", "", "", "", "", ""
        )
    verdict, said = _verdict(judged, which.what == RESOLUTIONS)
    return EpisodeRow(
        one.conversation_id, one.customer, number, screen_words.moment(judged.started_at, now, zone),
        "–" if judged.still_waits else screen_words.moment(judged.at, now, zone),
        words.face(timedelta(seconds=int(judged.seconds))), words.face(timedelta(seconds=int(judged.open_seconds))),
        verdict, said, one.agent or "",
    )  # fmt: skip


def _verdict(one: Judged, is_resolution: bool) -> tuple[str, str]:
    if one.is_answered:
        return ("kept", "kept") if one.kept else ("late", "late")
    if one.still_waits:
        return "late", "not resolved yet" if is_resolution else "still waiting"
    return "late", "given up"
