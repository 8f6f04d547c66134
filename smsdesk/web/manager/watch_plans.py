"""Plans of watches: a new one, another limit, silence for a while, the end; and each plan tried before it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from smsdesk.adapters import clock
from smsdesk.desk import tend_watch
from smsdesk.desk.bring_back_watch import bring_back_watch
from smsdesk.desk.count_open import Scope
from smsdesk.desk.tend_watch import WatchPlan, watch_of
from smsdesk.desk.try_watch import try_watch
from smsdesk.models.watch import Watch
from smsdesk.rules.watch_typing import NotAWatch
from smsdesk.rules.watches import Figure
from smsdesk.web.access import me
from smsdesk.web.agent.surroundings import surroundings
from smsdesk.web.manager import watch_forms
from smsdesk.web.manager.watch_charts import trial_picture
from smsdesk.web.manager.watch_pictures import PreviewPicture, TrialPicture
from smsdesk.web.manager.watch_rows import preview, what_is_wrong
from smsdesk.web.manager.watches import zone
from smsdesk.web.transaction import session

MORNING = time(8)  # "until tomorrow" does not end at midnight

watch_plans = Blueprint("watch_plans", __name__)


@watch_plans.get("/watches/new")
def new() -> str:
    try:
        figure = Figure(request.args.get("figure", ""))
    except ValueError:
        return render_template("manager/watch_presets.html", presets=watch_forms.presets(), **surroundings(clock.now()))
    return _form(watch_forms.begun(figure), [], None)


@watch_plans.post("/watches")
def create() -> Response | tuple[str, int]:
    try:
        added = tend_watch.create(session(), _plan(request.form), me(), clock.now())
    except NotAWatch as wrong:
        return _refused(None, wrong)
    return redirect(f"/manager/watches/{added.id}?just=created", 303)


@watch_plans.get("/watches/<uuid:watch_id>/plan")
def edit(watch_id: UUID) -> str:
    watch = watch_of(session(), me(), watch_id)
    return _form(watch_forms.of_watch(watch), list(watch.owners), watch)


@watch_plans.post("/watches/<uuid:watch_id>/plan")
def change(watch_id: UUID) -> Response | tuple[str, int]:
    watch = watch_of(session(), me(), watch_id)
    try:
        tend_watch.change(session(), watch, _plan(request.form), me(), clock.now())
    except NotAWatch as wrong:
        return _refused(watch, wrong)
    return redirect(f"/manager/watches/{watch.id}?just=changed", 303)


@watch_plans.post("/watches/trial")
def attempt() -> str | tuple[str, int]:
    """The same form again, with what it would have done in the last 30 days."""
    asked = request.form.get("watch", "")
    watch = watch_of(session(), me(), UUID(asked)) if _is_id(asked) else None
    try:
        plan = _plan(request.form)
    except NotAWatch as wrong:
        return _refused(watch, wrong)
    trial = try_watch(session(), plan.rule, Scope(plan.number_id, plan.team_id), clock.now())
    owners = request.form.getlist("owners")
    return _form(_fields(request.form), owners, watch, trial=trial_picture(trial, zone()))


@watch_plans.get("/watches/preview")
def look() -> str:
    """What a plan would say now; the form asks while it is filled in."""
    return render_template("manager/_watch_preview.html", preview=_preview(request.args))


@watch_plans.post("/watches/<uuid:watch_id>/mute")
def mute(watch_id: UUID) -> Response | tuple[str, int]:
    watch, now = watch_of(session(), me(), watch_id), clock.now()
    until = _until(request.form.get("until", ""), request.form.get("moment", ""), now)
    if until is None:
        words = "Choose a moment within the next 90 days."
        page = render_template("manager/watch_mute.html", watch=watch, problem=words, typed=request.form.get("moment", ""),
                               **surroundings(now))  # fmt: skip
        return page, 422
    tend_watch.mute(session(), watch, until, me(), now)
    return redirect(f"/manager/watches/{watch.id}?just=muted", 303)


@watch_plans.post("/watches/<uuid:watch_id>/mute/end")
def unmute(watch_id: UUID) -> Response:
    watch = watch_of(session(), me(), watch_id)
    tend_watch.unmute(session(), watch, me(), clock.now())
    return redirect(f"/manager/watches/{watch.id}?just=unmuted", 303)


@watch_plans.post("/watches/<uuid:watch_id>/removal")
def remove(watch_id: UUID) -> Response:
    tend_watch.remove(session(), watch_of(session(), me(), watch_id), me(), clock.now())
    return redirect(f"/manager/watches?deleted={watch_id}", 303)


@watch_plans.post("/watches/<uuid:watch_id>/restoration")
def restore(watch_id: UUID) -> Response:
    back = bring_back_watch(session(), watch_id, me(), clock.now())
    return redirect(f"/manager/watches/{back.id}?just=restored", 303)


def _form(
    fields: Mapping[str, str],
    owners: list[str],
    watch: Watch | None,
    problems: Mapping[str, str] | None = None,
    trial: TrialPicture | None = None,
) -> str:
    picture = watch_forms.form(session(), me(), fields, owners, watch, problems or {})
    return render_template(
        "manager/watch_form.html",
        form=picture,
        watch=watch,
        preview=_preview(fields),
        trial=trial,
        **surroundings(clock.now()),
    )


def _refused(watch: Watch | None, wrong: NotAWatch) -> tuple[str, int]:
    fields = _fields(request.form)
    if "figure" in wrong.problems:
        fields["figure"] = (watch.figure if watch else Figure.FIRST_REPLY).value
    return _form(fields, request.form.getlist("owners"), watch, wrong.problems), 422


def _plan(fields: Mapping[str, str]) -> WatchPlan:
    return watch_forms.plan_of(fields, request.form.getlist("owners"))


def _fields(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if name != "csrf_token"}


def _preview(fields: Mapping[str, str]) -> PreviewPicture:
    try:
        plan = watch_forms.plan_of(fields, [])
    except NotAWatch as wrong:
        return what_is_wrong(wrong)
    return preview(session(), plan, clock.now())


def _until(asked: str, moment: str, now: datetime) -> datetime | None:
    """`1h`, `tomorrow`, or a moment as the browser writes one, where the numbers are. None where it is none to come."""
    there = ZoneInfo(zone())
    if asked == "1h":
        return now + timedelta(hours=1)
    if asked == "tomorrow":
        tomorrow = now.astimezone(there).date() + timedelta(days=1)
        return datetime.combine(tomorrow, MORNING, there).astimezone(UTC)
    try:
        typed = datetime.fromisoformat(moment)
        until = (typed if typed.tzinfo else typed.replace(tzinfo=there)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return until if now < until <= now + tend_watch.LONGEST_MUTE else None


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
