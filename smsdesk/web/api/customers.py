"""Customers: the people who text, as far as your teams know them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from smsdesk.adapters import clock
from smsdesk.desk import merge, see
from smsdesk.desk.amend import rename_customer
from smsdesk.desk.sort_out import put_in_segment
from smsdesk.models.customer import Address as StoredAddress
from smsdesk.models.customer import Customer as StoredCustomer
from smsdesk.rules.phone_numbers import LONGEST_SENDER, SenderKind
from smsdesk.rules.roles import Action
from smsdesk.web.access import me, need
from smsdesk.web.api.contract import operation
from smsdesk.web.api.paging import Order, Page, Paging, part
from smsdesk.web.api.shapes import Asked, Moment, OneLine, Told
from smsdesk.web.transaction import session

ORDER = Order("customers", (StoredCustomer.id,))


class Address(Told):
    """What their texts come from, exactly as the carrier writes it."""

    value: str = Field(examples=["+14155550199"])
    kind: SenderKind
    came_with: UUID | None
    """Whom it belonged to before that customer was merged into this one."""


class Customer(Told):
    """A person who texted one of your teams' numbers."""

    id: UUID
    name: str | None
    segment: str | None
    addresses: list[Address]
    created_at: Moment
    erased_at: Moment | None
    """Since then nothing of theirs is left to read."""


class Customers(Page):
    items: list[Customer]


class CustomersAsked(Paging):
    address: Annotated[str, Field(min_length=1, max_length=LONGEST_SENDER, pattern=r"^[^\u0000]*$")] | None = None
    """Only the customer with this address, such as `+14155550199` (write the plus as %2B)."""


class CustomerChange(Asked):
    name: OneLine | None = None
    """null: they are shown by their number; left out: as it is."""
    segment: OneLine | None = None
    """The kind of customer that a policy may know them by, such as `vip`; null: none; left out: as it is."""


class Somebody(Asked):
    customer_id: UUID


@operation("GET", "/customers", Customers, asks=CustomersAsked)
def list_customers(asked: CustomersAsked) -> Customers:
    """Customers who have a conversation with one of your teams, oldest first."""
    rows = see.customers(me())
    if asked.address is not None:
        rows = rows.where(StoredCustomer.addresses.any(StoredAddress.value == asked.address))
    found, following = part(session(), rows, ORDER, asked)
    return Customers(items=[customer_of(customer) for customer in found], next_cursor=following)


@operation("GET", "/customers/<uuid:customer_id>", Customer)
def get_customer(customer_id: UUID) -> Customer:
    """One customer."""
    return customer_of(_seen(customer_id))


@operation("PATCH", "/customers/<uuid:customer_id>", Customer, takes=CustomerChange)
def change_customer(customer_id: UUID, body: CustomerChange) -> Customer:
    """Call a customer by their name, or say what kind of customer they are."""
    need(Action.NOTE)
    customer = _seen(customer_id)
    if "name" in body.model_fields_set:
        rename_customer(session(), customer, body.name, me(), clock.now())
    if "segment" in body.model_fields_set:
        put_in_segment(session(), customer, body.segment, me(), clock.now())
    return customer_of(customer)


@operation("POST", "/customers/<uuid:customer_id>/merge", Customer, takes=Somebody, conflicts=True)
def merge_customer(customer_id: UUID, body: Somebody) -> Customer:
    """The other is the same person: their phones belong to this customer from now on. Every conversation stays as it is."""
    need(Action.RESOLVE)
    kept = _seen(customer_id)
    merge.merge(session(), kept, _seen(body.customer_id), me(), clock.now())
    return customer_of(kept)


@operation("POST", "/customers/<uuid:customer_id>/take-apart", Customer, takes=Somebody, conflicts=True)
def take_customer_apart(customer_id: UUID, body: Somebody) -> Customer:
    """They are two after all: the phones that came with the other (see `came_with`) are theirs again. Answers with the other."""
    need(Action.RESOLVE)
    return customer_of(merge.take_apart(session(), _seen(customer_id), body.customer_id, me(), clock.now()))


def customer_of(customer: StoredCustomer) -> Customer:
    return Customer(
        id=customer.id,
        name=customer.name,
        segment=customer.segment,
        addresses=[
            Address(value=address.value, kind=address.kind, came_with=address.first_customer_id)
            for address in customer.addresses
        ],
        created_at=customer.created_at,
        erased_at=customer.erased_at,
    )


def _seen(customer_id: UUID) -> StoredCustomer:
    return see.customer(session(), me(), customer_id)
