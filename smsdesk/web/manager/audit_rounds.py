"""The auditor's page, put together: the round that is looked at, what it found, and the rounds before it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from smsdesk.desk import see
from smsdesk.desk.audit import report
from smsdesk.desk.audit.report import FoundRow, Run
from smsdesk.models.agent import Agent
from smsdesk.models.audit import AuditState
from smsdesk.rules.audit import Kind
from smsdesk.web.agent import words
from smsdesk.web.manager.audit_pictures import (
    AuditPicture,
    Filter,
    FindingRow,
    Group,
    Progress,
    RoundPicture,
    RoundRow,
)
from smsdesk.web.manager.audit_words import WORDS
from smsdesk.web.manager.overviews import zone_of

FEW, MANY = 5, 50
AROUND = 20  # texts that are shown after the one that a finding is about
_UNDER_WAY = {AuditState.WAITING, AuditState.RUNNING}


def audit_picture(
    session: Session, me: Agent, now: datetime, run_id: UUID | None, kind: Kind | None, after: UUID | None
) -> AuditPicture:
    """The round `run_id`, or the last one that is done; of all kinds a few, or of one kind a page. Raises NotThere."""
    zone = zone_of(see.numbers(session, me))
    last = report.runs(session, me)
    here = (
        report.run_of(session, me, run_id)
        if run_id
        else next((run for run in last if run.state not in _UNDER_WAY), None)
    )
    going_on = next((run for run in reversed(last) if run.state in _UNDER_WAY), None)
    return AuditPicture(
        here=_round(session, me, here, kind, after, now, zone) if here else None,
        rounds=tuple(_row(run, here, now, zone) for run in last),
        progress=_progress(going_on) if going_on else None,
        query=_query(run_id, kind, after),
    )


def _round(
    session: Session, me: Agent, run: Run, kind: Kind | None, after: UUID | None, now: datetime, zone: str
) -> RoundPicture:
    counts = report.counts(session, me, run.id)
    kinds = [one for one in Kind if counts.get(one) and kind in {None, one}]
    most = MANY if kind else FEW
    return RoundPicture(
        title=_title(run, zone),
        span=f"What happened from {_moment(run.since, now, zone)} to {_moment(run.until, now, zone)}",
        state=_state(run),
        looked_at=f"{run.done:,}",
        found=sum(counts.values()),
        filters=_filters(run, counts, kind),
        groups=tuple(_group(session, me, run, one, counts[one], most, after, now) for one in kinds),
    )


def _group(
    session: Session, me: Agent, run: Run, kind: Kind, count: int, most: int, after: UUID | None, now: datetime
) -> Group:
    found = report.found(session, me, run.id, kind, most + 1, after)
    shown = found[:most]
    has_more = len(found) > most
    last = shown[-1].id if shown and (after or most == MANY) else None
    return Group(
        kind=kind.value,
        title=WORDS[kind].title,
        sentence=WORDS[kind].meaning,
        count=f"{count:,}",
        rows=tuple(_finding(one, now) for one in shown),
        more="" if not has_more else "Older ones" if most == MANY else f"All {count:,}",
        more_address=f"/manager/audit{_query(run.id, kind, last)}",
    )


def _finding(found: FoundRow, now: datetime) -> FindingRow:
    return FindingRow(
        id=found.id,
        customer=found.customer,
        number=found.number,
        address=_address(found),
        words=WORDS[found.kind].row(found.detail),
        at=found.at,
        at_words=_moment(found.at, now, found.time_zone or "UTC"),
    )


def _address(found: FoundRow) -> str | None:
    """The conversation, turned to the place that it is about."""
    if found.conversation_id is None:
        return None
    address = f"/conversations/{found.conversation_id}"
    if found.seq is None or found.message_id is None:
        return address
    before = found.seq + AROUND
    return f"{address}{f'?before={before}' if before <= found.last_seq else ''}#m-{found.message_id}"


def _filters(run: Run, counts: dict[Kind, int], here: Kind | None) -> tuple[Filter, ...]:
    some = [Filter("All", f"{sum(counts.values()):,}", f"/manager/audit{_query(run.id, None, None)}", here is None)]
    some += [
        Filter(WORDS[kind].short, f"{counts[kind]:,}", f"/manager/audit{_query(run.id, kind, None)}", kind is here)
        for kind in Kind
        if counts.get(kind)
    ]
    return tuple(some) if len(some) > 2 or here else ()


def _row(run: Run, here: Run | None, now: datetime, zone: str) -> RoundRow:
    return RoundRow(
        address=f"/manager/audit{_query(run.id, None, None)}",
        title=_title(run, zone),
        when=_moment(run.asked_at, now, zone),
        found=_found_words(run),
        state=_state(run),
        here=here is not None and here.id == run.id,
    )


def _found_words(run: Run) -> str:
    if run.state in _UNDER_WAY:
        return "under way"
    if run.state is AuditState.FAILED:
        return "given up"
    return f"{run.found:,} found" if run.found else "all is well"


def _title(run: Run, zone: str) -> str:
    if run.night is not None:
        there = (run.asked_at - timedelta(hours=12)).astimezone(ZoneInfo(zone))  # the day that the night came after
        return f"Night of {there:%A} {there.day} {there:%b}"
    return f"Asked for by {run.by}" if run.by else "Asked for by an operator"


def _progress(run: Run) -> Progress:
    words_ = f"{run.done:,} of {run.total:,} episodes, alerts and clocks" if run.total else "Counting what there is…"
    return Progress(run.done, run.total, words_)


def _state(run: Run) -> str:
    return "running" if run.state in _UNDER_WAY else run.state.value


def _moment(at: datetime, now: datetime, zone: str) -> str:
    return words.moment(at, now, zone)


def _query(run_id: UUID | None, kind: Kind | None, after: UUID | None) -> str:
    asked: Sequence[tuple[str, str]] = [
        (name, str(value))
        for name, value in (("run", run_id), ("kind", kind.value if kind else None), ("after", after))
        if value
    ]
    return f"?{urlencode(asked)}" if asked else ""
