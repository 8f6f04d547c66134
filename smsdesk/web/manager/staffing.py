"""How many people keep the promise: a day to come, hour by hour, and what so many people would keep of it."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from flask import Blueprint, render_template, request

from smsdesk.adapters import clock
from smsdesk.desk import staff, work_together
from smsdesk.desk.see import NotThere
from smsdesk.rules.days import day_of
from smsdesk.web.access import me
from smsdesk.web.agent.surroundings import surroundings
from smsdesk.web.manager.staffing_words import DAYS, MOST_PEOPLE, no_number, staffing_picture
from smsdesk.web.transaction import session

staffing = Blueprint("staffing", __name__)


@staffing.get("/staffing")
def index() -> str | tuple[str, int]:
    now = clock.now()
    found = work_together.scopes(session(), me(), now)
    if not found:
        picture, problem = no_number(), ""
    else:
        scope = work_together.chosen(found, _asked("team"), _asked("number"))
        people, problem = _people()
        plan = staff.plan(session(), scope, _day(day_of(now, scope.zone)), now, people)
        picture = staffing_picture(plan, found, day_of(now, scope.zone), request.args.get("people", ""), problem)
    page = render_template("manager/staffing.html", page=picture, **surroundings(now))
    return (page, 422) if problem else page


def _asked(name: str) -> UUID | None:
    """An id, or nothing. Raises NotThere."""
    asked = request.args.get(name, "")
    try:
        return UUID(asked) if asked else None
    except ValueError:
        raise NotThere from None


def _day(today: date) -> date:
    """The day that was asked for, where it is one of the next seven; else today."""
    try:
        asked = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return today
    return asked if today <= asked < today + timedelta(days=DAYS) else today


def _people() -> tuple[int | None, str]:
    """How many were asked for, and what is wrong with what was typed."""
    typed = request.args.get("people", "").strip()
    if not typed:
        return None, ""
    if not (typed.isascii() and typed.isdigit() and len(typed) < 5 and int(typed) <= MOST_PEOPLE):
        return None, f"Type a whole number of people, from 0 to {MOST_PEOPLE}."
    return int(typed), ""
