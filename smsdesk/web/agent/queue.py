"""The queue: the page, and its list as a fragment for live updates."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template, request

from smsdesk.adapters import clock
from smsdesk.web.access import me
from smsdesk.web.agent.lists import FIRST, queue_picture
from smsdesk.web.agent.surroundings import surroundings
from smsdesk.web.transaction import session

queue = Blueprint("queue", __name__)


@queue.get("/queue")
def index() -> str:
    now = clock.now()
    picture = queue_picture(session(), me(), asked_box(), now, request.args.get("after", ""))
    return render_template("queue.html", queue=picture, open_id=None, **surroundings(now, picture.unread))


@queue.get("/queue/rows")
def rows() -> str:
    picture = queue_picture(session(), me(), asked_box(), clock.now())
    return render_template("_rows.html", queue=picture, open_id=_open_id())


def asked_box() -> str:
    """Whoever watches over all teams begins with these, since little is theirs."""
    return request.args.get("box") or ("team" if me().sees_all_teams else FIRST)


def _open_id() -> UUID | None:
    try:
        return UUID(request.args.get("open", ""))
    except ValueError:
        return None
