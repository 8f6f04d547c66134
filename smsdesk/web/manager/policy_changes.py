"""Policies are made, changed, moved, switched, copied, deleted and brought back; and what a change would do is shown first."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from smsdesk.adapters import clock
from smsdesk.adapters.ids import new_id
from smsdesk.desk import arrange_policies, see
from smsdesk.desk.arrange_policies import ChangedMeanwhile
from smsdesk.desk.foresee import foresee
from smsdesk.desk.set_up import AlreadyThere
from smsdesk.web.access import me
from smsdesk.web.agent.surroundings import done, surroundings
from smsdesk.web.manager.overviews import zone_of
from smsdesk.web.manager.policy_editors import editor, history_rows, prospect
from smsdesk.web.manager.policy_forms import Reading, Typed, typed_in
from smsdesk.web.transaction import session

LIST = "/manager/policies"

policy_changes = Blueprint("policy_changes", __name__)


@policy_changes.get("/policies/new")
def ask() -> str:
    return _page(Typed(), None)


@policy_changes.post("/policies")
def create() -> Response | tuple[str, int]:
    read = reading(None)
    if read.problems:
        return refused(read, None)
    try:
        row = arrange_policies.add(session(), read.draft, me(), clock.now())
    except AlreadyThere as problem:
        read.problems["name"] = str(problem)
        return refused(read, None)
    return redirect(f"{LIST}?saved={row.id}#policy-{row.id}", 303)


@policy_changes.post("/policies/<uuid:policy_id>")
def change(policy_id: UUID) -> Response | tuple[str, int]:
    row, read = arrange_policies.policy(session(), policy_id), reading(policy_id)
    if read.problems:
        return refused(read, policy_id)
    try:
        arrange_policies.change(session(), row, read.draft, me(), clock.now(), _seen())
    except AlreadyThere as problem:
        read.problems["name"] = str(problem)
        return refused(read, policy_id)
    except ChangedMeanwhile:
        read.problems["meanwhile"] = (
            "Somebody else saved this policy since you opened it. Their change is in the history below; what you typed is still here. "
            "Save once more to put yours in its place."
        )
        return refused(read, policy_id)
    return redirect(f"{LIST}?saved={row.id}#policy-{row.id}", 303)


@policy_changes.post("/policies/previews")
def preview() -> str | tuple[str, int]:
    """What saving would do now. Nothing is kept."""
    id = policy_id_asked()
    read, now = reading(id), clock.now()
    if read.problems:
        return refused(read, id)
    zone = zone_of(see.numbers(session(), me()))
    found = prospect(foresee(session(), read.draft, now), zone, now)
    return _page(read.typed, id, prospect=found)


@policy_changes.post("/policies/<uuid:policy_id>/place")
def move(policy_id: UUID) -> Response:
    row = arrange_policies.policy(session(), policy_id)
    place = request.form.get("place", type=int)
    if place is not None:
        arrange_policies.move(session(), row, place - 1, me(), clock.now())
    return done(f"{LIST}#policy-{policy_id}")


@policy_changes.post("/policies/<uuid:policy_id>/state")
def switch(policy_id: UUID) -> Response:
    row = arrange_policies.policy(session(), policy_id)
    arrange_policies.switch(session(), row, request.form.get("on") == "1", me(), clock.now())
    return done(f"{LIST}?saved={policy_id}#policy-{policy_id}")


@policy_changes.post("/policies/<uuid:policy_id>/copies")
def duplicate(policy_id: UUID) -> Response:
    copy = arrange_policies.duplicate(session(), arrange_policies.policy(session(), policy_id), me(), clock.now())
    return redirect(f"{LIST}/{copy.id}", 303)


@policy_changes.post("/policies/<uuid:policy_id>/deletion")
def delete(policy_id: UUID) -> Response:
    arrange_policies.delete(session(), arrange_policies.policy(session(), policy_id), me(), clock.now())
    return redirect(f"{LIST}?deleted={policy_id}", 303)


@policy_changes.post("/policies/<uuid:policy_id>/restoration")
def restore(policy_id: UUID) -> Response:
    row = arrange_policies.restore(session(), policy_id, me(), clock.now())
    return redirect(f"{LIST}?saved={row.id}#policy-{row.id}", 303)


def reading(id: UUID | None) -> Reading:
    """What was typed, as a policy with that id or with one of its own."""
    numbers = [one.id for one in see.numbers(session(), me())]
    teams = [one.id for one in see.teams(session(), me())]
    return Reading(typed_in(request.form), id or new_id(), numbers, teams)


def refused(read: Reading, id: UUID | None) -> tuple[str, int]:
    """The editor as it was typed, with a sentence at each field that needs another word."""
    return _page(read.typed, id, read.problems), 422


def policy_id_asked() -> UUID | None:
    """Which policy a preview or a trial is about; None for one that is not kept yet. Raises NotThere."""
    asked = request.form.get("policy", "")
    if not asked:
        return None
    try:
        return arrange_policies.policy(session(), UUID(asked)).id
    except ValueError:
        raise see.NotThere from None


def _seen() -> datetime | None:
    try:
        return datetime.fromisoformat(request.form.get("seen", ""))
    except ValueError:
        return None


def _page(typed: Typed, id: UUID | None, problems: dict[str, str] | None = None, **more: object) -> str:
    now, seen = clock.now(), request.form.get("seen", "")
    if id and "meanwhile" in (problems or {}):
        seen = arrange_policies.policy(session(), id).updated_at.isoformat()
    past = history_rows(session(), id, zone_of(see.numbers(session(), me())), now) if id else ()
    picture = editor(session(), me(), typed, id, seen, problems)
    return render_template("manager/policy.html", editor=picture, history=past, **more, **surroundings(now))
