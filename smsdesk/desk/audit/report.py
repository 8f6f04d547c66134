"""What the auditor found, as those see it who watch over a team. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, aliased

from smsdesk.desk.see import NotThere, in_their_teams
from smsdesk.models.agent import Agent
from smsdesk.models.audit import AuditFinding, AuditRun, AuditState
from smsdesk.models.conversation import Conversation
from smsdesk.models.customer import Address, Customer
from smsdesk.models.message import Message
from smsdesk.models.number import Number
from smsdesk.rules.audit import Kind
from smsdesk.rules.phone_numbers import shown

LAST_RUNS = 12


@dataclass(frozen=True, slots=True)
class Run:
    """One run; `found` counts what this person may see, `by` None: the night, or a command."""

    id: UUID
    night: date | None
    by: str | None
    asked_at: datetime
    since: datetime
    until: datetime
    state: AuditState
    done: int
    total: int
    finished_at: datetime | None
    found: int


@dataclass(frozen=True, slots=True)
class FoundRow:
    """One finding with whom it is about; `seq` and `message_id` are of the text that it is about."""

    id: UUID
    kind: Kind
    at: datetime
    conversation_id: UUID | None
    customer: str | None
    number: str | None
    time_zone: str | None
    seq: int | None
    last_seq: int
    message_id: UUID | None
    detail: dict[str, Any]


def runs(session: Session, agent: Agent, limit: int = LAST_RUNS) -> list[Run]:
    """The last runs, newest first."""
    rows = session.execute(
        select(AuditRun, Agent.name)
        .outerjoin(Agent, Agent.id == AuditRun.asked_by_id)
        .order_by(AuditRun.asked_at.desc(), AuditRun.id.desc())
        .limit(limit)
    ).all()
    counted = session.execute(
        select(AuditFinding.run_id, func.count())
        .where(AuditFinding.run_id.in_([run.id for run, _ in rows]), _may_see(agent))
        .group_by(AuditFinding.run_id)
    )
    found = {row[0]: row[1] for row in counted}
    return [_run(run, name, found.get(run.id, 0)) for run, name in rows]


def run_of(session: Session, agent: Agent, run_id: UUID) -> Run:
    """Raises NotThere."""
    row = session.execute(
        select(AuditRun, Agent.name).outerjoin(Agent, Agent.id == AuditRun.asked_by_id).where(AuditRun.id == run_id)
    ).one_or_none()
    if row is None:
        raise NotThere
    return _run(row[0], row[1], sum(counts(session, agent, run_id).values()))


def counts(session: Session, agent: Agent, run_id: UUID) -> dict[Kind, int]:
    """How many of each kind, of this person's teams."""
    rows = session.execute(
        select(AuditFinding.kind, func.count())
        .where(AuditFinding.run_id == run_id, _may_see(agent))
        .group_by(AuditFinding.kind)
    )
    return {Kind(kind): count for kind, count in rows}


def found(
    session: Session, agent: Agent, run_id: UUID, kind: Kind, limit: int, after: UUID | None = None
) -> list[FoundRow]:
    """Of one kind, what was found last first; the next page begins `after` the last one's id."""
    wanted = _found().where(AuditFinding.run_id == run_id, AuditFinding.kind == kind.value, _may_see(agent))
    if after is not None:
        wanted = wanted.where(AuditFinding.id < after)
    return [_row(row) for row in session.execute(wanted.order_by(AuditFinding.id.desc()).limit(limit))]


def _may_see(agent: Agent) -> ColumnElement[bool]:
    return in_their_teams(agent, AuditFinding.team_id)


def _found() -> Any:
    about = aliased(Message)
    seq = AuditFinding.detail["seq"].as_integer()
    return (
        select(
            AuditFinding, Customer.name, Address.value, Number.label, Number.time_zone, Conversation.last_seq, about.id
        )
        .outerjoin(Conversation, Conversation.id == AuditFinding.conversation_id)
        .outerjoin(Customer, Customer.id == Conversation.customer_id)
        .outerjoin(Address, Address.id == Conversation.address_id)
        .outerjoin(Number, Number.id == Conversation.number_id)
        .outerjoin(about, and_(about.conversation_id == AuditFinding.conversation_id, about.seq == seq))
    )


def _row(row: Sequence[Any]) -> FoundRow:
    finding, name, address, number, zone, last_seq, message_id = row
    return FoundRow(
        id=finding.id,
        kind=Kind(finding.kind),
        at=finding.at,
        conversation_id=finding.conversation_id,
        customer=name or (shown(address) if address else None),
        number=number,
        time_zone=zone,
        seq=finding.detail.get("seq"),
        last_seq=last_seq or 0,
        message_id=message_id,
        detail=finding.detail,
    )


def _run(run: AuditRun, by: str | None, found: int) -> Run:
    return Run(
        run.id,
        run.night,
        by,
        run.asked_at,
        run.since,
        run.until,
        run.state,
        run.done,
        run.total,
        run.finished_at,
        found,
    )
