"""Opening hours to look at: every calendar drawn, and what each number and each person goes by."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template, request

from smsdesk.adapters import clock
from smsdesk.desk.keep_hours import calendar
from smsdesk.rules.roles import Action, may
from smsdesk.rules.time_zones import zones
from smsdesk.web.access import me
from smsdesk.web.agent.surroundings import surroundings
from smsdesk.web.manager.calendars import editor
from smsdesk.web.manager.hours_forms import Typed
from smsdesk.web.manager.hours_overviews import look, overview
from smsdesk.web.manager.shift_overviews import shift_overview
from smsdesk.web.transaction import session

hours = Blueprint("hours", __name__)


@hours.get("")
def index() -> str:
    now = clock.now()
    saved, anew = request.args.get("saved", ""), request.args.get("anew", 0, type=int)
    page = overview(session(), me(), now, saved=saved, anew=anew)
    return render_template("manager/hours.html", page=page, zones=zones(), **surroundings(now))


@hours.get("/shifts")
def shifts() -> str:
    now = clock.now()
    page = shift_overview(session(), me(), now, saved=request.args.get("saved", ""))
    return render_template("manager/shifts.html", page=page, zones=zones(), **surroundings(now))


@hours.get("/<uuid:calendar_id>")
def show(calendar_id: UUID) -> str:
    """Whoever may change it finds the editor here."""
    now, found = clock.now(), calendar(session(), calendar_id)
    if may(me().role, Action.MANAGE_PROMISES):
        return editor(Typed.of_calendar(found), found)
    return render_template(
        "manager/hours_look.html",
        page=look(session(), me(), found, request.args, now),
        zones=zones(),
        **surroundings(now),
    )
