"""A post to somebody's program, and what its answer means."""

from __future__ import annotations

from collections.abc import Mapping

from smsdesk.adapters.strangers import Strangers
from smsdesk.rules.alert_tries import TAKEN, Outcome, in_doubt, later, never

SLOW_DOWN = frozenset({408, 425, 429})


def post(calls: Strangers, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
    """Once, and no redirect is followed: where it would lead was never vetted by whoever typed the address."""
    answered = calls.post(url, headers, body)
    if isinstance(answered, Outcome):
        return answered
    if 200 <= answered.status < 300:
        return TAKEN
    words = f"It answered {answered.status}."
    if 300 <= answered.status < 400:
        return never(f"It answered {answered.status}, which leads elsewhere; write the address that it leads to.")
    if answered.status in SLOW_DOWN:
        return later(words, answered.retry_after)
    return in_doubt(words) if answered.status >= 500 else never(words)
