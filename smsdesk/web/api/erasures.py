"""Erasures: a customer's words, name and number go for good. docs/decisions/0026 says what stands in for a password here."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from smsdesk.adapters import clock
from smsdesk.desk import erase, remove_at_carrier, see
from smsdesk.models.erasure import Erasure as StoredErasure
from smsdesk.models.erasure import ErasureState
from smsdesk.models.sign_in import TokenScope
from smsdesk.rules.phone_numbers import LONGEST_SENDER
from smsdesk.rules.roles import Action
from smsdesk.web.access import me, need, need_fresh_token, token
from smsdesk.web.api.contract import operation
from smsdesk.web.api.shapes import Asked, Moment, Told
from smsdesk.web.transaction import session

PATH = "/customers/<uuid:customer_id>/erasure"


class ToErase(Asked):
    """Who is meant, said a second time."""

    address: Annotated[
        str, Field(min_length=1, max_length=LONGEST_SENDER, pattern=r"^[^\u0000]*$", examples=["+14155550199"])
    ]
    """One of the customer's addresses, exactly as `get_customer` tells it: whoever has mixed up two ids erases nobody."""


class AtCarrier(Told):
    """The texts in the carrier's own records. They go there by themselves, too; one that is on its way can take days."""

    waiting: int
    removed: int
    kept: int
    """It refused these, or two weeks were not enough: its support can remove them."""
    codes: list[int] = Field(examples=[[20009]])
    """Its errors for those that it kept."""
    kept_sids: list[str] = Field(examples=[["SM00000000000000000000000000000001"]])
    """Its ids of those that it kept, ten at most."""


class Erasure(Told):
    """How far it is. It goes on by itself and ends, whatever is restarted meanwhile; `done` does not wait for the carrier."""

    customer_id: UUID
    state: ErasureState
    texts_emptied: int
    texts: int
    asked_at: Moment
    finished_at: Moment | None
    at_carrier: AtCarrier


@operation("GET", PATH, Erasure, scope=TokenScope.ADMIN)
def get_erasure(customer_id: UUID) -> Erasure:
    """How far a customer's erasure is; 404 where nobody asked for one. Asks for a manager."""
    need(Action.HANDLE_PERSONAL_DATA)
    found = erase.latest(session(), see.customer(session(), me(), customer_id).id)
    if found is None:
        raise see.NotThere
    return _told(found)


@operation("POST", PATH, Erasure, status=202, takes=ToErase, scope=TokenScope.ADMIN, conflicts=True)
def erase_customer(customer_id: UUID, body: ToErase) -> Erasure:
    """Erase a customer for good; it cannot be taken back. Twice is once. Asks for a manager, and for a token that was issued within the last day."""
    need(Action.HANDLE_PERSONAL_DATA)
    need_fresh_token(clock.now())
    customer = see.customer(session(), me(), customer_id)
    erase.ensure_meant(customer, body.address)
    return _told(erase.ask(session(), customer, me(), clock.now(), token=token().prefix))


def _told(erasure: StoredErasure) -> Erasure:
    there = remove_at_carrier.progress(session(), erasure.id)
    return Erasure(
        customer_id=erasure.customer_id,
        state=erasure.state,
        texts_emptied=erasure.done,
        texts=erasure.total,
        asked_at=erasure.asked_at,
        finished_at=erasure.finished_at,
        at_carrier=AtCarrier(
            waiting=there.waiting,
            removed=there.gone,
            kept=there.kept,
            codes=list(there.codes),
            kept_sids=list(there.sids),
        ),
    )
