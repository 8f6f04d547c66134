"""Watches as those see them who watch over a team: how each stands, whom it told, and how it went the last day. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from smsdesk.desk.count_open import ALWAYS, opening
from smsdesk.desk.gather import Asked
from smsdesk.desk.measure import track
from smsdesk.desk.tend_watch import watches_of
from smsdesk.desk.watch_over import scope_of
from smsdesk.models.agent import Agent
from smsdesk.models.alert import Alert, AlertRecipient
from smsdesk.models.number import Number
from smsdesk.models.team import Team
from smsdesk.models.watch import Watch, WatchEvent, WatchEventKind
from smsdesk.rules.watches import NOTHING, Found, WatchState

A_DAY = timedelta(days=1)
STEP = timedelta(minutes=10)


@dataclass(frozen=True)
class SeenWatch:
    """`told`: whom it told that it fires, while it does."""

    watch: Watch
    place: str  # the number or team that it is over; "" for everything
    owners: tuple[str, ...]
    told: tuple[str, ...]
    fired_today: int


def seen_watches(session: Session, agent: Agent, midnight: datetime) -> list[SeenWatch]:
    """Those that this person may see: what fires first, then by name."""
    found = _seen(session, session.scalars(watches_of(agent)).all(), midnight)
    return sorted(found, key=lambda one: one.watch.state is not WatchState.FIRING)


def seen_watch(session: Session, watch: Watch, midnight: datetime) -> SeenWatch:
    return _seen(session, [watch], midnight)[0]


def last_day(session: Session, watch: Watch, now: datetime) -> list[tuple[datetime, Found]]:
    """Its figure over the last 24 hours, every ten minutes."""
    hours = opening(session, scope_of(watch), now) if watch.only_open else ALWAYS
    since = now - A_DAY
    figure = track(Asked(session, watch.rule, scope_of(watch), hours, since, now))
    moments = [since + STEP * place for place in range(A_DAY // STEP + 1)]
    return [(at, figure.at(at) if hours is ALWAYS or hours.is_open(at) else NOTHING) for at in moments]


def _seen(session: Session, watches: Sequence[Watch], midnight: datetime) -> list[SeenWatch]:
    labels = {row.id: row.label for row in session.execute(select(Number.id, Number.label))}
    labels |= {row.id: row.name for row in session.execute(select(Team.id, Team.name))}
    names = _names(session, (owner for watch in watches for owner in watch.owners))
    fired = _fired(session, watches, midnight)
    told = _told(session, [watch for watch in watches if watch.state is WatchState.FIRING])
    return [
        SeenWatch(
            watch=watch,
            place=labels.get(watch.number_id or watch.team_id or watch.id, ""),
            owners=tuple(names[owner] for owner in watch.owners if owner in names),
            told=told.get(watch.id, ()),
            fired_today=fired.get(watch.id, 0),
        )
        for watch in watches
    ]


def _names(session: Session, owners: Iterable[str]) -> dict[str, str]:
    here = select(Agent.id, Agent.name).where(Agent.id.in_([UUID(one) for one in owners]), Agent.disabled_at.is_(None))
    return {str(id): name for id, name in session.execute(here)}


def _fired(session: Session, watches: Sequence[Watch], midnight: datetime) -> dict[UUID, int]:
    counted = (
        select(WatchEvent.watch_id, func.count())
        .where(
            WatchEvent.watch_id.in_([watch.id for watch in watches]),
            WatchEvent.kind == WatchEventKind.FIRED,
            WatchEvent.at >= midnight,
        )
        .group_by(WatchEvent.watch_id)
    )
    return {row[0]: row[1] for row in session.execute(counted)}


def _told(session: Session, firing: Sequence[Watch]) -> dict[UUID, tuple[str, ...]]:
    told: dict[UUID, tuple[str, ...]] = {}
    for watch in firing:
        names = session.scalars(
            select(Agent.name)
            .join(AlertRecipient, AlertRecipient.agent_id == Agent.id)
            .join(Alert, Alert.id == AlertRecipient.alert_id)
            .where(Alert.watch_id == watch.id, Alert.due_at >= watch.state_since)
            .order_by(Agent.name)
        )
        told[watch.id] = tuple(names)
    return told
