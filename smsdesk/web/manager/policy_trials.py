"""Trying a policy on the past: asked from the editor, worked out beside the desk, shown side by side with today's promises."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from smsdesk.adapters import clock
from smsdesk.desk import arrange_policies, see, try_policy
from smsdesk.desk.try_policy import DAYS
from smsdesk.models.policy import Policy
from smsdesk.web.access import me
from smsdesk.web.agent.surroundings import surroundings
from smsdesk.web.manager.overviews import zone_of
from smsdesk.web.manager.policy_changes import policy_id_asked, reading, refused
from smsdesk.web.manager.policy_editors import editor, history_rows
from smsdesk.web.manager.policy_forms import as_typed
from smsdesk.web.manager.trial_charts import trial_picture
from smsdesk.web.transaction import session

USUAL_DAYS = 30

policy_trials = Blueprint("policy_trials", __name__)


@policy_trials.post("/policies/trials")
def create() -> Response | tuple[str, int]:
    id = policy_id_asked()
    read, days = reading(id), request.form.get("days", type=int)
    if read.problems:
        return refused(read, id)
    trial = try_policy.ask(session(), read.draft, days if days in DAYS else USUAL_DAYS, me(), clock.now())
    return redirect(f"/manager/policies/trials/{trial.id}#trial", 303)


@policy_trials.get("/policies/trials/<uuid:trial_id>")
def show(trial_id: UUID) -> str:
    trial, now = try_policy.see_trial(session(), trial_id), clock.now()
    draft = try_policy.draft_of(trial)
    row = _kept(draft.policy.id)
    # Whoever saved it since the trial was asked for has made another change than this one
    seen = min(row.updated_at, trial.asked_at).isoformat() if row else ""
    picture = editor(session(), me(), as_typed(draft), row.id if row else None, seen)
    past = history_rows(session(), row.id, zone_of(see.numbers(session(), me())), now) if row else ()
    return render_template(
        "manager/policy.html", editor=picture, history=past, trial=trial_picture(trial), **surroundings(now)
    )


@policy_trials.get("/policies/trials/<uuid:trial_id>/outcome")
def inside(trial_id: UUID) -> str:
    trial = try_policy.see_trial(session(), trial_id)
    return render_template("manager/_trial.html", trial=trial_picture(trial))


def _kept(policy_id: UUID) -> Policy | None:
    """The policy that the trial was about, None where it is new or gone."""
    try:
        return arrange_policies.policy(session(), policy_id)
    except see.NotThere:
        return None
