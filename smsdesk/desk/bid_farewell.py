"""A goodbye needs no answer; but whoever writes on soon after it has been waiting since then (product.md, clocks, rule 9)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.adapters.carrier import InboundText
from smsdesk.desk.thread import Place
from smsdesk.models.agent import Agent
from smsdesk.rules.goodbyes import Farewell, may_thank_somebody, read_farewell

SOFT_CLOCK = timedelta(minutes=10)


def farewell_of(session: Session, text: InboundText, place: Place) -> Farewell | None:
    """What makes an answer needless here; None where somebody waits, or nobody has answered them yet."""
    if place.clock_is_running or not place.replied_before or text.media:
        return None
    names = session.scalars(select(Agent.name)).all() if may_thank_somebody(text.body) else ()
    return read_farewell(text.body, names)


def waits_since(place: Place, seq: int, now: datetime) -> tuple[datetime, int]:
    """Since when, and for which text, whoever writes `seq` now waits: since the goodbye, if that was a moment ago."""
    if place.farewell_at is not None and place.farewell_seq is not None and _is_fresh(place, now):
        return place.farewell_at, place.farewell_seq
    return now, seq


def farewell_columns(
    place: Place, farewell: Farewell | None, needs_answer: bool, seq: int, now: datetime
) -> dict[str, Any]:
    """What a conversation remembers of it: of several in a row, the first."""
    if needs_answer:
        return {"farewell_seq": None, "farewell_at": None}
    if farewell is None or (place.farewell_at is not None and _is_fresh(place, now)):
        return {}
    return {"farewell_seq": seq, "farewell_at": now}


def _is_fresh(place: Place, now: datetime) -> bool:
    return place.farewell_at is not None and now - place.farewell_at <= SOFT_CLOCK
