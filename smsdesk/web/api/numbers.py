"""Numbers: what the business publishes, and the reply time that each one promises."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from smsdesk.adapters import clock
from smsdesk.desk import amend, let_fade, promise, see, set_up
from smsdesk.desk.let_fade import MOST_DAYS
from smsdesk.models.agent import Agent
from smsdesk.models.number import Number as StoredNumber
from smsdesk.models.sign_in import TokenScope
from smsdesk.rules.roles import Action
from smsdesk.web.access import NotAllowed, me, need, token
from smsdesk.web.api.contract import operation
from smsdesk.web.api.paging import Order, Page, Paging, part
from smsdesk.web.api.shapes import Asked, Moment, OneLine, Told
from smsdesk.web.api.teams import seen_team
from smsdesk.web.transaction import session

ORDER = Order("numbers", (StoredNumber.id,))
SHORTEST, LONGEST = (round(x.total_seconds()) for x in (set_up.SHORTEST_TARGET, set_up.LONGEST_TARGET))
Seconds = Annotated[int, Field(ge=SHORTEST, le=LONGEST, examples=[600])]


class Number(Told):
    """A number that customers text."""

    id: UUID
    address: str = Field(examples=["+14155550100"])
    label: str
    team: UUID
    team_name: str
    target_seconds: int = Field(examples=[600])
    """A text is answered within this time: that is the promise."""
    time_zone: str
    keeps_texts_days: int = Field(examples=[365])
    """Words and pictures of texts go after so many days; 0: they stay."""
    created_at: Moment


class Numbers(Page):
    items: list[Number]


class NewNumber(Asked):
    address: Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$", examples=["+14155550100"])]
    """E.164, as the carrier writes it."""
    label: OneLine
    team_id: UUID
    target_seconds: Seconds


class NumberChange(Asked):
    """Whatever is left out stays as it is."""

    label: OneLine | None = None
    team_id: UUID | None = None
    """Its new conversations begin there; those that exist stay where they are."""
    target_seconds: Seconds | None = None
    """Clocks that run are reckoned anew."""
    keeps_texts_days: Annotated[int, Field(ge=0, le=MOST_DAYS, examples=[365])] | None = None
    """After so many days the words and pictures of texts go for good, older ones within the hour; 0: they stay."""


@operation("GET", "/numbers", Numbers, asks=Paging)
def list_numbers(asked: Paging) -> Numbers:
    """The numbers of your teams, oldest first."""
    found, following = part(session(), _seen_by(me()), ORDER, asked)
    return Numbers(items=[number_of(number) for number in found], next_cursor=following)


@operation("GET", "/numbers/<uuid:number_id>", Number)
def get_number(number_id: UUID) -> Number:
    """One number."""
    return number_of(_seen(number_id))


@operation("POST", "/numbers", Number, status=201, takes=NewNumber, scope=TokenScope.ADMIN, conflicts=True)
def add_number(body: NewNumber) -> Number:
    """Add a number. Asks for an admin."""
    need(Action.MANAGE_NUMBERS)
    team = seen_team(session(), me(), body.team_id)
    target = timedelta(seconds=body.target_seconds)
    added = set_up.add_number(session(), body.address, team.name, body.label, target, clock.now())
    return number_of(_seen(added.id))


@operation("PATCH", "/numbers/<uuid:number_id>", Number, takes=NumberChange)
def change_number(number_id: UUID, body: NumberChange) -> Number:
    """Change the promise (asks for a manager), how long texts are kept (for a manager and an admin token), or the label and the team (for an admin and an admin token)."""
    number, now = _seen(number_id), clock.now()
    if body.label is not None or body.team_id is not None:
        need(Action.MANAGE_NUMBERS)
    if body.keeps_texts_days is not None:
        need(Action.HANDLE_PERSONAL_DATA)
    if {name for name, value in body if value is not None} - {"target_seconds"} and not _is_for_administration():
        raise NotAllowed
    if body.target_seconds is not None:
        need(Action.CHANGE_TARGET)
        promise.change_target(session(), number, timedelta(seconds=body.target_seconds), me().id, now)
    _change_place(number, body, now)
    session().flush()
    return number_of(_seen(number_id))


def number_of(number: StoredNumber) -> Number:
    return Number(
        id=number.id,
        address=number.address,
        label=number.label,
        team=number.team_id,
        team_name=number.team.name,
        target_seconds=round(number.target.total_seconds()),
        time_zone=number.time_zone,
        keeps_texts_days=number.keeps_texts_days,
        created_at=number.created_at,
    )


def _change_place(number: StoredNumber, body: NumberChange, now: datetime) -> None:
    if body.label is not None:
        amend.relabel_number(session(), number, body.label, me(), now)
    if body.team_id is not None:
        amend.move_number(session(), number, seen_team(session(), me(), body.team_id), me(), now)
    if body.keeps_texts_days is not None:
        let_fade.keep_texts_for(session(), number, body.keeps_texts_days, me(), now)


def _is_for_administration() -> bool:
    return token().scope is TokenScope.ADMIN


def _seen(number_id: UUID) -> StoredNumber:
    wanted = _seen_by(me()).where(StoredNumber.id == number_id).execution_options(populate_existing=True)
    found = session().scalars(wanted).one_or_none()
    if found is None:
        raise see.NotThere
    return found


def _seen_by(agent: Agent) -> Select[StoredNumber]:
    return (
        select(StoredNumber)
        .where(see.in_their_teams(agent, StoredNumber.team_id))
        .options(joinedload(StoredNumber.team, innerjoin=True))
    )
