"""Every clock is worked out anew: where its row is not what its events say, and where a missed deadline alerted nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from smsdesk.desk.audit.pieces import Finding, Part, Piece, Span
from smsdesk.desk.examine_clocks import missed_without_alert
from smsdesk.desk.replay import clocks_after, differences_among
from smsdesk.models.clock import Clock
from smsdesk.rules.audit import Kind

AT_A_TIME = 500


def count(session: Session, _span: Span) -> int:
    """All there are: what was damaged may be old."""
    return session.scalar(select(func.count()).select_from(Clock)) or 0


def look(session: Session, span: Span) -> Piece:
    clocks = clocks_after(session, span.gone_through, AT_A_TIME)
    if not clocks:
        return Piece(0, None)
    return Piece(len(clocks), clocks[-1].id, [*_different(session, clocks, span), *_missed(session, clocks, span)])


PART = Part(count, look)


def _different(session: Session, clocks: Sequence[Any], span: Span) -> Iterator[Finding]:
    """One finding a clock, with every column that differs."""
    columns: dict[UUID, list[str]] = {}
    for difference in differences_among(session, clocks):
        columns.setdefault(difference.clock_id, []).append(difference.column)
    for clock in clocks:
        if clock.id in columns:
            yield _finding(Kind.CLOCK_DIFFERS, clock, span.until, columns=columns[clock.id])


def _missed(session: Session, clocks: Sequence[Any], span: Span) -> Iterator[Finding]:
    wanted = select(Clock.id).where(
        missed_without_alert(span.until), Clock.id >= clocks[0].id, Clock.id <= clocks[-1].id
    )
    silent = set(session.scalars(wanted))
    for clock in clocks:
        if clock.id in silent:
            yield _finding(Kind.MISSED_WITHOUT_ALERT, clock, clock.due_at)


def _finding(kind: Kind, clock: Any, at: Any, **detail: Any) -> Finding:
    return Finding(
        kind,
        at,
        team_id=clock.team_id,
        conversation_id=clock.conversation_id,
        episode_id=clock.episode_id,
        clock_id=clock.id,
        seq=clock.started_seq,
        detail={"clock": clock.kind.value, **detail},
    )
