"""Tending watches: a new one, another limit, silence for a while, and its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, false, func, or_, select, true, update
from sqlalchemy.orm import Session

from smsdesk.adapters.promises import announce
from smsdesk.desk import see
from smsdesk.desk.record import record
from smsdesk.desk.watch_over import team_of
from smsdesk.models.agent import Agent
from smsdesk.models.alert import Alert
from smsdesk.models.number import Number
from smsdesk.models.team import Team
from smsdesk.models.watch import Watch, WatchEvent, WatchEventKind
from smsdesk.rules.roles import Action, may
from smsdesk.rules.watch_typing import ensure_sound
from smsdesk.rules.watch_words import title
from smsdesk.rules.watches import WatchRule, WatchState

LONGEST_NAME = 80
LONGEST_MUTE = timedelta(days=90)
MOST = 50  # each is measured every few seconds
REMOVED = "watch.removed"
NOT_YOURS = "Choose one that is there."


@dataclass(frozen=True)
class WatchPlan:
    """What a watch is to be. Without a name it is called by what it says; without owners it speaks to the managers."""

    rule: WatchRule
    name: str = ""
    number_id: UUID | None = None
    team_id: UUID | None = None
    owners: tuple[UUID, ...] = ()
    is_on: bool = True


def watches_of(agent: Agent) -> Select[Watch]:
    """Those over the teams and numbers that this person watches over, by name; those over everything are the managers'."""
    theirs = select(Number.id).where(see.in_their_teams(agent, Number.team_id))
    seen = or_(see.in_their_teams(agent, Watch.team_id), Watch.number_id.in_(theirs))
    watches_over = true() if may(agent.role, Action.SEE_MANAGER_PAGE) else false()
    return select(Watch).where(watches_over, seen).order_by(func.lower(Watch.name), Watch.id)


