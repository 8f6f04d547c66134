"""A day where the number is, and the quarter hours that a day is drawn in."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

QUARTER = timedelta(minutes=15)


def midnight(now: datetime, zone: str) -> datetime:
    """When the day of `now` began in that zone, in UTC; where clocks skip midnight, the first moment of the day."""
    there = ZoneInfo(zone)
    return datetime.combine(now.astimezone(there).date(), time.min, there).astimezone(UTC)


def day_of(moment: datetime, zone: str) -> date:
    """The date on the wall there."""
    return moment.astimezone(ZoneInfo(zone)).date()


def quarter_of(moment: datetime) -> datetime:
    """The start of its quarter hour, in UTC. Every zone in use is a whole number of quarter hours off UTC."""
    at = moment.astimezone(UTC)
    return at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)


def quarters(first: datetime, last: datetime) -> list[datetime]:
    """Every quarter hour from the one of `first` to the one of `last`."""
    start = quarter_of(first)
    return [start + QUARTER * step for step in range((quarter_of(last) - start) // QUARTER + 1)]
