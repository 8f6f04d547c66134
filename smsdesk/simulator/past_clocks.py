"""The clock of a wait that is over: its events in order, the row that they add up to, and the alerts that it told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from smsdesk.desk.keep_time import row_of
from smsdesk.models import Agent, Alert, AlertRecipient, Clock, Number
from smsdesk.models.alert import AlertKind
from smsdesk.models.clock import ClockEvent as StoredEvent
from smsdesk.rules.reply_clock import ClockEvent, Step, Terms, activated, fold, fulfilled, kept, step_told, steps
from smsdesk.rules.roles import Role
from smsdesk.simulator.past_rows import Rows

TOLD_AFTER = timedelta(milliseconds=180)
SEEN_AFTER = timedelta(seconds=40)


@dataclass(frozen=True, slots=True)
class WaitOfThePast:
    """From a text to the answer that the carrier accepted."""

    number: Number
    terms: Terms
    book_version: int
    conversation_id: UUID
    episode_id: UUID
    agent: Agent
    seq: int
    started_at: datetime
    answer_id: UUID
    answered_at: datetime


def write_wait(rows: Rows, wait: WaitOfThePast, people: Mapping[str, Agent]) -> None:
    clock_id = rows.id(wait.started_at)
    told = [(step, at) for step, at in steps(wait.terms, wait.started_at) if at + TOLD_AFTER < wait.answered_at]
    events = [activated(wait.started_at, wait.started_at, wait.terms)]
    events += [step_told(step, at + TOLD_AFTER) for step, at in told]
    events.append(fulfilled(wait.answered_at, wait.answer_id))
    row = row_of(fold(events, lambda _: wait.terms))
    rows.add(Clock, id=clock_id, conversation_id=wait.conversation_id, episode_id=wait.episode_id,
             number_id=wait.number.id, team_id=wait.number.team_id, kind=wait.terms.kind, book_version=wait.book_version,
             started_seq=wait.seq, fulfilled_by_id=wait.answer_id, **row)  # fmt: skip
    for event in events:
        rows.add(StoredEvent, id=rows.id(event.at), clock_id=clock_id, kind=event.kind, at=event.at, detail=dict(event.detail))  # fmt: skip
    for step, at in told:
        _tell(rows, wait, clock_id, step, at, people)
    _history(rows, wait, clock_id, events, kept(row["due_at"], wait.answered_at))


def _tell(
    rows: Rows, wait: WaitOfThePast, clock_id: UUID, step: Step, at: datetime, people: Mapping[str, Agent]
) -> None:
    alert, told_at, late = rows.id(at), at + TOLD_AFTER, step == Step.BREACH
    rows.add(Alert, id=alert, clock_id=clock_id, conversation_id=wait.conversation_id, team_id=wait.number.team_id,
             kind=AlertKind.BREACH if late else AlertKind.WARNING, step=step, due_at=at, claimed_at=told_at, told_at=told_at,
             acknowledged_at=told_at + SEEN_AFTER, acknowledged_by_id=wait.agent.id)  # fmt: skip
    rows.add(AlertRecipient, alert_id=alert, agent_id=wait.agent.id, why="assignee")
    others = [one for one in people.values() if late and one.id != wait.agent.id]
    for person in others:
        if wait.number.team_id in person.team_ids or person.role is Role.MANAGER:
            why = "team" if wait.number.team_id in person.team_ids else "manager"
            rows.add(AlertRecipient, alert_id=alert, agent_id=person.id, why=why)


def _history(rows: Rows, wait: WaitOfThePast, clock_id: UUID, events: list[ClockEvent], in_time: bool) -> None:
    around = {"conversation_id": wait.conversation_id, "team_id": wait.number.team_id}
    for event in events[1:-1]:
        rows.event(f"clock.{event.kind.value}", event.at, around, subject=clock_id, step=event.detail["step"])
    rows.event("clock.fulfilled", wait.answered_at, around, actor=wait.agent.id, subject=clock_id, kept=in_time)
