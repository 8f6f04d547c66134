"""A watch that was deleted by a slip: what it was is kept in the log, and it comes back from there, without its history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.desk.see import NotThere
from smsdesk.desk.tend_watch import REMOVED, WatchPlan, create
from smsdesk.models.agent import Agent
from smsdesk.models.event import Event
from smsdesk.models.watch import Watch
from smsdesk.rules.watches import Figure, WatchRule


def bring_back_watch(session: Session, watch_id: UUID, by: Agent, now: datetime) -> Watch:
    """As it was when it was deleted, and looked at at once. Twice is once. Raises NotThere, NotAWatch."""
    there = session.get(Watch, watch_id)
    if there is not None:
        return there
    gone = session.scalar(
        select(Event).where(Event.subject_id == watch_id, Event.kind == REMOVED).order_by(Event.id.desc()).limit(1)
    )
    if gone is None or "before" not in gone.detail:
        raise NotThere
    return create(session, _plan(gone.detail["before"]), by, now, watch_id)


def _plan(kept: Mapping[str, Any]) -> WatchPlan:
    rule = kept["rule"]
    window, figure = timedelta(seconds=rule["window"]), Figure(rule["figure"])
    return WatchPlan(
        WatchRule(**{**rule, "figure": figure, "window": window}),
        kept["name"],
        _id(kept["number_id"]),
        _id(kept["team_id"]),
        tuple(UUID(owner) for owner in kept["owners"]),
        kept["is_on"],
    )


def _id(kept: str | None) -> UUID | None:
    return UUID(kept) if kept else None
