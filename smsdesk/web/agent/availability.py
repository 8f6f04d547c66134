"""Oneself: available, busy or away; the colours of the screen."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from smsdesk.adapters import clock
from smsdesk.desk.hand_over import set_availability
from smsdesk.models.agent import Availability
from smsdesk.web.access import me
from smsdesk.web.agent.frames import frame
from smsdesk.web.agent.surroundings import done
from smsdesk.web.transaction import session

availability = Blueprint("availability", __name__)

THEMES = ("auto", "light", "dark")


@availability.get("/me")
def show() -> str:
    return render_template("_me.html", frame=frame(session(), me(), clock.now()))


@availability.post("/me/state")
def state() -> Response:
    wanted = request.form.get("state", "")
    if wanted not in list(Availability):
        abort(400, "Say available, busy or away.")
    set_availability(session(), me(), Availability(wanted), clock.now())
    return done("/queue")


@availability.post("/me/theme")
def theme() -> Response:
    wanted = request.form.get("theme", "")
    if wanted not in THEMES:
        abort(400, "Say auto, light or dark.")
    me().theme = wanted
    return done("/queue")
