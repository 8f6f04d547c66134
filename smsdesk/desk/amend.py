"""Putting names and places right: a customer's name, a number's label, the team that a number belongs to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.adapters.promises import announce
from smsdesk.desk.promise_book import publish
from smsdesk.desk.recognise import ensure_not_erased
from smsdesk.desk.record import record
from smsdesk.models.agent import Agent
from smsdesk.models.conversation import Conversation
from smsdesk.models.customer import Customer
from smsdesk.models.number import Number
from smsdesk.models.team import Team


def rename_customer(session: Session, customer: Customer, name: str | None, by: Agent, now: datetime) -> None:
    """Call a customer by another name, or by their number where it is None. Raises WasErased."""
    name = name.strip() if name else None
    if customer.name == name:
        return
    session.scalar(select(Customer.id).where(Customer.id == customer.id).with_for_update())
    ensure_not_erased(session, customer.id)
    customer.name = name
    record(session, "customer.renamed", now, actor_id=by.id, subject_id=customer.id)
    theirs = select(Conversation.id, Conversation.team_id).where(Conversation.customer_id == customer.id)
    for conversation_id, team_id in session.execute(theirs):
        announce(session, "conversation", conversation_id, team_id=team_id)


def relabel_number(session: Session, number: Number, label: str, by: Agent, now: datetime) -> None:
    """Show a number under another label."""
    label = label.strip()
    if number.label == label:
        return
    number.label = label
    record(session, "number.relabelled", now, team_id=number.team_id, actor_id=by.id, subject_id=number.id)
    announce(session, "queue", None, team_id=number.team_id)


def move_number(session: Session, number: Number, team: Team, by: Agent, now: datetime) -> None:
    """Give a number to another team. Conversations that exist stay where they are; new ones begin in the new team."""
    before = number.team_id
    if before == team.id:
        return
    number.team_id = team.id
    publish(session, now)
    for team_id in (before, team.id):
        record(session, "number.moved", now, team_id=team_id, actor_id=by.id, subject_id=number.id)
        announce(session, "queue", None, team_id=team_id)
