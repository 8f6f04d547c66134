"""Signed posts that come again and again: the carrier repeats one a few times within minutes, whoever captured one as they like (trust.md, F26).

Nothing is stored twice either way; what is told is that somebody may hold what only the carrier should.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.adapters.carrier import InboundText
from smsdesk.desk.warn_managers import warn_managers
from smsdesk.models.message import Message

OFTEN = 20  # the carrier tries one six times, and as often at a second address where one is set
WITHIN = timedelta(hours=1)
OLD = timedelta(days=1)
REMEMBERED = 10_000  # posts
QUIET = timedelta(minutes=10)  # for which one that was told costs nothing more
SILENCE = timedelta(hours=1)  # after so much, the next one is another one
TEXT = (
    "Posts that the carrier signed come again, far more often or far later than it repeats them. Nothing is stored twice, but somebody may have "
    "captured them: look at what stands between the carrier and PUBLIC_URL, then change TWILIO_AUTH_TOKEN."
)


class Repetitions:
    """What one process has seen come again. It forgets with the process: whoever goes on is seen by the next."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, tuple[int, datetime]] = OrderedDict()
        self._lock = threading.Lock()
        self._quiet_until = datetime.min.replace(tzinfo=UTC)

    def are_told(self, now: datetime) -> bool:
        """A moment ago: there is nothing to look at."""
        return now < self._quiet_until

    def count(self, post: str, now: datetime) -> int:
        """How often it has come again within the hour, this time included."""
        with self._lock:
            times, since = self._seen.pop(post, (0, now))
            if now - since > WITHIN:
                times, since = 0, now
            self._seen[post] = times + 1, since
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
        return times + 1

    def told(self, now: datetime) -> None:
        self._quiet_until = now + QUIET


def stored_at(session: Session, text: InboundText) -> datetime | None:
    """When the text was here first; None where no row of it is left."""
    known = (Message.carrier_sid == text.carrier_sid, Message.carrier_account == text.account_sid)
    return session.scalar(select(Message.created_at).where(*known))


def is_replayed(times: int, first_at: datetime | None, now: datetime) -> bool:
    """No carrier repeats a post so often, or a day later."""
    return times > OFTEN or (first_at is not None and first_at < now - OLD)


def warn_of_replay(session: Session, now: datetime) -> None:
    """One alert for all that follow each other."""
    warn_managers(session, "carrier.replayed", "replayed", "Repeated posts", TEXT, now, SILENCE)
