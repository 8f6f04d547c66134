"""A customer: a person who owns one or more addresses."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smsdesk.models.base import Base, Identified, one_of
from smsdesk.rules.phone_numbers import SenderKind, shown
from smsdesk.rules.tombstones import SHOWN


class Customer(Identified, Base):
    __tablename__ = "customer"

    name: Mapped[str | None]
    time_zone: Mapped[str | None]  # where they are, if somebody knows better than their phone number
    segment: Mapped[str | None]  # what a policy may know them by, such as "vip"
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer.id"))  # the same person, known twice
    erased_at: Mapped[datetime | None]  # who they were is not known any more
    created_at: Mapped[datetime]

    addresses: Mapped[list[Address]] = relationship(
        back_populates="customer", order_by="Address.created_at", lazy="selectin", foreign_keys="Address.customer_id"
    )

    @property
    def called(self) -> str:
        """The name that screens show: theirs, or the number they text from."""
        if self.erased_at is not None:
            return SHOWN
        return self.name or (shown(self.addresses[0].value) if self.addresses else "Somebody")


class Address(Identified, Base):
    """What a text comes from, exactly as the carrier wrote it; that string alone is the identity."""

    __tablename__ = "address"

    value: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[SenderKind] = one_of(SenderKind)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customer.id"), index=True)
    first_customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer.id"))  # whom a merge took it from
    created_at: Mapped[datetime]

    customer: Mapped[Customer] = relationship(back_populates="addresses", lazy="raise", foreign_keys=[customer_id])
