"""The editor of one policy: its fields, what can be chosen, what saving would do now, and what happened to it."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.desk import see
from smsdesk.desk.arrange_policies import ADDED, DELETED, MOVED, RESTORED, history
from smsdesk.desk.foresee import Example, Foresight
from smsdesk.desk.imagine import Draft
from smsdesk.models.agent import Agent
from smsdesk.models.conversation import Conversation
from smsdesk.models.customer import Customer
from smsdesk.rules import policy_words
from smsdesk.rules.durations import spell
from smsdesk.rules.policy_checks import NAMES
from smsdesk.rules.roles import Action, may
from smsdesk.web.agent import words
from smsdesk.web.manager.policy_forms import Typed
from smsdesk.web.manager.policy_overviews import Names
from smsdesk.web.manager.policy_pictures import Choice, EditorPicture, ExampleRow, HistoryRow, Prospect

MOST_LABELS = 200


def editor(
    session: Session, me: Agent, typed: Typed, id: UUID | None, seen: str = "", problems: dict[str, str] | None = None
) -> EditorPicture:
    known = Choices(session, me)
    return EditorPicture(
        id=id,
        title=typed.name if id else "A new policy",
        typed=typed,
        problems=problems or {},
        address=f"/manager/policies/{id}" if id else "/manager/policies",
        seen=seen,
        may_change=may(me.role, Action.MANAGE_PROMISES),
        numbers=known.numbers,
        teams=known.teams,
        tags=known.tags,
        segments=known.segments,
    )


class Choices:
    """What a policy can be for: numbers and teams, and the labels that were given so far."""

    def __init__(self, session: Session, me: Agent) -> None:
        self.numbers = tuple(Choice(str(one.id), one.label) for one in see.numbers(session, me))
        self.teams = tuple(Choice(str(one.id), one.name) for one in see.teams(session, me))
        self.tags = _tags(session)
        segments = select(Customer.segment).where(Customer.segment.is_not(None)).distinct().limit(MOST_LABELS)
        self.segments = tuple(sorted(one for one in session.scalars(segments) if one))


def _tags(session: Session) -> tuple[str, ...]:
    tagged = select(Conversation.tags).where(Conversation.is_plain.is_(False)).limit(5000)
    return tuple(sorted({tag for tags in session.scalars(tagged) for tag in tags})[:MOST_LABELS])


def prospect(found: Foresight, zone: str, now: Any) -> Prospect:
    """In sentences, the gravest last."""
    if not found.running:
        sentences = ["No clock runs at this moment, so nobody's deadline changes. The next text goes by what you save."]
    elif not found.changed:
        sentences = [f"{_clocks(found.running)} at this moment, and no deadline would change."]
    else:
        sentences = [f"{_clocks(found.running)} at this moment. {found.changed} would have another deadline."]
    if found.other_alerts:
        sentences.append(f"{found.other_alerts} would keep the deadline and be warned of in another way.")
    if found.ended:
        sentences.append(f"{found.ended} would end, since nothing would be promised there any more.")
    if found.no_longer_late:
        sentences.append(f"{found.no_longer_late} would no longer be late.")
    if found.late_at_once:
        sentences.append(f"{found.late_at_once} would be late at once, and whoever is told of that is told at once.")
    examples = tuple(_example(one, zone, now) for one in found.examples)
    return Prospect(tuple(sentences), bool(found.late_at_once), examples)


def history_rows(session: Session, policy_id: UUID, zone: str, now: Any) -> tuple[HistoryRow, ...]:
    names = Names(session)
    return tuple(
        HistoryRow(
            at=event.at,
            at_words=words.moment(event.at, now, zone),
            who=who or "Somebody",
            words=_happened(event.kind, event.detail),
            changes=_changes(policy_id, event.detail, names),
        )
        for event, who in history(session, policy_id)
    )


def _clocks(count: int) -> str:
    return "1 clock runs" if count == 1 else f"{count} clocks run"


def _example(one: Example, zone: str, now: Any) -> ExampleRow:
    before = words.moment(one.due_at, now, zone)
    after = words.moment(one.becomes, now, zone) if one.becomes else None
    sentence = (
        f"{NAMES[one.kind]} due {before}, then {after}" if after else f"{NAMES[one.kind]} due {before}, then not at all"
    )
    return ExampleRow(
        one.conversation_id,
        one.customer,
        sentence + (": late at once" if one.is_late_at_once else ""),
        one.is_late_at_once,
    )


def _happened(kind: str, detail: dict[str, Any]) -> str:
    if kind == ADDED:
        return "copied it from another" if "copy_of" in detail else "made it"
    if kind == MOVED:
        return f"moved it from place {detail['before'] + 1} to {detail['after'] + 1}"
    if kind == "policy.changed" and list(detail["changed"]) == ["is_on"]:
        return "switched it on" if detail["changed"]["is_on"][1] else "switched it off"
    return {DELETED: "deleted it", RESTORED: "brought it back"}.get(kind, "changed it")


def _changes(policy_id: UUID, detail: dict[str, Any], names: Names) -> tuple[str, ...]:
    """`name: “VIP” before, now “VIPs”`, each place by the words that the list uses."""
    found = []
    for place, (before, after) in detail.get("changed", {}).items():
        if place != "is_on":
            told = [_told(place, policy_id, {place: value}, names) for value in (before, after)]
            found.append(f"{_PLACES.get(place, place)}: {told[0] or 'nothing'} before, now {told[1] or 'nothing'}")
    return tuple(found)


_PLACES = {
    "name": "name",
    "conditions": "who it is for",
    "targets": "promises",
    "counts": "counted",
    "shares": "warnings by share",
    "leads": "warnings before",
    "ladder": "when it is late",
    "repeat": "repeated",
    "repeats": "repeated",
    "alerts": "told",
}
_EMPTY: dict[str, Any] = {
    "name": "", "is_on": True, "conditions": {}, "targets": {}, "counts": "business", "shares": [], "leads": [], "ladder": [],
    "repeat": None, "repeats": 0, "alerts": "open",
}  # fmt: skip


def _told(place: str, policy_id: UUID, value: dict[str, Any], names: Names) -> str:
    policy = Draft.from_json(policy_id, json.loads(json.dumps(_EMPTY | value))).policy
    if place in {"shares", "leads"}:
        return policy_words.warnings(policy)
    if place == "repeat":
        return f"every {spell(policy.repeat)}" if policy.repeat else ""
    if place == "repeats":
        return f"{policy.repeats} times" if policy.repeats else ""
    return {
        "name": policy.name,
        "conditions": names.for_whom(policy.conditions),
        "targets": ", ".join(policy_words.promises(policy)),
        "counts": policy_words.counted(policy),
        "ladder": "; ".join(policy_words.ladder(policy)),
        "alerts": policy_words.when_told(policy),
    }.get(place, "")
