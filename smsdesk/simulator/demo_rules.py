"""What the demo shop promises beyond its numbers' own targets, and by which hours it could go: to look at, and to try out.

Its numbers keep no hours, so that the demo shows the same at three in the night.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from smsdesk.adapters.ids import new_id
from smsdesk.desk import arrange_policies, keep_hours
from smsdesk.desk.imagine import Draft
from smsdesk.desk.open_hours import Plan
from smsdesk.models.agent import Agent
from smsdesk.rules.durations import parse
from smsdesk.rules.opening_hours import Span
from smsdesk.rules.policies import Conditions, Policy
from smsdesk.rules.terms import ClockKind, Rung, Whom

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def lay_down(session: Session, plan: dict[str, Any], by: Agent, now: datetime) -> None:
    for row in plan["hours"]:
        week = tuple(tuple(_span(written) for written in row["week"].get(day, ())) for day in DAYS)
        keep_hours.add(session, Plan(row["name"], week, row["country"]), by, now)
    for row in plan["policy"]:
        arrange_policies.add(session, Draft(_policy(row)), by, now)


def _span(written: str) -> Span:
    opens, closes = (int(hour) * 60 + int(minute) for hour, minute in (one.split(":") for one in written.split("-")))
    return Span(opens, closes)


def _policy(row: dict[str, Any]) -> Policy:
    return Policy(
        new_id(),
        row["name"],
        Conditions(segments=frozenset(row["segments"])),
        {ClockKind(kind): {"normal": parse(target)} for kind, target in row["targets"].items()},
        ladder=tuple(_rung(rung) for rung in row["ladder"]),
    )


def _rung(row: dict[str, Any]) -> Rung:
    after = parse(row["after"]) if "after" in row else timedelta(0)
    return Rung(after, tuple(Whom(one) for one in row["whom"]))
