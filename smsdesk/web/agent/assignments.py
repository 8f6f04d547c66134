"""Who has a conversation: take it, pass it on, put it back."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response

from smsdesk.adapters import clock
from smsdesk.desk import hand_over, see
from smsdesk.models.agent import Agent
from smsdesk.models.conversation import Conversation
from smsdesk.models.team import Team
from smsdesk.web.access import me
from smsdesk.web.agent.conversations import theirs
from smsdesk.web.agent.surroundings import done
from smsdesk.web.transaction import session

assignments = Blueprint("assignments", __name__)


@assignments.post("/conversations/<uuid:conversation_id>/assignment")
def create(conversation_id: UUID) -> Response:
    conversation = theirs(conversation_id)
    to, now, holder = request.form.get("agent_id", ""), clock.now(), _holder()
    if to == "me":
        hand_over.take(session(), conversation, me(), now, seen_assignee=holder)
    elif to:
        hand_over.pass_on(session(), conversation, _colleague(conversation, to), me(), now, seen_assignee=holder)
    else:
        hand_over.pass_to_team(session(), conversation, _team(request.form.get("team_id", "")), me(), now)
        return done("/queue")  # it may belong to a team now that this person is not in
    return done(f"/conversations/{conversation_id}")


@assignments.post("/conversations/<uuid:conversation_id>/release")
def release(conversation_id: UUID) -> Response:
    hand_over.release(session(), theirs(conversation_id), me(), clock.now(), seen_assignee=_holder())
    return done(f"/conversations/{conversation_id}")


def _holder() -> UUID | None:
    """Who had it on the screen where the button was pressed."""
    holder = request.form.get("holder", "")
    return _uuid(holder) if holder else None


def _colleague(conversation: Conversation, agent_id: str) -> Agent:
    wanted = _uuid(agent_id)
    found = [one for one in hand_over.colleagues(session(), conversation.team_id) if one.id == wanted]
    if not found:
        raise see.NotThere
    return found[0]


def _team(team_id: str) -> Team:
    wanted = _uuid(team_id)
    found = [team for team in see.teams(session(), me()) if team.id == wanted]
    if not found:
        raise see.NotThere
    return found[0]


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        abort(400, "That names nobody.")
