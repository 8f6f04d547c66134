"""How long a number's texts are kept, and its change."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from smsdesk.adapters import clock
from smsdesk.desk.let_fade import POSTS_KEPT_FOR, NotDays, keep_texts_for, read_days
from smsdesk.models.number import Number
from smsdesk.web.access import me
from smsdesk.web.agent.surroundings import surroundings
from smsdesk.web.manager.targets import theirs
from smsdesk.web.transaction import session

retentions = Blueprint("retentions", __name__)


@retentions.get("/numbers/<uuid:number_id>/retention")
def ask(number_id: UUID) -> str:
    number = theirs(number_id)
    return _form(number, str(number.keeps_texts_days), changed="changed" in request.args)


@retentions.post("/numbers/<uuid:number_id>/retention")
def change(number_id: UUID) -> Response | tuple[str, int]:
    number, typed = theirs(number_id), request.form.get("days", "")
    try:
        days = read_days(typed)
    except NotDays as problem:
        return _form(number, typed, problem=str(problem)), 422
    keep_texts_for(session(), number, days, me(), clock.now())
    return redirect(f"/manager/numbers/{number.id}/retention?changed", 303)


def _form(number: Number, typed: str, problem: str | None = None, *, changed: bool = False) -> str:
    return render_template(
        "manager/retention.html",
        number=number,
        typed=typed,
        problem=problem,
        changed=changed,
        posts_days=POSTS_KEPT_FOR.days,
        **surroundings(clock.now()),
    )
