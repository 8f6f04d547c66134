"""Watched figures equal those that somebody counts by hand from the raw rows, at every moment of a day at the shop."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from smsdesk.desk.count_open import Scope
from smsdesk.models import (
    Availability,
    Calendar,
    Conversation,
    Direction,
    Event,
    Message,
    Number,
)
from smsdesk.rules.watches import Figure, Found, WatchRule
from tests.cast import NINE, Customer, Person, Shop
from tests.desk.watching import found

HALF_HOUR = timedelta(minutes=30)
OTHER_NUMBER = "+14155550101"
RULES = [
    WatchRule(Figure.FIRST_REPLY, 480, 384, 90, HALF_HOUR),
    WatchRule(Figure.FIRST_REPLY, 60, 48, 50, timedelta(hours=2)),
    WatchRule(Figure.NEXT_REPLY, 300, 240, 99, HALF_HOUR),
    WatchRule(Figure.OLDEST_WAITING, 1200, 960),
    WatchRule(Figure.WAITING, 5, 4),
    WatchRule(Figure.UNASSIGNED, 120, 96),
    WatchRule(Figure.DELIVERY_FAILURES, 0.05, 0.04, None, HALF_HOUR),
]


@dataclass
class Raw:
    """The raw rows, as a stranger with a pencil would read them: texts, who had them, and nothing about clocks."""

    messages: list[Message]
    conversations: dict[UUID, Conversation]
    events: list[Event]

    @classmethod
    def of(cls, shop: Shop) -> Raw:
        return cls(
            shop.all(select(Message).order_by(Message.conversation_id, Message.seq)),
            {one.id: one for one in shop.all(select(Conversation))},
            shop.all(select(Event).order_by(Event.id)),
        )

    def waits(self, scope: Scope) -> Iterator[tuple[UUID, str, datetime, datetime | None, bool]]:
        """Conversation, kind, since when, until when (None: still), and whether it was answered."""
        for conversation in self.conversations.values():
            if scope.number_id not in {None, conversation.number_id} or scope.team_id not in {
                None,
                conversation.team_id,
            }:
                continue
            yield from self._waits_in(conversation.id)

    def _waits_in(self, conversation_id: UUID) -> Iterator[tuple[UUID, str, datetime, datetime | None, bool]]:
        texts = [(one.created_at, 0, one) for one in self.messages if one.conversation_id == conversation_id]
        ends = [
            (one.at, 1, None)
            for one in self.events
            if one.conversation_id == conversation_id and one.kind == "conversation.resolved"
        ]
        since, kind, helped = None, "", set()
        for at, _, text in sorted([*texts, *ends], key=lambda one: one[:2]):
            if text is None and since is not None:
                yield conversation_id, kind, since, at, False
                since = None
            elif text is not None and text.direction is Direction.IN and since is None:
                since, kind = at, "next_reply" if text.episode_id in helped else "first_reply"
            elif text is not None and since is not None and text.accepted_at and not text.failed_at:
                yield conversation_id, kind, since, text.accepted_at, True
                helped.add(text.episode_id)
                since = None
        if since is not None:
            yield conversation_id, kind, since, None, False

    def free_since(self, conversation_id: UUID, since: datetime) -> datetime | None:
        """None: somebody has it."""
        free: datetime | None = since
        for event in self.events:
            if event.conversation_id != conversation_id:
                continue
            if event.kind in {"conversation.taken", "conversation.routed", "conversation.passed_on"}:
                free = None
            elif event.kind in {"conversation.released", "conversation.handed_back", "conversation.resolved"}:
                free = max(since, event.at)
        return free


def by_hand(raw: Raw, rule: WatchRule, scope: Scope, now: datetime) -> Found:
    if rule.figure in {Figure.FIRST_REPLY, Figure.NEXT_REPLY}:
        return _replies(raw, rule, scope, now)
    if rule.figure is Figure.DELIVERY_FAILURES:
        return _failures(raw, rule, scope, now)
    since = [(there, began) for there, _, began, ended, _ in raw.waits(scope) if ended is None]
    if rule.figure is Figure.UNASSIGNED:
        free = [(there, raw.free_since(there, began)) for there, began in since]
        since = [(there, at) for there, at in free if at is not None]
    if rule.figure is Figure.WAITING:
        return Found(float(len(since)), len(since))
    longest = max(((now - began).total_seconds() for _, began in since), default=None)
    return Found(longest, len(since))


def _replies(raw: Raw, rule: WatchRule, scope: Scope, now: datetime) -> Found:
    seconds = []
    for _, kind, began, ended, answered in raw.waits(scope):
        waited = ((ended or now) - began).total_seconds()
        recent = ended is not None and ended > now - rule.window
        counts = recent and (answered or waited >= rule.limit) if ended else waited >= rule.limit
        if kind == rule.figure.value and counts:
            seconds.append(waited)
    seconds.sort()
    if not seconds:
        return Found(None, 0)
    at_least = -(-(rule.percentile or 0) * len(seconds) // 100)
    return Found(seconds[at_least - 1], len(seconds))


def _failures(raw: Raw, rule: WatchRule, scope: Scope, now: datetime) -> Found:
    ours = [
        text
        for text in raw.messages
        if text.direction is Direction.OUT
        and text.created_at > now - rule.window
        and (text.accepted_at or text.failed_at)
        and scope.number_id in {None, raw.conversations[text.conversation_id].number_id}
        and scope.team_id in {None, raw.conversations[text.conversation_id].team_id}
    ]
    failed = sum(text.failed_at is not None for text in ours)
    return Found(failed / len(ours), len(ours)) if ours else Found(None, 0)


@pytest.mark.parametrize("seed", range(3))
def test_every_figure_is_what_one_counts_by_hand(shop: Shop, maya: Person, ana: Person, seed: int) -> None:
    chance = random.Random(seed)
    other_team = shop.team("Sales")
    other = shop.number(OTHER_NUMBER, other_team)
    customers = [shop.customer(f"C{place}", f"+1415555{place:04}") for place in range(9)]
    scopes = [Scope(), Scope(number_id=other), Scope(team_id=shop.team_id)]

    for _ in range(60):
        shop.now.move(seconds=chance.randrange(1, 240))
        something_happens(chance, chance.choice(customers), chance.choice([maya, ana]))
        if chance.random() < 0.2:
            raw = Raw.of(shop)
            for rule in RULES:
                for scope in scopes:
                    measured = found(shop, rule, scope.number_id, scope.team_id)
                    assert measured == by_hand(raw, rule, scope, shop.now()), (rule, scope)


def something_happens(chance: random.Random, customer: Customer, person: Person) -> None:
    known = customer.shop.all(select(Message.id).where(Message.sender == customer.address))
    deed = chance.choice(["text", "text", "reply", "reply", "take", "release", "resolve"]) if known else "text"
    there = customer.conversation if known else None
    waits = there is not None and there.waiting_since is not None
    if deed == "text":
        customer.text("hello?", to=OTHER_NUMBER if int(customer.address[-1]) % 3 == 0 else "+14155550100")
    elif deed == "reply" and waits:
        sent = person.replies_to(customer, "Yes", seconds=0)
        if chance.random() < 0.2:
            customer.shop.fails(sent)
    elif deed == "take" and waits and there is not None:
        person.takes(customer, seen=there.assignee_id)
    elif deed == "release" and there is not None and there.assignee_id == person.id:
        person.releases(customer)
    elif deed == "resolve" and there is not None:
        person.resolves(customer)


def test_nobody_is_available_since_the_last_one_left(shop: Shop, maya: Person, ana: Person) -> None:
    rule = WatchRule(Figure.NOBODY_AVAILABLE, 60, 48)
    assert found(shop, rule) == Found(None, 0)

    shop.now.move(minutes=5)
    ana.becomes(Availability.BUSY)
    shop.now.move(minutes=5)
    maya.becomes(Availability.BUSY)
    shop.now.move(minutes=2)
    maya.becomes(Availability.AWAY)  # from busy: nobody left by that
    shop.now.move(minutes=1)

    assert found(shop, rule) == Found(180, 1)
    ana.becomes(Availability.AVAILABLE)
    assert found(shop, rule) == Found(None, 0)


def test_another_team_is_no_help(shop: Shop) -> None:
    shop.person("Otto", teams=[shop.team("Sales")])
    shop.person("Maya", availability=Availability.AWAY)
    shop.now.move(minutes=3)
    rule = WatchRule(Figure.NOBODY_AVAILABLE, 60, 48)

    assert found(shop, rule) == Found(None, 0)
    assert found(shop, rule, team_id=shop.team_id) == Found(180, 1)
    assert found(shop, rule, number_id=shop.number_id) == Found(180, 1)


def opens_nine_to_five(shop: Shop) -> None:
    def give(session: object) -> None:
        week = [[[9 * 60, 17 * 60]]] * 7
        calendar = Calendar(name="Shop hours", week=week, country=None, region=None, own_days=[], open_holidays=[],
                            created_at=shop.now(), updated_at=shop.now())  # fmt: skip
        session.add(calendar)  # type: ignore[attr-defined]
        session.flush()  # type: ignore[attr-defined]
        session.get_one(Number, shop.number_id).calendar_id = calendar.id  # type: ignore[attr-defined]

    shop.do(give)


def test_while_closed_nothing_is_found_and_a_night_is_no_wait(shop: Shop, maria: Customer, maya: Person) -> None:
    opens_nine_to_five(shop)
    always, while_open = (WatchRule(Figure.OLDEST_WAITING, 1200, 960, only_open=only) for only in (False, True))
    shop.now.at = NINE.replace(hour=16, minute=50)
    maria.text("Is it ready?")

    shop.now.at = NINE.replace(hour=20)
    assert found(shop, while_open) is None
    assert found(shop, always) == Found(3 * 3600 + 600, 1)

    shop.now.at = datetime(2026, 3, 3, 9, 5, tzinfo=UTC)
    assert found(shop, while_open) == Found(15 * 60, 1)
    maya.replies_to(maria, "Yes", seconds=0)
    first = WatchRule(Figure.FIRST_REPLY, 600, 480, 50, HALF_HOUR, only_open=True)
    assert found(shop, first) == Found(15 * 60, 1)
