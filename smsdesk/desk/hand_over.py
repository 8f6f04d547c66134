"""Who has it: take, pass on, release; and what a person's being here or away means for it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from smsdesk.adapters.promises import announce, later
from smsdesk.desk import roll_up
from smsdesk.desk.apply_policies import open_clocks, rederive_conversation
from smsdesk.desk.keep_time import locked as locked_clocks
from smsdesk.desk.record import record
from smsdesk.models.agent import Agent, Availability, Membership
from smsdesk.models.conversation import Conversation, ConversationState, locked
from smsdesk.models.episode import Episode
from smsdesk.models.team import Team
from smsdesk.rules.roles import Action, may


class TakenBySomebodyElse(Exception):
    """Two pressed at once and one won; `name` says who, None where it was released meanwhile."""

    def __init__(self, name: str | None) -> None:
        super().__init__(f"{name} has taken it." if name else "It is no longer with who you saw.")
        self.name = name


class CannotTakeIt(Exception):
    """That person is not in the team of this conversation, or no longer here."""


class NotTheirsToGive(Exception):
    """It is with a colleague: an agent can take it over, but only a lead gives it to a third."""

    def __init__(self) -> None:
        super().__init__("It is with a colleague. Take it first, or ask a lead.")


def take(
    session: Session, conversation: Conversation, agent: Agent, now: datetime, *, seen_assignee: UUID | None = None
) -> None:
    """The agent takes it from the waiting room, or from whoever they saw having it. Raises TakenBySomebodyElse."""
    if not _move(session, conversation, seen_assignee, agent.id, f"{agent.name} took it"):
        return
    record(
        session,
        "conversation.taken",
        now,
        conversation_id=conversation.id,
        team_id=conversation.team_id,
        actor_id=agent.id,
        subject_id=agent.id,
    )


def pass_on(
    session: Session, conversation: Conversation, to: Agent, by: Agent, now: datetime, *, seen_assignee: UUID | None
) -> None:
    """Hand it to a colleague of the team; its clocks run on. Raises CannotTakeIt, NotTheirsToGive, TakenBySomebodyElse."""
    _ensure_theirs_to_give(conversation, by)
    if to.disabled_at is not None or not (to.sees_all_teams or conversation.team_id in to.team_ids):
        raise CannotTakeIt(f"{to.name} is not in the team of this conversation.")
    if not _move(session, conversation, seen_assignee, to.id, f"{by.name} passed it on"):
        return
    record(
        session,
        "conversation.passed_on",
        now,
        conversation_id=conversation.id,
        team_id=conversation.team_id,
        actor_id=by.id,
        subject_id=to.id,
    )
    announce(session, "given", conversation.id, agent_id=to.id)


def pass_to_team(session: Session, conversation: Conversation, team: Team, by: Agent, now: datetime) -> None:
    """Hand it to another team, where routing finds somebody; its clocks run on, and speak to that team from now on."""
    _ensure_theirs_to_give(conversation, by)
    conversation = session.scalars(locked(conversation.id)).one()
    before = conversation.team_id
    conversation.team_id, conversation.assignee_id, conversation.placement_reason = team.id, None, None
    for clock in session.scalars(locked_clocks(open_clocks(conversation.id))).all():
        clock.team_id = team.id
    rederive_conversation(session, conversation, now)
    if conversation.episode_id is not None:
        session.get_one(Episode, conversation.episode_id).team_id = team.id
    roll_up.mark_conversation(session, conversation.id, conversation.episode_id)
    record(session, "conversation.passed_to_team", now, conversation_id=conversation.id, team_id=team.id, actor_id=by.id, subject_id=team.id,
           before=str(before))  # fmt: skip
    later(session, "routing.drain")
    for team_id in (before, team.id):
        announce(session, "conversation", conversation.id, team_id=team_id)


def release(
    session: Session, conversation: Conversation, by: Agent, now: datetime, *, seen_assignee: UUID | None
) -> None:
    """Back to the waiting room; routing looks for somebody else."""
    _ensure_theirs_to_give(conversation, by)
    if not _move(session, conversation, seen_assignee, None, None):
        return
    record(
        session,
        "conversation.released",
        now,
        conversation_id=conversation.id,
        team_id=conversation.team_id,
        actor_id=by.id,
    )
    later(session, "routing.drain")


def _ensure_theirs_to_give(conversation: Conversation, by: Agent) -> None:
    if conversation.assignee_id not in {None, by.id} and not may(by.role, Action.ASSIGN_OTHERS):
        raise NotTheirsToGive


def set_availability(session: Session, agent: Agent, availability: Availability, now: datetime) -> int:
    """Available, busy or away. Who goes away hands back what still waits for an answer; returns how many."""
    if agent.availability is availability:
        return 0
    agent.availability, agent.availability_since = availability, now
    record(session, f"agent.{availability.value}", now, actor_id=agent.id, subject_id=agent.id)
    handed_back = _hand_back(session, agent, now) if availability is Availability.AWAY else 0
    later(session, "routing.drain")
    for team_id in agent.team_ids:
        announce(session, "people", agent.id, team_id=team_id)
    return handed_back


def colleagues(session: Session, team_id: UUID) -> list[Agent]:
    """Who can be given a conversation of this team, by name."""
    return list(
        session.scalars(
            select(Agent)
            .join(Membership, Membership.agent_id == Agent.id)
            .where(Membership.team_id == team_id, Agent.disabled_at.is_(None))
            .order_by(Agent.name)
        )
    )


def _move(session: Session, conversation: Conversation, seen: UUID | None, to: UUID | None, reason: str | None) -> bool:
    """One compare-and-set: two agents pressing at once, one wins, and the other learns who. False: it was so already."""
    same = Conversation.assignee_id.is_(None) if seen is None else Conversation.assignee_id == seen
    session.flush()
    moved = session.execute(
        update(Conversation)
        .where(Conversation.id == conversation.id, same)
        .values(assignee_id=to, placement_reason=reason),
        execution_options={"synchronize_session": False},
    )
    session.refresh(conversation)
    if moved.rowcount == 0:  # type: ignore[attr-defined]
        if conversation.assignee_id == to:
            return False
        holder = session.get(Agent, conversation.assignee_id) if conversation.assignee_id else None
        raise TakenBySomebodyElse(holder.name if holder else None)
    announce(session, "conversation", conversation.id, team_id=conversation.team_id)
    return True


def _hand_back(session: Session, agent: Agent, now: datetime) -> int:
    held = session.scalars(
        select(Conversation)
        .where(Conversation.assignee_id == agent.id, Conversation.state == ConversationState.WAITING_FOR_US)
        .order_by(Conversation.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    for conversation in held:
        conversation.assignee_id = conversation.placement_reason = None
        record(
            session,
            "conversation.handed_back",
            now,
            conversation_id=conversation.id,
            team_id=conversation.team_id,
            actor_id=agent.id,
        )
        announce(session, "conversation", conversation.id, team_id=conversation.team_id)
    return len(held)
