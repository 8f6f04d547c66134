"""The manager's page, and its inside as a fragment for live updates."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template, request

from smsdesk.adapters import clock
from smsdesk.desk.see import NotThere
from smsdesk.web.access import me
from smsdesk.web.agent.surroundings import surroundings
from smsdesk.web.manager.overviews import manager_picture
from smsdesk.web.transaction import session

right_now = Blueprint("right_now", __name__)


@right_now.get("")
def index() -> str:
    now = clock.now()
    picture = manager_picture(session(), me(), now, asked_number())
    return render_template("manager/index.html", page=picture, **surroundings(now))


@right_now.get("/right-now")
def inside() -> str:
    return render_template(
        "manager/_right_now.html", page=manager_picture(session(), me(), clock.now(), asked_number())
    )


def asked_number() -> UUID | None:
    """`?number=`: an id, or nothing. Raises NotThere."""
    asked = request.args.get("number", "")
    try:
        return UUID(asked) if asked else None
    except ValueError:
        raise NotThere from None
