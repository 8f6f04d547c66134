"""Programs that hear alerts: added, changed, given a new secret, taken off; and what became of each post to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from smsdesk.adapters.ids import new_secret
from smsdesk.adapters.promises import later
from smsdesk.adapters.strangers import BadAddress, Strangers
from smsdesk.desk.record import record
from smsdesk.desk.see import NotThere, in_their_teams
from smsdesk.models.agent import Agent
from smsdesk.models.alert import Alert, AlertDelivery, AlertKind, DeliveryState, OutgoingWebhook, WebhookStyle
from smsdesk.models.team import Team
from smsdesk.rules.texts import clean

LONGEST_LABEL, MOST = 60, 50
ENDED = (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.UNKNOWN)


class BadWebhook(ValueError):
    """Field → one sentence that says how to mend it."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems


@dataclass(frozen=True)
class Wanted:
    """What a program is to hear, and where it listens; `team_id` None: of every team."""

    label: str
    url: str
    style: WebhookStyle
    team_id: UUID | None
    kinds: tuple[AlertKind, ...]
    is_on: bool = True


def webhooks(session: Session) -> list[OutgoingWebhook]:
    """All of them, by name. Only those who manage promises, who see every team, may ask."""
    return list(session.scalars(select(OutgoingWebhook).order_by(OutgoingWebhook.label, OutgoingWebhook.id)))


def webhook(session: Session, id: UUID) -> OutgoingWebhook:
    """Raises NotThere."""
    found = session.get(OutgoingWebhook, id)
    if found is None:
        raise NotThere
    return found


def add(session: Session, wanted: Wanted, calls: Strangers, by: Agent, now: datetime) -> OutgoingWebhook:
    """From now on it hears. Raises BadWebhook."""
    _ensure_sound(session, wanted, calls, by)
    if len(webhooks(session)) >= MOST:
        raise BadWebhook({"label": f"{MOST} programs are the most; take one off first."})
    made = OutgoingWebhook(secret=new_secret(), created_at=now, created_by_id=by.id)
    _apply(made, wanted)
    session.add(made)
    session.flush()
    record(session, "webhook.added", now, team_id=made.team_id, actor_id=by.id, subject_id=made.id)
    return made


def change(
    session: Session, program: OutgoingWebhook, wanted: Wanted, calls: Strangers, by: Agent, now: datetime
) -> None:
    """It hears this from now on; how it did so far at another address says nothing any more. Raises BadWebhook."""
    _ensure_sound(session, wanted, calls, by)
    if program.url != wanted.url.strip():
        program.failing_since = program.last_error = None
    _apply(program, wanted)
    record(session, "webhook.changed", now, team_id=program.team_id, actor_id=by.id, subject_id=program.id)


def renew_secret(session: Session, program: OutgoingWebhook, by: Agent, now: datetime) -> None:
    """What is posted from now on is signed with another one; the old one signs nothing any more."""
    program.secret = new_secret()
    record(session, "webhook.secret", now, team_id=program.team_id, actor_id=by.id, subject_id=program.id)


def take_off(session: Session, program: OutgoingWebhook, by: Agent, now: datetime) -> None:
    """With the record of its posts."""
    record(session, "webhook.removed", now, team_id=program.team_id, actor_id=by.id, subject_id=program.id)
    session.delete(program)


def recent(session: Session, program: OutgoingWebhook, limit: int) -> Sequence[Any]:
    """Its latest posts, newest first, each with the alert's kind and moment."""
    return session.execute(
        select(AlertDelivery, Alert.kind, Alert.step, Alert.due_at, Alert.conversation_id)
        .join(Alert, Alert.id == AlertDelivery.alert_id)
        .where(AlertDelivery.webhook_id == program.id)
        .order_by(AlertDelivery.id.desc())
        .limit(limit)
    ).all()


def send_again(session: Session, program: OutgoingWebhook, delivery_id: UUID, now: datetime) -> None:
    """Under the same id, so that a program that had it can tell. Raises NotThere."""
    again = session.execute(
        update(AlertDelivery)
        .where(AlertDelivery.id == delivery_id, AlertDelivery.webhook_id == program.id, AlertDelivery.state.in_(ENDED))
        .values(state=DeliveryState.WAITING, not_before=now, attempts=0, lease_until=None, error=None, told_at=None),
        execution_options={"synchronize_session": False},
    )
    if not again.rowcount:  # type: ignore[attr-defined]
        raise NotThere
    later(session, "alerts.drain")


def _ensure_sound(session: Session, wanted: Wanted, calls: Strangers, by: Agent) -> None:
    problems = {}
    if not wanted.label.strip() or len(wanted.label.strip()) > LONGEST_LABEL:
        problems["label"] = f"Give it a name of at most {LONGEST_LABEL} characters."
    try:
        calls.ensure_may_call(wanted.url.strip())
    except BadAddress as why:
        problems["url"] = str(why)
    if not wanted.kinds:
        problems["kinds"] = "Choose at least one kind of alert."
    if wanted.team_id and session.scalar(
        select(Team.id).where(Team.id == wanted.team_id, in_their_teams(by, Team.id))
    ) is None:  # fmt: skip
        problems["team"] = "There is no such team; choose one of the list."
    if problems:
        raise BadWebhook(problems)


def _apply(program: OutgoingWebhook, wanted: Wanted) -> None:
    program.label, program.url = " ".join(clean(wanted.label).split()), wanted.url.strip()
    program.style, program.team_id = wanted.style, wanted.team_id
    program.kinds, program.is_on = [kind.value for kind in wanted.kinds], wanted.is_on
