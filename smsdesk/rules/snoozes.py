"""For how long something is put aside: the moments that people mean, where the number is."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MORNING = time(9)
MONDAY = 0


class NotAMoment(ValueError):
    """A day and time that cannot be read, or that is over; the message says how to write it."""

    def __init__(self) -> None:
        super().__init__("Choose a day and a time that are still to come, within a year.")


def choices(now: datetime, zone: str) -> tuple[tuple[str, datetime], ...]:
    """What one is offered, soonest first: the words and the moment, in UTC."""
    today = now.astimezone(ZoneInfo(zone)).date()
    monday = today + timedelta(days=(MONDAY - today.weekday()) % 7 or 7)
    tomorrow = today + timedelta(days=1)
    days = [("Tomorrow at 9:00", tomorrow)] + ([("Monday at 9:00", monday)] if monday != tomorrow else [])
    return (
        ("One hour", now + timedelta(hours=1)),
        ("Three hours", now + timedelta(hours=3)),
        *((words, _morning_of(day, zone)) for words, day in days),
    )


def read_moment(typed: str, zone: str) -> datetime:
    """`2026-03-02T09:00` as it is meant where the number is; in UTC. A moment with a zone is taken as it is. Raises NotAMoment."""
    try:
        read = datetime.fromisoformat(typed.strip())
        return (read if read.tzinfo else read.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (ValueError, OverflowError):
        raise NotAMoment from None


def _morning_of(day: date, zone: str) -> datetime:
    return datetime.combine(day, MORNING, ZoneInfo(zone)).astimezone(UTC)
