"""Calendars to change: a week's editor that writes nothing before one saves, and what a number is open by."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from smsdesk.adapters import clock
from smsdesk.desk import keep_hours, see, shifts
from smsdesk.desk.keep_hours import BadName, ChangedMeanwhile, NeverOpens, Plan, StillUsed
from smsdesk.models.calendar import Calendar
from smsdesk.models.number import Number
from smsdesk.rules.opening_hours import Span
from smsdesk.rules.time_zones import NotAZone, zones
from smsdesk.web.access import me
from smsdesk.web.agent.surroundings import surroundings
from smsdesk.web.manager.hours_editors import picture
from smsdesk.web.manager.hours_forms import Typed
from smsdesk.web.manager.hours_overviews import Refused, overview
from smsdesk.web.manager.shift_overviews import shift_overview
from smsdesk.web.transaction import session

HERE = "/manager/hours"
Answer = Response | tuple[str, int]
BEGINNING = Plan("", ((Span(9 * 60, 18 * 60),),) * 5 + ((), ()))
MEANWHILE = "Somebody else saved these hours while you were at it. What you typed is still here: look at theirs in another window, then save again."

calendars = Blueprint("calendars", __name__)


@calendars.get("/new")
def new() -> str:
    return editor(Typed.of_plan(BEGINNING), None)


@calendars.post("/draft")
def draft() -> str:
    return _redrawn(None)


@calendars.post("/<uuid:calendar_id>/draft")
def redraft(calendar_id: UUID) -> str:
    return _redrawn(_found(calendar_id))


@calendars.post("")
def create() -> Answer:
    typed, plan = _checked(None)
    if not typed.is_sound:
        return editor(typed, None), 422
    added = keep_hours.add(session(), plan, me(), clock.now())
    return redirect(f"{HERE}?saved={added.id}", 303)


@calendars.post("/<uuid:calendar_id>")
def change(calendar_id: UUID) -> Answer:
    found = _found(calendar_id)
    typed, plan = _checked(found)
    if not typed.is_sound:
        return editor(typed, found), 422
    try:
        keep_hours.change(session(), found, plan, me(), clock.now(), seen=_seen())
    except ChangedMeanwhile:
        typed.problems["meanwhile"] = MEANWHILE
        return editor(typed, found), 409
    return redirect(f"{HERE}?saved={found.id}", 303)


@calendars.post("/<uuid:calendar_id>/removal")
def remove(calendar_id: UUID) -> Answer:
    found = _found(calendar_id)
    try:
        keep_hours.remove(session(), found, me(), clock.now())
    except StillUsed as problem:
        typed = Typed.of_calendar(found)
        typed.problems["removal"] = str(problem)
        return editor(typed, found), 409
    return redirect(f"{HERE}?saved=removed", 303)


@calendars.post("/numbers/<uuid:number_id>")
def give(number_id: UUID) -> Answer:
    number, calendar, zone = _their_number(number_id), _asked_calendar(), request.form.get("zone", "")
    try:
        anew = keep_hours.open_by(session(), number, calendar, zone, me(), clock.now())
    except NotAZone as problem:
        refused = Refused(number_id, calendar.id if calendar else None, zone, str(problem))
        now = clock.now()
        page = overview(session(), me(), now, refused=refused)
        return render_template("manager/hours.html", page=page, zones=zones(), **surroundings(now)), 422
    return redirect(f"{HERE}?saved={number.id}&anew={anew}", 303)


@calendars.post("/shifts/<uuid:agent_id>")
def work(agent_id: UUID) -> Answer:
    agent = next((agent for agent, _ in shifts.people(session(), me()) if agent.id == agent_id), None)
    if agent is None:
        raise see.NotThere
    calendar, zone = _asked_calendar(), request.form.get("zone", "")
    try:
        shifts.set_shift(session(), agent, calendar, zone, me(), clock.now())
    except NotAZone as problem:
        refused = Refused(agent_id, calendar.id if calendar else None, zone, str(problem))
        now = clock.now()
        page = shift_overview(session(), me(), now, refused=refused)
        return render_template("manager/shifts.html", page=page, zones=zones(), **surroundings(now)), 422
    return redirect(f"{HERE}/shifts?saved={agent.id}", 303)


def editor(typed: Typed, calendar: Calendar | None) -> str:
    """The whole page."""
    now = clock.now()
    page = picture(session(), me(), typed, calendar, request.form, now, _seen_words(calendar))
    return render_template("manager/hours_editor.html", page=page, zones=zones(), **surroundings(now))


def _redrawn(calendar: Calendar | None) -> str:
    """The editor after one of its buttons; what others look at is as it was."""
    typed = Typed.of_form(request.form)
    typed.does(request.form.get("do", ""))
    return editor(typed, calendar)


def _checked(calendar: Calendar | None) -> tuple[Typed, Plan]:
    """All that is wrong is told at once."""
    typed = Typed.of_form(request.form)
    plan = typed.read()
    try:
        keep_hours.ensure_sound(session(), plan, calendar.id if calendar else None)
    except BadName as problem:
        typed.problems["name"] = str(problem)
    except NeverOpens as problem:
        typed.problems["week"] = str(problem)
    return typed, plan


def _seen() -> datetime:
    """Which state of the calendar was before them. A missing or unreadable one is older than any."""
    try:
        return datetime.fromisoformat(request.form.get("seen", ""))
    except ValueError:
        return datetime.min.replace(tzinfo=clock.now().tzinfo)


def _seen_words(calendar: Calendar | None) -> str:
    """As it is now: who is told of another's change may save over it the second time."""
    return calendar.updated_at.isoformat() if calendar else ""


def _found(calendar_id: UUID) -> Calendar:
    return keep_hours.calendar(session(), calendar_id)


def _asked_calendar() -> Calendar | None:
    """The one that was chosen; None for always. Raises NotThere."""
    asked = request.form.get("calendar", "")
    try:
        return _found(UUID(asked)) if asked else None
    except ValueError:
        raise see.NotThere from None


def _their_number(number_id: UUID) -> Number:
    found = next((number for number in see.numbers(session(), me()) if number.id == number_id), None)
    if found is None:
        raise see.NotThere
    return found
