"""The list at the left: a box of the queue as a picture."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Row as DatabaseRow
from sqlalchemy.orm import Session

from smsdesk.models.agent import Agent
from smsdesk.web.agent import boxes, words
from smsdesk.web.agent.pictures import Box, QueuePicture, Row

FIRST = "mine"
MOST_TAGS = 2


def queue_picture(session: Session, agent: Agent, box: str, now: datetime, after: str = "") -> QueuePicture:
    """One page of a box. A box that there is not shows the first one."""
    box = box if box in boxes.BOXES else FIRST
    found = boxes.page(session, agent, box, now, boxes.read_cursor(after))
    counts = boxes.counts(session, agent, now)
    rows, more = found[: boxes.PAGE], len(found) > boxes.PAGE
    return QueuePicture(
        box=box,
        boxes=tuple(
            _tab(key, kind, counts) for key, kind in boxes.BOXES.items() if key == box or _is_shown(key, counts)
        ),
        rows=tuple(_row(row, now) for row in rows),
        next_url=_next(box, rows[-1]) if more else None,
        unread=counts["unread"],
    )


def _is_shown(key: str, counts: dict[str, int]) -> bool:
    """A tab that is mostly empty takes no room."""
    return key != "goodbyes" or counts[key] > 0


def _tab(key: str, kind: boxes.BoxKind, counts: dict[str, int]) -> Box:
    return Box(key, kind.words, words.capped(counts[key]) if key in counts else "")


def _row(row: DatabaseRow[Any], now: datetime) -> Row:
    return Row(
        id=row.id,
        name=words.called(row.name, row.address),
        initials=words.initials(row.name, row.address),
        preview=row.last_preview,
        from_us=row.last_is_ours,
        unread=row.unread,
        left=words.left(row.waiting_since, row.reply_due_at, now),
        state=row.state.value,
        state_words=words.STATES[row.state],
        assignee=words.first_name(row.assignee),
        failed=row.has_failure,
        priority=row.priority.value,
        tags=tuple(row.tags)[:MOST_TAGS],
        goodbye=row.farewell_seq is not None and row.waiting_since is None,
    )


def _next(box: str, last: DatabaseRow[Any]) -> str:
    place = getattr(last, boxes.BOXES[box].place.key)
    return "/queue?" + urlencode({"box": box, "after": str(boxes.Cursor(place, last.id))})
