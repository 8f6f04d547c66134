"""How moments, names and states read on the screen. The only place, besides opening hours, where a time zone appears."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from smsdesk.models.conversation import ConversationState
from smsdesk.rules.durations import clock_face
from smsdesk.rules.phone_numbers import region_of, shown
from smsdesk.web.agent.pictures import Left

STATES = {
    ConversationState.WAITING_FOR_US: "waiting for us",
    ConversationState.WAITING_FOR_THEM: "waiting on them",
    ConversationState.SNOOZED: "snoozed",
    ConversationState.RESOLVED: "resolved",
}
MOST = 99
_DEADLINE_SECOND = timedelta(seconds=1)
SOON = 0.5  # of the time that was promised


def left(waiting_since: datetime | None, due_at: datetime | None, now: datetime) -> Left | None:
    """How long is left, None where nobody waits. Amber from its middle on."""
    if waiting_since is None or due_at is None:
        return None
    length = due_at - waiting_since
    soon_at = waiting_since + length * SOON
    gone = 100 * (now - waiting_since) / length if length else 100.0
    return Left(
        waiting_since,
        soon_at,
        due_at,
        _urgency(now, soon_at, due_at),
        clock_face(due_at - now),
        min(100, max(0, round(gone))),
    )


def _urgency(now: datetime, soon_at: datetime, due_at: datetime) -> str:
    if now >= due_at + _DEADLINE_SECOND:
        return "late"
    return "soon" if now >= soon_at else "calm"


def called(name: str | None, address: str) -> str:
    """The name that screens show: theirs, or the address they text from."""
    return name or shown(address)


def first_name(name: str | None) -> str | None:
    """Among colleagues the first name is enough, and it leaves room for the text."""
    return name.split()[0] if name else None


def initials(name: str | None, address: str = "") -> str:
    """`PK` for Priya Kapoor, `+1` for a number without a name, `#` for any other sender."""
    words = [word for word in (name or "").split() if word[0].isalnum()]
    if words:
        return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()
    return shown(address).split(" ")[0] if region_of(address) else "#"


def capped(count: int) -> str:
    """A count for a badge, nothing for none; a larger one would cost more to count than it tells."""
    return f"{MOST}+" if count > MOST else str(count or "")


def time_of_day(at: datetime, zone: str) -> str:
    """`14:05` where the number is."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


def day(at: datetime, now: datetime, zone: str) -> str:
    """`Today`, `Yesterday`, `Saturday 21 November`, and the year where it is another."""
    there, today = at.astimezone(ZoneInfo(zone)).date(), now.astimezone(ZoneInfo(zone)).date()
    if there == today:
        return "Today"
    if there == today - timedelta(days=1):
        return "Yesterday"
    return f"{there:%A} {there.day} {there:%B}" + ("" if there.year == today.year else f" {there.year}")


def short_day(at: datetime, zone: str) -> str:
    """`21 Nov 2026`."""
    there = at.astimezone(ZoneInfo(zone))
    return f"{there.day} {there:%b} {there.year}"


def moment(at: datetime, now: datetime, zone: str) -> str:
    """The time today, the day and the time otherwise."""
    there = at.astimezone(ZoneInfo(zone))
    if there.date() == now.astimezone(ZoneInfo(zone)).date():
        return f"{there:%H:%M}"
    return f"{there.day} {there:%b} {there:%H:%M}"