def watch_of(session: Session, agent: Agent, watch_id: UUID) -> Watch:
    """Raises NotThere."""
    found = session.scalars(
        watches_of(agent).where(Watch.id == watch_id).execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise see.NotThere
    return found


def create(session: Session, plan: WatchPlan, by: Agent | None, now: datetime, again: UUID | None = None) -> Watch:
    """A watch that is looked at at once; `again`: it had this id before it was deleted. Raises NotAWatch."""
    _ensure_possible(session, plan, None)
    added = Watch(created_at=now, created_by_id=by.id if by else None, state=WatchState.QUIET, state_since=now)
    added.id = again or added.id
    _write(added, plan)
    added.next_look_at = now
    session.add(added)
    session.flush()
    _happened(session, added, "restored" if again else "created", by, now)
    return added


def change(session: Session, watch: Watch, plan: WatchPlan, by: Agent, now: datetime) -> None:
    """Another rule starts anew, quiet; what it had found was found by the old one. Raises NotAWatch."""
    _ensure_possible(session, plan, watch.id)
    _hold(session, watch)
    before, was_on = _sum_of(watch), watch.is_on
    _write(watch, plan)
    if before == _sum_of(watch) and was_on == watch.is_on:
        _touch(session, watch, by, now)
        return
    if watch.state is WatchState.FIRING:
        _add(session, watch, WatchEventKind.CLEARED, by, now, words="Its rule was changed." if watch.is_on else "It was switched off.")  # fmt: skip
        watch.state, watch.state_since = WatchState.QUIET, now
    watch.last_value = None
    _add(session, watch, WatchEventKind.CHANGED, by, now, words=title(watch.rule), is_on=watch.is_on)
    _touch(session, watch, by, now)


def mute(session: Session, watch: Watch, until: datetime, by: Agent, now: datetime) -> None:
    """Until then it is looked at and written down, and nobody is told. If it still fires then, they are."""
    _hold(session, watch)
    watch.muted_until = until
    _add(session, watch, WatchEventKind.MUTED, by, now, until=until.isoformat())
    _touch(session, watch, by, now, "muted")


def unmute(session: Session, watch: Watch, by: Agent, now: datetime) -> None:
    """It speaks again, at its next look: the mute ends now."""
    _hold(session, watch)
    if watch.is_muted(now):
        watch.muted_until = now
        _add(session, watch, WatchEventKind.UNMUTED, by, now)
        _touch(session, watch, by, now, "unmuted")


def remove(session: Session, watch: Watch, by: Agent, now: datetime) -> None:
    """It goes with its history; what it was is kept in the log, so that it can be brought back. What it told stays in the record of alerts; what it has not told yet is told no more."""
    _hold(session, watch)
    team_id = team_of(session, watch)
    of_it = Alert.watch_id == watch.id
    session.execute(delete(Alert).where(of_it, Alert.told_at.is_(None)))
    session.execute(update(Alert).where(of_it).values(watch_id=None))
    record(
        session,
        REMOVED,
        now,
        team_id=team_id,
        actor_id=by.id,
        subject_id=watch.id,
        name=watch.name,
        before=_as_json(watch),
    )
    session.execute(delete(WatchEvent).where(WatchEvent.watch_id == watch.id))
    session.execute(delete(Watch).where(Watch.id == watch.id))
    announce(session, "watch", watch.id, team_id=team_id)


def _as_json(watch: Watch) -> dict[str, Any]:
    rule = asdict(watch.rule) | {"figure": watch.figure.value, "window": watch.window.total_seconds()}
    places = {"number_id": watch.number_id and str(watch.number_id), "team_id": watch.team_id and str(watch.team_id)}
    return {"rule": rule, "name": watch.name, "owners": list(watch.owners), "is_on": watch.is_on, **places}


def events_of(watch: Watch) -> Select[WatchEvent]:
    return select(WatchEvent).where(WatchEvent.watch_id == watch.id)


def history(session: Session, watch: Watch, limit: int, before: UUID | None = None) -> Sequence[WatchEvent]:
    """What happened to it, newest first."""
    events = events_of(watch)
    if before is not None:
        events = events.where(WatchEvent.id < before)
    return session.scalars(events.order_by(WatchEvent.id.desc()).limit(limit)).all()


def possible_owners(session: Session) -> list[Agent]:
    """Who can be told: those who watch over teams, by name."""
    everybody = session.scalars(select(Agent).where(Agent.disabled_at.is_(None)).order_by(Agent.name, Agent.id))
    return [one for one in everybody if may(one.role, Action.SEE_MANAGER_PAGE)]


def _ensure_possible(session: Session, plan: WatchPlan, watch_id: UUID | None) -> None:
    problems: dict[str, str] = {}
    name = _name(plan)
    same = select(Watch.id).where(func.lower(Watch.name) == name.lower(), Watch.id != watch_id)
    if len(name) > LONGEST_NAME:
        problems["name"] = f"Make the name shorter: {LONGEST_NAME} letters at most."
    elif session.scalar(same.limit(1)):
        problems["name"] = f"There is an alert called “{name}” already. Give this one a name of its own."
    if plan.number_id is not None and plan.team_id is not None:
        problems["scope"] = "Watch a number or a team, not both."
    for model, wanted in ((Number, plan.number_id), (Team, plan.team_id)):
        if wanted is not None and session.get(model, wanted) is None:
            problems["scope"] = NOT_YOURS
    known = set(session.scalars(select(Agent.id).where(Agent.id.in_(plan.owners), Agent.disabled_at.is_(None))))
    if set(plan.owners) - known:
        problems["owners"] = "One of these people is no longer here. Choose others."
    if watch_id is None and (session.scalar(select(func.count()).select_from(Watch)) or 0) >= MOST:
        problems["name"] = f"There are {MOST} alerts, and more would slow each other down. Delete one first."
    ensure_sound(plan.rule, problems)


def _name(plan: WatchPlan) -> str:
    return " ".join(plan.name.split()) or title(plan.rule)


def _write(watch: Watch, plan: WatchPlan) -> None:
    rule = plan.rule
    watch.name, watch.figure, watch.percentile = _name(plan), rule.figure, rule.percentile
    watch.limit, watch.clears_at, watch.window = rule.limit, rule.clears_at, rule.window
    watch.at_least, watch.only_open = rule.at_least, rule.only_open
    watch.number_id, watch.team_id = plan.number_id, plan.team_id
    watch.owners, watch.is_on = [str(owner) for owner in plan.owners], plan.is_on


def _sum_of(watch: Watch) -> tuple[Any, ...]:
    """What its findings hang on."""
    return watch.rule, watch.number_id, watch.team_id


def _hold(session: Session, watch: Watch) -> None:
    """As it is now, and nobody writes down a look meanwhile. Raises NotThere where it is gone."""
    held = session.scalars(
        select(Watch).where(Watch.id == watch.id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if held is None:
        raise see.NotThere


def _touch(session: Session, watch: Watch, by: Agent, now: datetime, what: str = "changed") -> None:
    """Looked at next; and whoever measured the watch as it was has measured in vain."""
    watch.next_look_at = now
    session.flush()
    _happened(session, watch, what, by, now)


def _happened(session: Session, watch: Watch, what: str, by: Agent | None, now: datetime) -> None:
    team_id = team_of(session, watch)
    record(session, f"watch.{what}", now, team_id=team_id, actor_id=by.id if by else None, subject_id=watch.id)
    announce(session, "watch", watch.id, team_id=team_id)


def _add(session: Session, watch: Watch, kind: WatchEventKind, by: Agent, now: datetime, **detail: Any) -> None:
    session.add(WatchEvent(watch_id=watch.id, at=now, kind=kind, value=watch.last_value, actor_id=by.id, detail=detail))
