"""What the stories of promises are told with: policies, hours, and what people do about them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.adapters.ids import new_id
from smsdesk.desk import acknowledge, apply_policies, arrange_policies, keep_hours, merge, need_no_reply, snooze
from smsdesk.desk.hand_over import pass_to_team
from smsdesk.desk.imagine import Draft
from smsdesk.desk.sort_out import prioritise, put_in_segment
from smsdesk.models import Address, Agent, Alert, Clock, Conversation, Number, Team
from smsdesk.models import Customer as CustomerRow
from smsdesk.models import Policy as StoredPolicy
from smsdesk.models.conversation import Priority
from smsdesk.rules.opening_hours import Span
from smsdesk.rules.policies import Conditions, Policy
from smsdesk.rules.terms import ClockKind, Rung, Whom
from tests.cast import Customer, Person, Shop

MINUTE = timedelta(minutes=1)
NINE_TO_SIX = (Span(9 * 60, 18 * 60),)


def promises(
    shop: Shop,
    by: Person,
    name: str,
    minutes: float,
    *,
    resolved_in: float | None = None,
    urgent: float | None = None,
    teams: frozenset[UUID] = frozenset(),
    segments: frozenset[str] = frozenset(),
    ladder: tuple[tuple[float, Whom], ...] = ((0, Whom.TEAM),),
    **other: Any,
) -> UUID:
    """A policy holds from now on, and clocks that run have followed. Lengths in minutes."""
    targets = {ClockKind.FIRST_REPLY: {"normal": minutes * MINUTE} | ({"urgent": urgent * MINUTE} if urgent else {})}
    if resolved_in is not None:
        targets[ClockKind.RESOLUTION] = {"normal": resolved_in * MINUTE}
    rungs = tuple(Rung(after * MINUTE, (whom,)) for after, whom in ladder)
    policy = Policy(
        id=new_id(),
        name=name,
        conditions=Conditions(teams=teams, segments=segments),
        targets=targets,
        ladder=rungs,
        **other,
    )
    shop.do(lambda session: arrange_policies.add(session, Draft(policy), session.get_one(Agent, by.id), shop.now()))
    clocks_follow(shop)
    return policy.id


def changes(shop: Shop, by: Person, policy_id: UUID, minutes: float) -> None:
    """Its first reply has another target."""

    def change(session: Session) -> None:
        row = session.get_one(StoredPolicy, policy_id)
        draft = Draft.of(row)
        targets = dict(draft.policy.targets) | {ClockKind.FIRST_REPLY: {"normal": minutes * MINUTE}}
        changed = Draft(replace(draft.policy, targets=targets))
        arrange_policies.change(session, row, changed, session.get_one(Agent, by.id), shop.now())

    shop.do(change)
    clocks_follow(shop)


def switches_off(shop: Shop, by: Person, policy_id: UUID) -> None:
    shop.do(
        lambda session: arrange_policies.switch(
            session, session.get_one(StoredPolicy, policy_id), False, session.get_one(Agent, by.id), shop.now()
        )
    )
    clocks_follow(shop)


def clocks_follow(shop: Shop) -> None:
    """What the reminder job does after a change."""
    while shop.do(lambda session: apply_policies.drain(session, shop.now())):
        pass


def opens(
    shop: Shop,
    by: Person,
    zone: str,
    *,
    days: range = range(7),
    closed: tuple[date, ...] = (),
    **spans: tuple[Span, ...],
) -> None:
    """From nine to six on these days of the week, or in `spans=`."""

    def open_by(session: Session) -> None:
        week = tuple(spans.get("spans", NINE_TO_SIX) if day in days else () for day in range(7))
        own_days = tuple(keep_hours.OwnDay(day, "Holiday") for day in closed)
        agent = session.get_one(Agent, by.id)
        calendar = keep_hours.add(session, keep_hours.Plan("Shop hours", week, own_days=own_days), agent, shop.now())
        keep_hours.open_by(session, session.get_one(Number, shop.number_id), calendar, zone, agent, shop.now())

    shop.do(open_by)
    clocks_follow(shop)


def does(who: Person, customer: Customer, deed: Callable[[Session, Conversation, Agent, datetime], object]) -> None:
    def do(session: Session, conversation: Conversation, me: Agent) -> None:
        deed(session, conversation, me, who.shop.now())

    who._does(customer, do)


def says_no_reply_needed(who: Person, customer: Customer) -> None:
    does(who, customer, need_no_reply.needs_no_reply)


def takes_that_back(who: Person, customer: Customer) -> None:
    does(who, customer, need_no_reply.needs_reply)


def snoozes(who: Person, customer: Customer, **length: float) -> None:
    until = who.shop.now() + timedelta(**length)
    does(who, customer, lambda session, conversation, me, now: snooze.snooze(session, conversation, until, me, now))


def raises_to(who: Person, customer: Customer, priority: Priority) -> None:
    does(who, customer, lambda session, conversation, me, now: prioritise(session, conversation, priority, me, now))


def is_known_as(who: Person, customer: Customer, segment: str) -> None:
    does(who, customer, lambda session, conversation, me, now: put_in_segment(session, _customer(session, conversation), segment, me, now))  # fmt: skip


def are_one(who: Person, customer: Customer, other: Customer) -> None:
    """`other` is the same person."""
    gone = other.conversation.customer_id
    does(who, customer, lambda session, conversation, me, now: merge.merge(session, _customer(session, conversation), session.get_one(CustomerRow, gone), me, now))  # fmt: skip


def are_two(who: Person, customer: Customer, other: Customer) -> None:
    def apart(session: Session, conversation: Conversation, me: Agent, now: datetime) -> None:
        came_with = session.scalars(select(Address.first_customer_id).where(Address.value == other.address)).one()
        assert came_with is not None
        merge.take_apart(session, _customer(session, conversation), came_with, me, now)

    does(who, customer, apart)


def _customer(session: Session, conversation: Conversation) -> CustomerRow:
    return session.get_one(CustomerRow, conversation.customer_id)


def passes_to(who: Person, customer: Customer, team: UUID) -> None:
    does(who, customer, lambda session, conversation, me, now: pass_to_team(session, conversation, session.get_one(Team, team), me, now))  # fmt: skip


def acknowledges(shop: Shop, who: Person, alert: Alert) -> None:
    shop.do(
        lambda session: acknowledge.acknowledge(
            session, session.get_one(Alert, alert.id), session.get_one(Agent, who.id), shop.now()
        )
    )


def resolution(shop: Shop) -> Clock:
    found: Clock = shop.all(select(Clock).where(Clock.kind == ClockKind.RESOLUTION))[0]
    return found


def spoken(shop: Shop) -> list[tuple[str, datetime]]:
    """Every alert that spoke for itself: its step and the moment that it was for."""
    return [(alert.step, alert.due_at) for alert in shop.alerts() if alert.overtaken_by_id is None]


def minutes_pass(shop: Shop, minutes: int) -> None:
    """And the clock is looked at in each of them."""
    for _ in range(minutes):
        shop.now.move(minutes=1)
        shop.looks_at_the_clock()
