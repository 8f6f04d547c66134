"""Reports: how promises were kept over days and weeks; the same figures as on the manager's page."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date, timedelta
from typing import Any, Literal
from uuid import UUID

from smsdesk.adapters import clock
from smsdesk.desk import see
from smsdesk.desk.ask_about import Asked as Question
from smsdesk.desk.ask_about import places
from smsdesk.desk.report import grouped
from smsdesk.models.agent import Agent as StoredAgent
from smsdesk.rules.packed_waits import Account, Percentiles
from smsdesk.rules.periods import NotAPeriod, Period
from smsdesk.rules.roles import Action
from smsdesk.rules.terms import REPLIES, ClockKind
from smsdesk.web.access import me, need
from smsdesk.web.api.asking import NotUnderstood
from smsdesk.web.api.contract import operation
from smsdesk.web.api.shapes import Asked, Told
from smsdesk.web.transaction import session

GroupedBy = Literal["day", "hour_of_week", "agent", "number", "team"]
Promises = Literal["replies", "first_reply", "next_reply", "resolution"]


class ResponseTimesAsked(Asked):
    """Days are days where each number is."""

    first_day: date
    last_day: date
    """Included."""
    promises: Promises = "replies"
    group_by: GroupedBy | None = None
    number_id: UUID | None = None
    team_id: UUID | None = None
    agent_id: UUID | None = None
    """Only what this person answered."""


class Waits(Told):
    """Seconds that half, nine in ten, and 99 in a hundred did not wait longer than: waits that somebody had, not between."""

    p50_seconds: int | None
    p90_seconds: int | None
    p99_seconds: int | None


class ResponseTimes(Told):
    """How promises went that were decided in these days: answered, given up past their moment, or overdue now."""

    count: int
    kept: int
    share_kept: float | None
    """From 0 to 1."""
    wall: Waits
    """By the clock on the wall."""
    business: Waits
    """In opening hours."""


class ResponseTimesGroup(ResponseTimes):
    """One group; the fields of other groupings are null. Unanswered promises belong to nobody: `agent_id` is null."""

    day: date | None = None
    weekday: int | None = None
    """0 is Monday."""
    hour: int | None = None
    agent_id: UUID | None = None
    number_id: UUID | None = None
    team_id: UUID | None = None


class ResponseTimesReport(Told):
    whole: ResponseTimes
    groups: list[ResponseTimesGroup]


@operation("GET", "/reports/response-times", ResponseTimesReport, asks=ResponseTimesAsked)
def get_response_times(asked: ResponseTimesAsked) -> ResponseTimesReport:
    """How promises were kept, for teams that you lead or manage."""
    need(Action.SEE_MANAGER_PAGE)
    question, kinds = _question(asked), _kinds(asked.promises)
    now = clock.now()
    whole = grouped(session(), question, kinds, "", now).get(None, Account())
    groups = grouped(session(), question, kinds, asked.group_by, now) if asked.group_by else {}
    return ResponseTimesReport(
        whole=ResponseTimes(**_figures(whole)),
        groups=[
            ResponseTimesGroup(**_figures(account), **_key(asked.group_by, key))
            for key, account in sorted(groups.items(), key=lambda one: str(one[0]))
            if asked.group_by
        ],
    )


def _question(asked: ResponseTimesAsked) -> Question:
    """Raises NotThere, NotUnderstood."""
    try:
        period = Period(asked.first_day, asked.last_day)
    except NotAPeriod as error:
        raise NotUnderstood(400, str(error)) from None
    numbers = {number.id for number in see.numbers(session(), me())}
    if asked.number_id is not None and asked.number_id not in numbers:
        raise see.NotThere
    if asked.team_id is not None and asked.team_id not in {team.id for team in see.teams(session(), me())}:
        raise see.NotThere
    if asked.agent_id is not None and session().get(StoredAgent, asked.agent_id) is None:
        raise see.NotThere
    here = tuple(place for place in places(session()) if asked.number_id in {None, place.id})
    return Question(me(), period, here, asked.team_id, asked.agent_id)


def _kinds(asked: Promises) -> frozenset[ClockKind]:
    return REPLIES if asked == "replies" else frozenset({ClockKind(asked)})


def _figures(account: Account) -> dict[str, Any]:
    share = account.share_kept
    return {
        "count": account.count,
        "kept": account.kept,
        "share_kept": None if share is None else round(share, 6),
        "wall": _waits(account.wall),
        "business": _waits(account.open),
    }


def _waits(told: Percentiles) -> Waits:
    def seconds(length: timedelta | None) -> int | None:
        return None if length is None else int(length.total_seconds())

    return Waits(p50_seconds=seconds(told.p50), p90_seconds=seconds(told.p90), p99_seconds=seconds(told.p99))


def _key(by: GroupedBy, key: Hashable) -> dict[str, Any]:
    if by == "hour_of_week" and isinstance(key, tuple):
        return {"weekday": key[0], "hour": key[1]}
    return {"day" if by == "day" else f"{by}_id": key}
