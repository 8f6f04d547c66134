"""Reports as files for a spreadsheet: every wait, or the figures. Written batch by batch, so that any length needs little memory."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from datetime import date, datetime
from itertools import product
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from smsdesk.adapters.database import Database
from smsdesk.desk import trace
from smsdesk.desk.ask_about import Asked
from smsdesk.desk.report import Report, grouped, report
from smsdesk.desk.trace import Traced
from smsdesk.models.agent import Agent
from smsdesk.rules.csv_rows import BOM, Cell, lines
from smsdesk.rules.packed_waits import Account
from smsdesk.rules.terms import REPLIES
from smsdesk.web.manager.report_episodes import Narrow, waits_behind
from smsdesk.web.manager.report_questions import Question
from smsdesk.web.manager.report_tables import GONE
from smsdesk.web.manager.report_words import WEEKDAYS

BATCH = 2000
WAIT_HEAD = ("number", "called", "team", "customer", "customer's phone", "promise", "waited since", "decided", "zone", "wait in seconds",
             "wait in open hours in seconds", "outcome", "kept", "answered by", "conversation")  # fmt: skip
SUMMARY_HEAD = ("of", "name", "waits", "kept", "late", "share kept", "p50 in seconds", "p90 in seconds", "p99 in seconds",
                "p50 in open hours in seconds", "p90 in open hours in seconds", "p99 in open hours in seconds", "texts in", "texts out",
                "texts that did not arrive", "episodes begun", "episodes resolved", "waiting at the end")  # fmt: skip


def wait_lines(
    database: Database, agent_id: UUID, question: Question, which: Narrow, public_url: str, now: datetime
) -> Iterator[str]:
    """Newest first. Each batch is a look of its own: a database is not held still for as long as somebody's line is slow."""
    yield BOM + lines([WAIT_HEAD])
    after, addresses = None, {number.id: number.address for number in question.numbers}
    teams = {team.id: team.name for team in question.teams}
    zones = {place.id: (place.label, ZoneInfo(place.zone)) for place in question.places}
    while True:
        with database.reading() as session:
            asked = question.asked(session.get_one(Agent, agent_id))
            judged = trace.first(waits_behind(session, asked, which, now, after, BATCH), BATCH)
            found = trace.described(session, judged)
        yield lines(
            _wait(one, *zones[one.number_id], addresses.get(one.number_id, ""), teams.get(one.team_id, ""), public_url)
            for one in found
        )
        if len(found) < BATCH:
            return
        after = (found[-1].at, found[-1].id)


def _wait(one: Traced, label: str, zone: ZoneInfo, called: str, team: str, public_url: str) -> tuple[Cell, ...]:
    judged = one.judged
    assert judged is not None
    outcome = "answered" if judged.is_answered else "still waiting" if judged.still_waits else "given up"
    decided = judged.at.astimezone(zone).isoformat() if not judged.still_waits else ""
    return (
        label, called, team, one.customer, one.address, judged.kind.value, judged.started_at.astimezone(zone).isoformat(), decided, zone.key,
        int(judged.seconds), int(judged.open_seconds), outcome, "yes" if judged.kept else "no", one.agent or "",
        f"{public_url}/conversations/{one.conversation_id}",
    )  # fmt: skip


def summary_lines(session: Session, asked: Asked, question: Question, now: datetime) -> Iterator[str]:
    """All of it, then by day, number, team, person and hour of the week."""
    told = report(session, asked, now)
    slots = grouped(session, asked, REPLIES, "hour_of_week", now)
    return iter([BOM + lines([SUMMARY_HEAD, *_summary(told, slots, asked, question)])])


def _summary(
    told: Report, slots: Mapping[Hashable, Account], asked: Asked, question: Question
) -> Iterator[tuple[Cell, ...]]:
    last = told.backlog.get(asked.period.last)
    yield (*_figures("everything", "", told.whole), *_volume(told, None), last)
    for day in asked.period.days:
        yield (
            *_figures("day", day.isoformat(), told.by_day.get(day, Account())),
            *_volume(told, day),
            told.backlog.get(day),
        )
    names = {place.id: place.label for place in question.places}
    names |= {team.id: team.name for team in question.teams} | {person.id: person.name for person in question.people}
    for of, accounts in (("number", told.by_number), ("team", told.by_team), ("person", told.by_agent)):
        for id, account in sorted(accounts.items(), key=lambda one: names.get(one[0], GONE)):
            yield _figures(of, names.get(id, GONE), account)
    for weekday, hour in product(range(7), range(24)):
        if (found := slots.get((weekday, hour))) is not None:
            yield _figures("hour of the week", f"{WEEKDAYS[weekday]} {hour:02}:00", found)


def _figures(of: str, name: str, account: Account) -> tuple[Cell, ...]:
    lengths = (getattr(which, part) for which in (account.wall, account.open) for part in ("p50", "p90", "p99"))
    share = None if account.share_kept is None else round(account.share_kept, 4)
    seconds = (None if length is None else int(length.total_seconds()) for length in lengths)
    return (of, name, account.count, account.kept, account.late, share, *seconds)


def _volume(told: Report, day: date | None) -> tuple[Cell, ...]:
    one = told.volume if day is None else told.volumes.get(day)
    return tuple(getattr(one, what, 0) for what in ("texts_in", "texts_out", "failed", "opened", "resolved"))
