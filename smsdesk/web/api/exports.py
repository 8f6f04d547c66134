"""Exports: everything that is held about one customer, in one file, for a week."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from pydantic import Field

from smsdesk.adapters import clock
from smsdesk.desk import see, take_along
from smsdesk.models.person_export import ExportState
from smsdesk.models.person_export import PersonExport as StoredExport
from smsdesk.models.sign_in import TokenScope
from smsdesk.rules.roles import Action
from smsdesk.web.access import me, need, token
from smsdesk.web.api.contract import operation
from smsdesk.web.api.paging import Order, Page, Paging, part
from smsdesk.web.api.shapes import Moment, Told
from smsdesk.web.export_files import file_of
from smsdesk.web.transaction import session

ORDER = Order("exports", (StoredExport.id,))
ADMIN = TokenScope.ADMIN
OF_CUSTOMER = "/customers/<uuid:customer_id>/exports"


class Export(Told):
    """A file in which a customer is taken along: a zip with everything.json, texts.csv and their pictures and files."""

    id: UUID
    customer_id: UUID
    state: ExportState
    """`waiting` and `running`: ask again in a few seconds; `done`: fetch it; `failed`: ask for a new one; `gone`: it is deleted."""
    texts_written: int
    texts: int
    size_bytes: int | None
    asked_at: Moment
    expires_at: Moment | None
    fetch: str | None = Field(examples=["/api/v1/exports/0199a3c8-5f6e-7b1c-8d2e-3f4a5b6c7d8e/fetched"])
    """Where it is to be had by POST with this token, until `expires_at`; each time is written down. null: not now."""


class Exports(Page):
    items: list[Export]


@operation("GET", OF_CUSTOMER, Exports, asks=Paging, scope=ADMIN)
def list_exports(customer_id: UUID, asked: Paging) -> Exports:
    """The files that were asked for of one customer, oldest first. Asks for a manager."""
    need(Action.HANDLE_PERSONAL_DATA)
    customer = see.customer(session(), me(), customer_id)
    theirs = take_along.seen_by(me()).where(StoredExport.customer_id == customer.id)
    rows, following = part(session(), theirs, ORDER, asked)
    return Exports(items=[_told(row) for row in rows], next_cursor=following)


@operation("POST", OF_CUSTOMER, Export, status=202, scope=ADMIN, conflicts=True)
def ask_for_export(customer_id: UUID) -> Export:
    """Have everything that is held about a customer written into one file. One that is being written is that one. Asks for a manager."""
    need(Action.HANDLE_PERSONAL_DATA)
    customer = see.customer(session(), me(), customer_id)
    return _told(take_along.ask(session(), customer, me(), clock.now(), token().prefix))


@operation("GET", "/exports/<uuid:export_id>", Export, scope=ADMIN)
def get_export(export_id: UUID) -> Export:
    """How far the file is, and where it is to be had. Asks for a manager."""
    need(Action.HANDLE_PERSONAL_DATA)
    return _told(take_along.export(session(), me(), export_id))


@operation("POST", "/exports/<uuid:export_id>/fetched", None, scope=ADMIN)
def fetch_export(export_id: UUID) -> Response:
    """The file itself; that it was fetched, and by whom, is written down. 404 before it is there and after its week. Asks for a manager."""
    need(Action.HANDLE_PERSONAL_DATA)
    return file_of(take_along.fetch(session(), export_id, me(), clock.now(), token().prefix))


def _told(export: StoredExport) -> Export:
    is_there = take_along.is_there(export, clock.now())
    return Export(
        id=export.id,
        customer_id=export.customer_id,
        state=ExportState.GONE if export.state is ExportState.DONE and not is_there else export.state,
        texts_written=export.done,
        texts=export.total,
        size_bytes=export.size,
        asked_at=export.asked_at,
        expires_at=export.expires_at,
        fetch=f"/api/v1/exports/{export.id}/fetched" if is_there else None,
    )
