"""A Redis that evicts throws wake-ups away in silence: texts still go out and alerts are still told, but later (trust.md, F70)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from smsdesk.desk.warn_managers import warn_managers

SILENCE = timedelta(hours=20)  # looked at whenever a worker starts
TEXT = "Redis throws away what it was given when its memory is full (maxmemory-policy {policy}); texts and alerts may then be seconds late. Run: redis-cli config set maxmemory-policy noeviction"


def warn_of_eviction(session: Session, policy: str, now: datetime) -> None:
    """One alert for all workers that find it."""
    warn_managers(session, "redis.evicts", "evicts", "Redis", TEXT.format(policy=policy), now, SILENCE)
