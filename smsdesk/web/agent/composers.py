"""Where the agent writes, as a picture: the draft, what it costs, and whether anything may be sent at all."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from smsdesk.adapters.ids import new_id
from smsdesk.desk.check_sending import why_unreachable
from smsdesk.desk.stop_texts import is_stopped
from smsdesk.models.agent import Agent
from smsdesk.models.conversation import Conversation
from smsdesk.models.reading import Draft
from smsdesk.rules.segments import Segments, count
from smsdesk.web.agent.pictures import ComposerPicture

MANY = 3  # segments from which the count is shown in another colour


def composer_picture(session: Session, conversation: Conversation, author: Agent, now: datetime) -> ComposerPicture:
    """With the author's own draft; `seen` is everything up to now, since the thread is drawn in the same answer."""
    draft = session.get(Draft, (author.id, conversation.id))
    return compose(session, conversation, draft.body if draft else "", conversation.last_seq, new_id().hex, now)


def compose(
    session: Session, conversation: Conversation, body: str, seen: int, client_token: str, now: datetime
) -> ComposerPicture:
    """With a body that was not sent."""
    stopped = is_stopped(session, conversation.address_id, conversation.number_id)
    blocked = stopped or why_unreachable(session, conversation, now) is not None
    return ComposerPicture(
        conversation_id=conversation.id,
        customer=conversation.customer.called,
        body=body,
        client_token=client_token,
        seen=seen,
        measure=measure(body),
        blocked=blocked,
    )


def measure(body: str) -> str:
    """`78 chars · 1 segment`, and what makes it dear."""
    if not body:
        return ""
    cost = count(body)
    plural = "" if cost.segments == 1 else "s"
    return f"{cost.characters} chars · {cost.segments} segment{plural}{_dear(cost)}"


def _dear(cost: Segments) -> str:
    """Which characters make it dear, where leaving them out would save something."""
    if not cost.costly or cost.segments == 1:
        return ""
    makes = "makes" if len(cost.costly) == 1 else "make"
    return f" · {' '.join(cost.costly[:3])} {makes} it dearer"
