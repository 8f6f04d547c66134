"""What would be promised if a policy were other than it is: the book with a draft in its place, for whoever wants to look first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from smsdesk.desk.promise_book import Book, book, policy_of
from smsdesk.models.policy import Policy as StoredPolicy
from smsdesk.rules.policies import Conditions, Policy
from smsdesk.rules.terms import AlertTimes, Counts


@dataclass(frozen=True)
class Draft:
    """A policy as somebody would have it. Its id is that of the one it changes, or of none that is kept yet."""

    policy: Policy
    is_on: bool = True

    def as_json(self) -> dict[str, Any]:
        """The columns of its row, in words and figures."""
        policy, conditions = self.policy, self.policy.conditions
        return {
            "name": policy.name,
            "is_on": self.is_on,
            "conditions": {
                "numbers": sorted(map(str, conditions.numbers)),
                "teams": sorted(map(str, conditions.teams)),
                "tags": sorted(conditions.tags),
                "priorities": sorted(conditions.priorities),
                "segments": sorted(conditions.segments),
            },
            "targets": {
                kind.value: {priority: round(target.total_seconds()) for priority, target in said.items()}
                for kind, said in policy.targets.items()
                if said
            },
            "counts": policy.counts.value,
            "shares": list(policy.shares),
            "leads": [round(lead.total_seconds()) for lead in policy.leads],
            "ladder": [[round(rung.after.total_seconds()), [one.value for one in rung.whom]] for rung in policy.ladder],
            "repeat": round(policy.repeat.total_seconds()) if policy.repeat else None,
            "repeats": policy.repeats,
            "alerts": policy.alerts.value,
        }

    @classmethod
    def from_json(cls, id: UUID, told: dict[str, Any]) -> Draft:
        row = StoredPolicy(id=id, **columns(told))
        return cls(policy_of(row), row.is_on)

    @classmethod
    def of(cls, row: StoredPolicy) -> Draft:
        return cls(policy_of(row), row.is_on)


def columns(told: dict[str, Any]) -> dict[str, Any]:
    """What `as_json` gave, as a row keeps it."""
    words = {"counts": Counts(told["counts"]), "alerts": AlertTimes(told["alerts"])}
    repeat = timedelta(seconds=told["repeat"]) if told["repeat"] else None
    return told | words | {"repeat": repeat}


def imagine(session: Session, draft: Draft, now: datetime) -> Book:
    """The book as it would be with the draft saved."""
    return with_draft(session, book(session, now), draft)


def with_draft(session: Session, known: Book, draft: Draft) -> Book:
    rows = session.scalars(in_order()).all()
    drafts = placed([Draft.of(row) for row in rows], draft)
    return replace(known, policies=tuple(one.policy for one in drafts if one.is_on))


def placed(drafts: list[Draft], draft: Draft) -> list[Draft]:
    """In the place of the one that it changes. A new one stands first, or last where it is for everybody."""
    if any(one.policy.id == draft.policy.id for one in drafts):
        return [draft if one.policy.id == draft.policy.id else one for one in drafts]
    return [*drafts, draft] if draft.policy.conditions == Conditions() else [draft, *drafts]


def in_order() -> Select[StoredPolicy]:
    return select(StoredPolicy).order_by(StoredPolicy.position, StoredPolicy.id)
