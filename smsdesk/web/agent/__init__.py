"""The agent's desk: one blueprint, put together from one file per resource."""

from flask import Blueprint

from smsdesk.web.agent.alerts import alerts
from smsdesk.web.agent.assignments import assignments
from smsdesk.web.agent.availability import availability
from smsdesk.web.agent.closures import closures
from smsdesk.web.agent.conversations import conversations
from smsdesk.web.agent.drafts import drafts
from smsdesk.web.agent.media import media
from smsdesk.web.agent.notes import notes
from smsdesk.web.agent.queue import queue
from smsdesk.web.agent.read_marks import read_marks
from smsdesk.web.agent.replies import replies

blueprint = Blueprint("agent", __name__)

for part in (
    queue,
    conversations,
    replies,
    notes,
    drafts,
    read_marks,
    closures,
    assignments,
    availability,
    alerts,
    media,
):
    blueprint.register_blueprint(part)
