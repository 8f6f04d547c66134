"""Routing: every waiting conversation goes to whoever helped last, else to the fairest free agent; nobody free, it waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from smsdesk.adapters.ids import new_id
from smsdesk.adapters.promises import announce
from smsdesk.models.agent import Agent, Availability, Membership
from smsdesk.models.conversation import IN_WAITING_ROOM, Conversation, ConversationState
from smsdesk.models.customer import Customer
from smsdesk.models.event import Event
from smsdesk.rules.fairness import Candidate, Placement, choose

BATCH = 200


def drain(session: Session, now: datetime, limit: int = BATCH) -> int:
    """Place up to `limit` waiting conversations, oldest deadline first; returns how many found an agent.

    Conversations are locked while they are placed (on SQLite the whole database is), and each is moved by a compare-and-set.
    """
    benches = _Benches(session)
    if not benches.free_teams:
        return 0
    waiting = session.execute(
        select(Conversation.id, Conversation.team_id, Conversation.last_helper_id, Customer.name)
        .join(Customer, Customer.id == Conversation.customer_id)
        .where(IN_WAITING_ROOM, Conversation.team_id.in_(benches.free_teams))
        .order_by(Conversation.reply_due_at, Conversation.id)
        .limit(limit)
        .with_for_update(of=Conversation, key_share=True, skip_locked=True)
    ).all()
    placed = [(row, placement) for row in waiting if (placement := benches.place(row, now))]
    if placed:
        _write(session, placed, now)
    return len(placed)


class _Benches:
    """The available agents of each team, read once; loads are counted on as conversations are placed."""

    def __init__(self, session: Session) -> None:
        # In a statement of its own: one that waits for the lock would still count as before the wait. Two drains at once
        # take turns here, in one order, so that nobody gets more than they have room for.
        session.execute(
            select(Agent.id)
            .where(Agent.availability == Availability.AVAILABLE, Agent.disabled_at.is_(None))
            .order_by(Agent.id)
            .with_for_update(key_share=True)
        )
        load = (
            select(Conversation.assignee_id, func.count().label("open"))
            .where(Conversation.state == ConversationState.WAITING_FOR_US, Conversation.assignee_id.is_not(None))
            .group_by(Conversation.assignee_id)
            .subquery()
        )
        rows = session.execute(
            select(
                Membership.team_id,
                Agent.id,
                Agent.name,
                Agent.capacity,
                Agent.last_given_at,
                Agent.availability_since,
                func.coalesce(load.c.open, 0),
            )
            .join(Agent, Agent.id == Membership.agent_id)
            .outerjoin(load, load.c.assignee_id == Agent.id)
            .where(Agent.availability == Availability.AVAILABLE, Agent.disabled_at.is_(None))
        ).all()
        self.agents: dict[UUID, Candidate] = {}
        self.teams: dict[UUID, list[UUID]] = {}
        for team_id, agent_id, name, capacity, given_at, since, open_now in rows:
            self.agents[agent_id] = Candidate(agent_id, name, True, open_now, capacity, max(given_at or since, since))
            self.teams.setdefault(team_id, []).append(agent_id)

    @property
    def free_teams(self) -> list[UUID]:
        return [team for team, members in self.teams.items() if any(self.agents[one].has_room() for one in members)]

    def place(self, row: Any, now: datetime) -> Placement | None:
        members = [self.agents[one] for one in self.teams.get(row.team_id, [])]
        placement = choose(members, row.last_helper_id, row.name)
        if placement:
            before = self.agents[placement.agent_id]
            self.agents[placement.agent_id] = Candidate(
                before.agent_id, before.name, True, before.load + 1, before.capacity, now
            )
        return placement


def _write(session: Session, placed: Sequence[tuple[Any, Placement]], now: datetime) -> None:
    connection = session.connection()
    connection.execute(
        _PLACE,
        [
            {"conversation": row.id, "agent": placement.agent_id, "reason": placement.reason}
            for row, placement in placed
        ],
    )
    connection.execute(
        _GIVEN, [{"agent": agent_id, "moment": now} for agent_id in {placement.agent_id for _, placement in placed}]
    )
    connection.execute(
        insert(_table(Event)),
        [
            {
                "id": new_id(),
                "at": now,
                "kind": "conversation.routed",
                "conversation_id": row.id,
                "team_id": row.team_id,
                "subject_id": placement.agent_id,
                "detail": {"reason": placement.reason},
            }
            for row, placement in placed
        ],
    )
    for row, placement in placed:
        announce(session, "conversation", row.id, team_id=row.team_id)
        announce(session, "given", row.id, agent_id=placement.agent_id)


def _table(model: type[object]) -> Table:
    return model.__table__  # type: ignore[attr-defined, no-any-return]


_PLACE = (
    update(_table(Conversation))
    .where(_table(Conversation).c.id == bindparam("conversation"), _table(Conversation).c.assignee_id.is_(None))
    .values(assignee_id=bindparam("agent"), placement_reason=bindparam("reason"))
)
_GIVEN = update(_table(Agent)).where(_table(Agent).c.id == bindparam("agent")).values(last_given_at=bindparam("moment"))
