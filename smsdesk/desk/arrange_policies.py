"""Policies are made, changed, put in another order, switched, taken away and brought back; what is promised follows at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.adapters.ids import new_id
from smsdesk.adapters.promises import announce
from smsdesk.desk.imagine import Draft, columns, in_order
from smsdesk.desk.promise_book import publish
from smsdesk.desk.record import record
from smsdesk.desk.see import NotThere
from smsdesk.desk.set_up import AlreadyThere
from smsdesk.models.agent import Agent
from smsdesk.models.event import Event
from smsdesk.models.policy import Policy
from smsdesk.rules.policies import Conditions
from smsdesk.rules.policy_checks import LONGEST_NAME

ADDED, CHANGED, MOVED, DELETED, RESTORED = (
    "policy.added", "policy.changed", "policy.moved", "policy.deleted", "policy.restored",
)  # fmt: skip


class ChangedMeanwhile(Exception):
    """Somebody else saved the policy since it was looked at."""


def policies(session: Session) -> list[Policy]:
    """All of them, in the order in which they are asked."""
    return list(session.scalars(in_order()))


def policy(session: Session, policy_id: UUID) -> Policy:
    """Raises NotThere."""
    found = session.get(Policy, policy_id)
    if found is None:
        raise NotThere
    return found


def add(session: Session, draft: Draft, by: Agent, now: datetime) -> Policy:
    """A new one stands first, or last where it is for everybody. Raises AlreadyThere for a name that is taken."""
    others = _held(session)
    _ensure_free(others, draft)
    row = Policy(id=draft.policy.id, position=0, created_at=now)
    _write(row, draft, by, now)
    session.add(row)
    is_for_all = draft.policy.conditions == Conditions()
    _arrange([*others, row] if is_for_all else [row, *others])
    _tell(session, ADDED, row, by, now, after=draft.as_json())
    return row


def change(session: Session, row: Policy, draft: Draft, by: Agent, now: datetime, seen: datetime | None = None) -> None:
    """`seen`: as of when they looked at it. Raises AlreadyThere, ChangedMeanwhile."""
    others = [one for one in _held(session) if one.id != row.id]
    if seen is not None and row.updated_at != seen:
        raise ChangedMeanwhile
    _ensure_free(others, draft)
    before, after = Draft.of(row).as_json(), draft.as_json()
    if before == after:
        return
    _write(row, draft, by, now)
    changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    _tell(session, CHANGED, row, by, now, changed=changed)


def switch(session: Session, row: Policy, is_on: bool, by: Agent, now: datetime) -> None:
    """Off: nothing is promised by it, and the clocks that ran by it go by whatever comes next."""
    change(session, row, Draft(Draft.of(row).policy, is_on), by, now)


def move(session: Session, row: Policy, place: int, by: Agent, now: datetime) -> None:
    """To another place among all, counted from 0; beyond the ends is at the ends."""
    order = _held(session)
    before = order.index(row)
    order.remove(row)
    order.insert(max(0, place), row)
    after = order.index(row)
    if after == before:
        return
    _arrange(order)
    row.updated_at, row.updated_by_id = now, by.id
    _tell(session, MOVED, row, by, now, before=before, after=after)


def duplicate(session: Session, row: Policy, by: Agent, now: datetime) -> Policy:
    """A copy stands behind it and is off, so that it can be looked at first."""
    others = _held(session)
    copy = Policy(id=new_id(), position=0, created_at=now)
    told = Draft.of(row).as_json() | {"name": _copied(row.name, {one.name for one in others}), "is_on": False}
    _write(copy, Draft.from_json(copy.id, told), by, now)
    session.add(copy)
    place = others.index(row) + 1
    _arrange([*others[:place], copy, *others[place:]])
    _tell(session, ADDED, copy, by, now, after=told, copy_of=str(row.id))
    return copy


def delete(session: Session, row: Policy, by: Agent, now: datetime) -> None:
    """What it was is kept in the log, so that it can be brought back."""
    held, was = _held(session), Draft.of(row).as_json()
    place = held.index(row)
    session.delete(row)
    session.flush()
    _arrange([one for one in held if one.id != row.id])
    _tell(session, DELETED, row, by, now, before=was, place=place)


def restore(session: Session, policy_id: UUID, by: Agent, now: datetime) -> Policy:
    """As it was when it was deleted, in its old place. Twice is once. Raises NotThere, AlreadyThere."""
    others = _held(session)
    there = next((one for one in others if one.id == policy_id), None)
    if there is not None:
        return there
    gone = session.scalar(
        select(Event).where(Event.subject_id == policy_id, Event.kind == DELETED).order_by(Event.id.desc()).limit(1)
    )
    if gone is None:
        raise NotThere
    draft = Draft.from_json(policy_id, gone.detail["before"])
    _ensure_free(others, draft)
    row = Policy(id=policy_id, position=0, created_at=now)
    _write(row, draft, by, now)
    session.add(row)
    place = gone.detail["place"]
    _arrange([*others[:place], row, *others[place:]])
    _tell(session, RESTORED, row, by, now)
    return row


def history(session: Session, policy_id: UUID) -> list[tuple[Event, str | None]]:
    """What happened to a policy and who did it, newest first."""
    rows = session.execute(
        select(Event, Agent.name)
        .outerjoin(Agent, Agent.id == Event.actor_id)
        .where(Event.subject_id == policy_id, Event.kind.in_((ADDED, CHANGED, MOVED, DELETED, RESTORED)))
        .order_by(Event.id.desc())
        .limit(100)
    )
    return [(event, name) for event, name in rows]


def _held(session: Session) -> list[Policy]:
    """In order, as they are now; whoever else arranges them waits."""
    return list(session.scalars(in_order().with_for_update().execution_options(populate_existing=True)))


def _ensure_free(others: Sequence[Policy], draft: Draft) -> None:
    name = draft.policy.name
    if any(one.name.casefold() == name.casefold() for one in others):
        raise AlreadyThere(f"There is a policy “{name}” already; give this one another name.")


def _copied(name: str, taken: set[str]) -> str:
    """`VIPs (copy)`, `VIPs (copy 2)`, within the length of a name."""
    numbers = ("copy", *(f"copy {number}" for number in range(2, 1000)))
    names = (f"{name[: LONGEST_NAME - len(number) - 3]} ({number})" for number in numbers)
    return next(one for one in names if one not in taken)


def _write(row: Policy, draft: Draft, by: Agent, now: datetime) -> None:
    for name, value in columns(draft.as_json()).items():
        setattr(row, name, value)
    row.updated_at, row.updated_by_id = now, by.id


def _arrange(order: Sequence[Policy]) -> None:
    for position, row in enumerate(order):
        if row.position != position:
            row.position = position


def _tell(session: Session, kind: str, row: Policy, by: Agent, now: datetime, **detail: Any) -> None:
    publish(session, now)
    record(session, kind, now, actor_id=by.id, subject_id=row.id, name=row.name, **detail)
    announce(session, "policies", row.id)
