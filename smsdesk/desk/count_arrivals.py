"""How many began to wait, and how many texts came, in the quarter hours of days that are over. Reads only.

A day that is over does not change, so it is counted once a day in each process: a view costs no look at the texts of weeks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, extract, func, literal_column, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from smsdesk.desk.keep_count import Counted
from smsdesk.models.clock import Clock
from smsdesk.models.conversation import Conversation
from smsdesk.models.message import Message
from smsdesk.rules.days import QUARTER
from smsdesk.rules.terms import REPLIES

Counts = Mapping[UUID, Mapping[datetime, int]]  # number → quarter hour in UTC → how many
Range = tuple[datetime, datetime]
Asked = Callable[[Collection[Range]], Select[UUID, int, int]]

A_DAY = timedelta(days=1)


def waits_begun(session: Session, counted: Counted, zone: str, days: Collection[date]) -> dict[date, Counts]:
    """The texts that somebody began to wait after, on whole days of that zone; all of them must be over."""
    return _each_day(session, counted, "waits", zone, days)


def texts_in(session: Session, counted: Counted, zone: str, days: Collection[date]) -> dict[date, Counts]:
    """Every text that came in, also those that followed one which waited already."""
    return _each_day(session, counted, "texts", zone, days)


def _each_day(session: Session, counted: Counted, what: str, zone: str, days: Collection[date]) -> dict[date, Counts]:
    known = {day: counted.known((what, zone, day)) for day in days if (what, zone, day) in counted}
    missing = [day for day in days if day not in known]
    for day, counts in (_count(session, what, zone, missing) if missing else {}).items():
        counted.keep((what, zone, day), counts)
        known[day] = counts
    return known


def _count(session: Session, what: str, zone: str, days: Collection[date]) -> dict[date, Counts]:
    found: dict[date, dict[UUID, dict[datetime, int]]] = {day: {} for day in days}
    there = ZoneInfo(zone)
    for number_id, second, count in session.execute(ASKED[what](_ranges(zone, days))):
        quarter = datetime.fromtimestamp(int(second), UTC)
        found[quarter.astimezone(there).date()].setdefault(number_id, {})[quarter] = count
    return dict(found)


def _ranges(zone: str, days: Collection[date]) -> list[Range]:
    """From when until when; days in a row are one range."""
    ranges: list[Range] = []
    for day in sorted(days):
        begins, ends = began(day, zone), began(day + A_DAY, zone)
        if ranges and ranges[-1][1] == begins:
            ranges[-1] = (ranges[-1][0], ends)
        else:
            ranges.append((begins, ends))
    return ranges


def _within(moment: InstrumentedAttribute[datetime], ranges: Collection[Range]) -> ColumnElement[bool]:
    return or_(*(and_(moment >= begins, moment < ends) for begins, ends in ranges))


def began(day: date, zone: str) -> datetime:
    """The first moment of that day there, in UTC."""
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def _quarter(moment: InstrumentedAttribute[datetime]) -> ColumnElement[int]:
    seconds = extract("epoch", moment)
    return seconds - seconds % int(QUARTER.total_seconds())


def _waits(ranges: Collection[Range]) -> Select[UUID, int, int]:
    quarter = _quarter(Clock.started_at)
    return (
        select(Clock.number_id, quarter, func.count())
        # Nothing is due before it began: a range for the index of the deadlines, where a short look back is wanted
        .where(Clock.due_at >= min(ranges)[0], _within(Clock.started_at, ranges), Clock.kind.in_(REPLIES))
        .group_by(Clock.number_id, quarter)
    )


def _texts(ranges: Collection[Range]) -> Select[UUID, int, int]:
    quarter = _quarter(Message.created_at)
    return (
        select(Conversation.number_id, quarter, func.count())
        .select_from(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        # written out, for the index that holds these alone
        .where(Message.direction == literal_column("'in'"), _within(Message.created_at, ranges))
        .group_by(Conversation.number_id, quarter)
    )


ASKED: Mapping[str, Asked] = {"waits": _waits, "texts": _texts}
