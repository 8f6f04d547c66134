"""Policies as those see them who watch over a team: the list in plain words, and one by one with its history."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template, request

from smsdesk.adapters import clock
from smsdesk.desk import see
from smsdesk.desk.arrange_policies import policy
from smsdesk.desk.imagine import Draft
from smsdesk.rules.roles import Action, may
from smsdesk.web.access import me
from smsdesk.web.agent.surroundings import surroundings
from smsdesk.web.manager.overviews import zone_of
from smsdesk.web.manager.policy_editors import editor, history_rows
from smsdesk.web.manager.policy_forms import as_typed
from smsdesk.web.manager.policy_overviews import following, number_promises, policy_rows
from smsdesk.web.transaction import session

policies = Blueprint("policies", __name__)


@policies.get("/policies")
def index() -> str:
    return render_template(
        "manager/policies.html",
        **_list(),
        saved=request.args.get("saved", ""),
        deleted=request.args.get("deleted", ""),
        following=following(session()),
        **surroundings(clock.now()),
    )


@policies.get("/policies/list")
def inside() -> str:
    return render_template("manager/_policies.html", **_list())


@policies.get("/policies/following")
def follow() -> str:
    return render_template("manager/_following.html", following=following(session()))


@policies.get("/policies/<uuid:policy_id>")
def show(policy_id: UUID) -> str:
    row, now = policy(session(), policy_id), clock.now()
    picture = editor(session(), me(), as_typed(Draft.of(row)), row.id, row.updated_at.isoformat())
    zone = zone_of(see.numbers(session(), me()))
    past = history_rows(session(), row.id, zone, now)
    return render_template("manager/policy.html", editor=picture, history=past, **surroundings(now))


def _list() -> dict[str, object]:
    return {
        "rows": policy_rows(session()),
        "numbers": number_promises(session(), me()),
        "may_change": may(me().role, Action.MANAGE_PROMISES),
    }
