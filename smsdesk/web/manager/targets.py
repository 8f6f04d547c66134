"""The reply time that a number promises, and its change."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from smsdesk.adapters import clock
from smsdesk.desk import promise, see
from smsdesk.desk.set_up import BadTarget, ensure_target
from smsdesk.desk.watch import waiting_for_us
from smsdesk.models.conversation import Conversation
from smsdesk.models.number import Number
from smsdesk.rules.durations import NotADuration, parse, spell
from smsdesk.web.access import me
from smsdesk.web.agent.surroundings import surroundings
from smsdesk.web.transaction import session

targets = Blueprint("targets", __name__)


@targets.get("/numbers/<uuid:number_id>/target")
def ask(number_id: UUID) -> str:
    number = theirs(number_id)
    return _form(number, _short(number), rederived=request.args.get("rederived", type=int))


@targets.post("/numbers/<uuid:number_id>/target")
def change(number_id: UUID) -> Response | tuple[str, int]:
    number = theirs(number_id)
    typed = request.form.get("target", "")
    try:
        target = parse(typed)
        ensure_target(target)
    except (NotADuration, BadTarget) as problem:
        return _form(number, typed, problem=str(problem)), 422
    rederived = promise.change_target(session(), number, target, me().id, clock.now())
    return redirect(f"/manager/numbers/{number.id}/target?rederived={rederived}", 303)


def theirs(number_id: UUID) -> Number:
    found = next((number for number in see.numbers(session(), me()) if number.id == number_id), None)
    if found is None:
        raise see.NotThere
    return found


def _form(number: Number, typed: str, problem: str | None = None, rederived: int | None = None) -> str:
    running = session().scalar(select(func.count()).select_from(Conversation).where(waiting_for_us(me(), number))) or 0
    return render_template(
        "manager/target.html",
        number=number,
        now_words=spell(number.target),
        typed=typed,
        problem=problem,
        running=running,
        rederived=rederived,
        **surroundings(clock.now()),
    )


def _short(number: Number) -> str:
    """The target as it would be typed: `90s`, `10m`, `2h`."""
    seconds = round(number.target.total_seconds())
    size, unit = next(
        (size, unit) for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")) if seconds % size == 0
    )
    return f"{seconds // size}{unit}"
