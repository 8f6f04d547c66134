"""A policy is tried on the past before it holds: in batches beside the desk, taken up by whoever is there.

`ask` writes the wish; a worker then calls `claim`, and `go_on` and `keep` by turns until it is done. Each batch is kept together with
how far it came, so a worker that dies costs one batch, and two that meet never count a wait twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session

from smsdesk.adapters.promises import announce, later
from smsdesk.desk.go_through import BATCH, Progress
from smsdesk.desk.imagine import Draft
from smsdesk.desk.recall import Window
from smsdesk.desk.see import NotThere
from smsdesk.models.agent import Agent
from smsdesk.models.policy import PolicyTrial, TrialState

LEASE = timedelta(seconds=60)
KEPT_FOR = timedelta(days=30)
MOST_BEGUN = 5  # whoever takes it up so often and goes away again dies of it
DAYS = (7, 30, 90, 365)


@dataclass
class Work:
    """A trial in somebody's hands, who may keep what comes of it until `lease`."""

    trial_id: UUID
    asked_by_id: UUID
    draft: Draft
    window: Window
    lease: datetime
    begun: int
    progress: Progress

    @property
    def is_done(self) -> bool:
        return self.progress.result is not None

    def so_far(self) -> dict[str, Any]:
        return {"begun": self.begun, "progress": self.progress.as_json()}


def ask(session: Session, draft: Draft, days: int, by: Agent, now: datetime) -> PolicyTrial:
    """A manager wants to know what a draft would have done with the last `days`."""
    session.execute(
        delete(PolicyTrial).where(PolicyTrial.asked_at < now - KEPT_FOR),
        execution_options={"synchronize_session": False},
    )
    trial = PolicyTrial(
        asked_by_id=by.id,
        asked_at=now,
        candidate={"policy_id": str(draft.policy.id), **draft.as_json()},
        since=now - timedelta(days=days),
        until=now,
        state=TrialState.WAITING,
        done=0,
        total=0,
    )
    session.add(trial)
    session.flush()
    later(session, "reports.drain")
    return trial


def see_trial(session: Session, trial_id: UUID) -> PolicyTrial:
    """Raises NotThere."""
    trial = session.get(PolicyTrial, trial_id)
    if trial is None:
        raise NotThere
    return trial


def draft_of(trial: PolicyTrial) -> Draft:
    told = dict(trial.candidate)
    return Draft.from_json(UUID(told.pop("policy_id")), told)


def claim(session: Session, now: datetime) -> Work | None:
    """The oldest trial that nobody works on; None where there is none."""
    was_left = and_(PolicyTrial.state == TrialState.RUNNING, PolicyTrial.lease_until < now)
    trial = session.scalar(
        select(PolicyTrial)
        .where(or_(PolicyTrial.state == TrialState.WAITING, was_left))
        .order_by(PolicyTrial.asked_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if trial is None:
        return None
    kept = trial.result or {}
    progress = Progress.from_json(kept["progress"]) if kept else Progress()
    window, lease, begun = Window(trial.since, trial.until), now + LEASE, kept.get("begun", 0) + 1
    work = Work(trial.id, trial.asked_by_id, draft_of(trial), window, lease, begun, progress)
    trial.state, trial.lease_until, trial.result = TrialState.RUNNING, lease, work.so_far()
    session.flush()
    if begun <= MOST_BEGUN:
        return work
    fail(session, work, now)
    return claim(session, now)


def go_on(session: Session, work: Work, now: datetime, batch: int = BATCH) -> None:
    """One batch more. Reads only, so nobody waits for it."""
    work.progress.go_on(session, work.draft, work.window, now, batch)


def keep(session: Session, work: Work, now: datetime) -> bool:
    """What the last batch brought; False where somebody else has taken the trial up, and nothing is kept."""
    lease, progress = now + LEASE, work.progress
    if work.is_done:
        values = {"state": TrialState.DONE, "result": progress.result, "lease_until": None, "finished_at": now}
    else:
        values = {"result": work.so_far(), "lease_until": lease}
    if not _update(session, work, {**values, "done": progress.done, "total": progress.total}):
        return False
    work.lease = lease
    announce(session, "trial", work.trial_id, agent_id=work.asked_by_id)
    return True


def put_down(session: Session, work: Work) -> None:
    """Time is up: whoever comes next goes on."""
    work.begun = 0
    if _update(session, work, {"state": TrialState.WAITING, "result": work.so_far(), "lease_until": None}):
        later(session, "reports.drain")


def fail(session: Session, work: Work, now: datetime) -> None:
    """It cannot be done; whoever asked is told so."""
    _update(session, work, {"state": TrialState.FAILED, "result": None, "lease_until": None, "finished_at": now})
    announce(session, "trial", work.trial_id, agent_id=work.asked_by_id)


def _update(session: Session, work: Work, values: dict[str, Any]) -> bool:
    """True where it is still ours."""
    mine = and_(
        PolicyTrial.id == work.trial_id, PolicyTrial.state == TrialState.RUNNING, PolicyTrial.lease_until == work.lease
    )
    found = session.execute(
        update(PolicyTrial).where(mine).values(values), execution_options={"synchronize_session": False}
    )
    return bool(found.rowcount)  # type: ignore[attr-defined]
