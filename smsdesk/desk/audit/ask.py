"""Somebody wants the log to be gone through: a person, or the night."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from smsdesk.adapters.ids import new_id
from smsdesk.adapters.promises import announce, later
from smsdesk.models.agent import Agent
from smsdesk.models.audit import AuditRun, AuditState
from smsdesk.models.episode import Episode

AT_NIGHT = time(3, tzinfo=UTC)
UNFINISHED = (AuditState.WAITING, AuditState.RUNNING)


def ask(session: Session, by: Agent | None, since: datetime, now: datetime) -> AuditRun:
    """A run over what happened from `since` to now; one that a person asked for and that is not done yet is given back instead."""
    asked = session.scalar(
        select(AuditRun).where(AuditRun.night.is_(None), AuditRun.state.in_(UNFINISHED)).order_by(AuditRun.asked_at)
    )
    if asked is None:
        asked = AuditRun(
            asked_by_id=by.id if by else None, asked_at=now, since=since, until=now, state=AuditState.WAITING
        )
        session.add(asked)
        session.flush()
    _tell(session, asked.id)
    return asked


def ask_for_the_night(session: Session, now: datetime) -> bool:
    """The run of the night that is over or under way; True for whoever asked first, however many clock processes ask.

    It begins where the last finished night ended, so that a night without a machine leaves no gap.
    """
    asked = (
        upsert(AuditRun)
        .values(
            id=new_id(),
            night=night_of(now),
            asked_at=now,
            since=_last_night_ended(session) or beginning(session) or now,
            until=now,
            state=AuditState.WAITING,
            done=0,
            total=0,
            begun=0,
        )
        .on_conflict_do_nothing(index_elements=["night"])
        .returning(AuditRun.id)
    )
    run_id = session.scalar(asked)
    if run_id is None:
        return False
    _tell(session, run_id)
    return True


def was_asked_for(session: Session, now: datetime) -> bool:
    """A look that keeps no writer waiting."""
    return bool(session.scalar(select(exists().where(AuditRun.night == night_of(now)))))


def night_of(now: datetime) -> date:
    """The day, in UTC, whose night was the last to begin: before three it is the day before's."""
    there = now.astimezone(UTC)
    return there.date() if there.timetz() >= AT_NIGHT else there.date() - timedelta(days=1)


def beginning(session: Session) -> datetime | None:
    """When the first episode was opened, None where there is none."""
    return session.scalar(select(Episode.opened_at).order_by(Episode.id).limit(1))


def _last_night_ended(session: Session) -> datetime | None:
    finished = AuditRun.night.is_not(None), AuditRun.state == AuditState.DONE
    return session.scalar(select(AuditRun.until).where(*finished).order_by(AuditRun.night.desc()).limit(1))


def _tell(session: Session, run_id: UUID) -> None:
    later(session, "reports.drain")
    announce(session, "audit", run_id)
