"""A customer who texts from two phones becomes one person, and two again, from their card."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from smsdesk.adapters import clock
from smsdesk.desk import merge, see
from smsdesk.models.agent import Agent
from smsdesk.models.customer import Address, Customer
from smsdesk.rules.phone_numbers import region_of, shown, typed_number
from smsdesk.web.access import me
from smsdesk.web.agent.conversations import theirs
from smsdesk.web.agent.surroundings import done
from smsdesk.web.transaction import session

same_person = Blueprint("same_person", __name__)


@same_person.post("/conversations/<uuid:conversation_id>/same-person")
def say(conversation_id: UUID) -> Response:
    """`phone`: where else they text from, as anybody would write it down."""
    conversation = theirs(conversation_id)
    phone = typed_number(request.form.get("phone", ""), region_of(conversation.number.address) or "US")
    merge.merge(session(), conversation.customer, _who_texts_from(session(), me(), phone), me(), clock.now())
    return done(f"/conversations/{conversation_id}")


@same_person.post("/conversations/<uuid:conversation_id>/other-person/<uuid:customer_id>")
def take_back(conversation_id: UUID, customer_id: UUID) -> Response:
    merge.take_apart(session(), theirs(conversation_id).customer, customer_id, me(), clock.now())
    return done(f"/conversations/{conversation_id}")


def _who_texts_from(database: Session, person: Agent, phone: str) -> Customer:
    """Whether somebody else's team knows that phone is not said."""
    known = database.scalars(see.customers(person).where(Customer.addresses.any(Address.value == phone))).one_or_none()
    if known is None:
        raise merge.NotTwo(f"Nobody has texted you from {shown(phone)}. Look at the number again.")
    return known
