"""The auditor's page, its inside as a fragment, and the wish for another round."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from smsdesk.adapters import clock
from smsdesk.desk.audit.ask import ask, beginning
from smsdesk.desk.see import NotThere
from smsdesk.rules.audit import Kind
from smsdesk.rules.durations import NotADuration, parse
from smsdesk.web.access import me
from smsdesk.web.agent.surroundings import done, surroundings
from smsdesk.web.manager.audit_pictures import AuditPicture
from smsdesk.web.manager.audit_rounds import audit_picture
from smsdesk.web.transaction import session

SPANS = (("1d", "the last day"), ("7d", "the last 7 days"), ("30d", "the last 30 days"), ("all", "everything"))

audits = Blueprint("audits", __name__)


@audits.get("/audit")
def index() -> str:
    return _page()


@audits.get("/audit/inside")
def inside() -> str:
    return render_template("manager/_audit.html", page=_picture())


@audits.post("/audit/rounds")
def create() -> Response | tuple[str, int]:
    now, typed = clock.now(), request.form.get("last", "")
    try:
        since = (beginning(session()) or now) if typed == "all" else now - parse(typed)
    except (NotADuration, OverflowError):
        return _page(problem="Choose how far to look back: a day, 7 days, 30 days or everything."), 422
    asked = ask(session(), me(), since, now)
    return done(f"/manager/audit?run={asked.id}")


def _page(problem: str = "") -> str:
    now = clock.now()
    return render_template("manager/audit.html", page=_picture(), spans=SPANS, problem=problem, **surroundings(now))


def _picture() -> AuditPicture:
    asked = request.args
    return audit_picture(
        session(),
        me(),
        clock.now(),
        _id(asked.get("run", "")),
        _kind(asked.get("kind", "")),
        _id(asked.get("after", "")),
    )


def _kind(asked: str) -> Kind | None:
    try:
        return Kind(asked) if asked else None
    except ValueError:
        raise NotThere from None


def _id(asked: str) -> UUID | None:
    try:
        return UUID(asked) if asked else None
    except ValueError:
        raise NotThere from None
