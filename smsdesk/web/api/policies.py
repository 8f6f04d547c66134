"""Policies: what is promised to whom. Leads may look, managers change."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from smsdesk.adapters import clock
from smsdesk.adapters.ids import new_id
from smsdesk.desk import arrange_policies, see
from smsdesk.desk.imagine import Draft
from smsdesk.models.policy import Policy as StoredPolicy
from smsdesk.rules import policy_checks
from smsdesk.rules.labels import BadLabel, read_labels
from smsdesk.rules.roles import Action
from smsdesk.web.access import me, need
from smsdesk.web.api.asking import NotUnderstood
from smsdesk.web.api.contract import operation
from smsdesk.web.api.paging import Order, Page, Paging, part
from smsdesk.web.api.policy_shapes import ForWhom, NewPolicy, Policy, PolicyChange, changed, draft_of, policy_of
from smsdesk.web.transaction import session

ORDER = Order("policies", (StoredPolicy.position, StoredPolicy.id))


class Policies(Page):
    items: list[Policy]


@operation("GET", "/policies", Policies, asks=Paging)
def list_policies(asked: Paging) -> Policies:
    """The policies in the order in which they are asked. Asks for a lead."""
    need(Action.SEE_MANAGER_PAGE)
    found, following = part(session(), select(StoredPolicy), ORDER, asked)
    return Policies(items=[policy_of(row) for row in found], next_cursor=following)


@operation("GET", "/policies/<uuid:policy_id>", Policy)
def get_policy(policy_id: UUID) -> Policy:
    """One policy. Asks for a lead."""
    need(Action.SEE_MANAGER_PAGE)
    return policy_of(arrange_policies.policy(session(), policy_id))


@operation("POST", "/policies", Policy, status=201, takes=NewPolicy, conflicts=True)
def add_policy(body: NewPolicy) -> Policy:
    """Add a policy. It stands first, or last where it is for everybody; clocks that run follow. Asks for a manager."""
    need(Action.MANAGE_PROMISES)
    row = arrange_policies.add(session(), _possible(new_id(), body), me(), clock.now())
    session().flush()
    return policy_of(row)


@operation("PATCH", "/policies/<uuid:policy_id>", Policy, takes=PolicyChange, conflicts=True)
def change_policy(policy_id: UUID, body: PolicyChange) -> Policy:
    """Change a policy, switch it, or move it; clocks that run follow. Asks for a manager."""
    need(Action.MANAGE_PROMISES)
    row, now = arrange_policies.policy(session(), policy_id), clock.now()
    if body.model_fields_set - {"position"}:
        arrange_policies.change(session(), row, _possible(policy_id, changed(row, body)), me(), now)
    if body.position is not None:
        arrange_policies.move(session(), row, body.position - 1, me(), now)
    session().flush()
    return policy_of(row)


@operation("DELETE", "/policies/<uuid:policy_id>", Policy)
def delete_policy(policy_id: UUID) -> Policy:
    """Take a policy away; answers what it was. Clocks that run follow. Asks for a manager."""
    need(Action.MANAGE_PROMISES)
    row = arrange_policies.policy(session(), policy_id)
    was = policy_of(row)
    arrange_policies.delete(session(), row, me(), clock.now())
    return was


def _possible(id: UUID, body: NewPolicy) -> Draft:
    """Raises NotUnderstood (422), which names each place."""
    errors = list(_of_people(body.for_whom))
    draft = draft_of(id, body)
    errors += [
        _error(_POINTERS.get(place, _pointer(place)), words)
        for place, words in policy_checks.problems(draft.policy).items()
    ]
    if errors:
        raise NotUnderstood(422, "The policy cannot be meant like this.", errors)
    return draft


def _of_people(for_whom: ForWhom) -> Any:
    known = {
        "numbers": {one.id for one in see.numbers(session(), me())},
        "teams": {one.id for one in see.teams(session(), me())},
    }
    for place, there_are in known.items():
        if not set(getattr(for_whom, place)) <= there_are:
            yield _error(f"/for_whom/{place}", "One of these is not there.")
    for place in ("tags", "segments"):
        given = getattr(for_whom, place)
        try:
            if sorted(set(given)) != read_labels(given):
                yield _error(f"/for_whom/{place}", "Write labels in lower case, with single spaces.")
        except BadLabel as problem:
            yield _error(f"/for_whom/{place}", str(problem))


def _pointer(place: str) -> str:
    """`target-first_reply-urgent` is `/targets/first_reply/urgent`, `rung-1` is `/ladder/1`."""
    kind, _, rest = place.partition("-")
    return {"target": "/targets/", "rung": "/ladder/"}.get(kind, "/") + rest.replace("-", "/")


def _error(pointer: str, words: str) -> dict[str, str]:
    return {"pointer": pointer, "detail": words}


_POINTERS = {
    "name": "/name",
    "shares": "/warn_at_percent",
    "leads": "/warn_before_seconds",
    "repeat": "/repeat_seconds",
    "repeats": "/repeats",
}
