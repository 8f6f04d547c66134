"""What the rest of today is expected to bring, and how many people keep the promise in it. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from smsdesk.desk.expect import expected_texts
from smsdesk.desk.staff import HOUR, SHARE, hours_needed
from smsdesk.desk.work_together import Scope, scope_of
from smsdesk.models.agent import Agent
from smsdesk.models.number import Number
from smsdesk.rules.days import QUARTER, day_of

FARTHEST = 32  # quarter hours: beyond, a bar would be too thin to see
QUIET = 0.1  # texts a quarter hour: the line ends with the last one that brings as much


@dataclass(frozen=True)
class Outlook:
    """`texts` in each quarter hour from the present one on; `people` over all teams, 0 where nothing is known of them."""

    texts: tuple[float, ...]
    people: int
    share: float  # what they keep, where that is less than is aimed at; else the aim
    target: timedelta | None  # None: the numbers promise different ones


def rest_of_today(
    session: Session, me: Agent, numbers: Sequence[Number], number: Number | None, zone: str, now: datetime
) -> Outlook:
    """In the teams that this person may see, or on one number of theirs."""
    asked = [number] if number else list(numbers)
    day = expected_texts(session, asked, zone, day_of(now, zone), now).expected if asked else ()
    there = now.astimezone(ZoneInfo(zone))
    ahead = day[there.hour * 4 + there.minute // 15 :][:FARTHEST]
    while ahead and ahead[-1] < QUIET:
        ahead = ahead[:-1]
    if not ahead:
        return Outlook((), 0, SHARE, None)
    together = scope_of(session, me, number, now)
    people, share = _people(session, together, now, now + QUARTER * len(ahead))
    targets = {scope.target for scope in together}
    return Outlook(ahead, people, share, targets.pop() if len(targets) == 1 else None)


def _people(session: Session, together: Sequence[Scope], now: datetime, until: datetime) -> tuple[int, float]:
    """Of each team as many as its hardest hour needs, and the least that any of them keeps."""
    people, share = 0, SHARE
    for scope in together:
        needs = [
            need
            for starts_at, need in hours_needed(session, scope, day_of(now, scope.zone), now)
            if now < starts_at + HOUR and starts_at < until
        ]
        people += max((need.people for need in needs), default=0)
        share = min([share, *(need.share for need in needs if not need.reached)])
    return people, share
