"""The same person, known twice: two customers become one, and can be taken apart again.

A conversation belongs to one phone and one number, before and after. No text, clock or answer moves, so nobody who waits on one
phone is hidden behind an answer that went to the other; what they share is a name, a kind, and what is promised to that kind.
See docs/decisions/0023-one-person-two-phones.md.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from smsdesk.desk import sort_out
from smsdesk.desk.record import record
from smsdesk.models.agent import Agent
from smsdesk.models.conversation import Conversation
from smsdesk.models.customer import Address, Customer


class NotTwo(ValueError):
    """There are no two customers to merge, or none to take apart. Its text can be shown to whoever asked."""


def merge(session: Session, kept: Customer, gone: Customer, by: Agent, now: datetime) -> None:
    """`gone` is `kept` from now on. Raises NotTwo."""
    _hold(session, kept, gone)
    if kept.id == gone.id:
        raise NotTwo("That is the same customer already.")
    if kept.erased_at or gone.erased_at:
        raise NotTwo("One of them was erased: who they were is not known any more.")
    if kept.merged_into_id or gone.merged_into_id:
        raise NotTwo("One of them was merged into somebody else meanwhile. Look again.")
    came = session.scalars(select(Address).where(Address.customer_id == gone.id)).all()
    for address in came:
        address.customer_id, address.first_customer_id = kept.id, address.first_customer_id or gone.id
    gone.merged_into_id = kept.id
    kept.name, kept.segment = kept.name or gone.name, kept.segment or gone.segment
    _move(session, [address.id for address in came], kept)
    record(session, "customer.merged", now, actor_id=by.id, subject_id=kept.id, gone=gone.id.hex)
    sort_out.follow_customer(session, kept, now)


def take_apart(session: Session, kept: Customer, other_id: UUID, by: Agent, now: datetime) -> Customer:
    """The phones that came with somebody who was merged in are theirs again. Returns that customer; raises NotTwo."""
    other = session.get(Customer, other_id)
    if other is None:
        raise NotTwo("That customer was never merged into this one.")
    _hold(session, kept, other)
    if kept.erased_at:
        raise NotTwo("They were erased: who they were is not known any more.")
    theirs = select(Address).where(Address.customer_id == kept.id, Address.first_customer_id == other.id)
    came = session.scalars(theirs).all()
    if not came:
        raise NotTwo("They are two customers already.")
    for address in came:
        address.customer_id, address.first_customer_id = other.id, None
    other.merged_into_id = None
    _move(session, [address.id for address in came], other)
    record(session, "customer.taken_apart", now, actor_id=by.id, subject_id=kept.id, other=other.id.hex)
    sort_out.follow_customer(session, kept, now)
    sort_out.follow_customer(session, other, now)
    return other


def _hold(session: Session, *customers: Customer) -> None:
    """In one order for everybody, and as they are now."""
    ids = sorted(customer.id for customer in customers)
    held = select(Customer).where(Customer.id.in_(ids)).order_by(Customer.id).with_for_update()
    session.scalars(held.execution_options(populate_existing=True)).all()


def _move(session: Session, address_ids: list[UUID], to: Customer) -> None:
    session.flush()
    session.execute(
        update(Conversation).where(Conversation.address_id.in_(address_ids)).values(customer_id=to.id),
        execution_options={"synchronize_session": False},
    )
    session.expire_all()
