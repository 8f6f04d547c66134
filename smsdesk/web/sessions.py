"""One's own devices: where one is signed in, and ending that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Blueprint, redirect, render_template
from werkzeug.wrappers import Response

from smsdesk.adapters import clock
from smsdesk.desk import sign_in
from smsdesk.desk.see import NotThere
from smsdesk.rules.devices import device_words
from smsdesk.web.access import me, my_session
from smsdesk.web.agent.surroundings import surroundings
from smsdesk.web.transaction import session

blueprint = Blueprint("sessions", __name__)


@dataclass(frozen=True)
class Device:
    """One place where a person is signed in; moments are UTC."""

    id: UUID
    words: str
    signed_in_at: datetime
    seen_at: datetime
    is_this_one: bool


@blueprint.get("")
def index() -> str:
    now, here = clock.now(), my_session()
    devices = [
        Device(row.id, device_words(row.device), row.created_at, row.seen_at, here is not None and row.id == here.id)
        for row in sign_in.sessions_of(session(), me().id, now)
    ]
    return render_template("sessions.html", devices=devices, **surroundings(now))


@blueprint.post("/<uuid:session_id>/end")
def end(session_id: UUID) -> Response:
    now = clock.now()
    theirs = {row.id: row for row in sign_in.sessions_of(session(), me().id, now)}
    if session_id not in theirs:
        raise NotThere
    sign_in.end(session(), theirs[session_id], now)
    return redirect("/settings/sessions", 303)
