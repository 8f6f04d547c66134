"""A trial of a policy on the past: its counts are those that anybody gets who goes through the history by hand."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from smsdesk.desk import try_policy
from smsdesk.desk.imagine import Draft, columns
from smsdesk.desk.promise_book import publish
from smsdesk.models import Agent, Conversation, PolicyTrial, Priority, TrialState
from smsdesk.models import Customer as CustomerRow
from smsdesk.models import Policy as StoredPolicy
from smsdesk.rules.policies import Conditions, Policy
from smsdesk.rules.terms import ClockKind, Rung, Whom
from tests.cast import Customer, Person, Shop

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
FIRST, NEXT, RESOLUTION = ClockKind.FIRST_REPLY, ClockKind.NEXT_REPLY, ClockKind.RESOLUTION
LADDER = (Rung(timedelta(0), (Whom.ASSIGNEE,)), Rung(5 * MINUTE, (Whom.TEAM, Whom.MANAGER)))


VIP_FIRST = {FIRST: {"normal": 2, "urgent": 1}, NEXT: {"normal": 5}}
EVERYBODY = {FIRST: {"normal": 10}, RESOLUTION: {"normal": 20}}


@dataclass
class Waited:
    """One wait as the test made it: `visit` is the episode that it belonged to, `who` had it at the end."""

    visit: int
    kind: ClockKind
    since: datetime
    until: datetime
    ending: str
    who: str
    tags: tuple[str, ...]
    priority: str
    segment: str | None


def policy(name: str, minutes: dict[ClockKind, dict[str, int]], **conditions: frozenset[Any]) -> Policy:
    targets = {kind: {who: MINUTE * target for who, target in said.items()} for kind, said in minutes.items()}
    return Policy(uuid4(), name, Conditions(**conditions), targets, ladder=LADDER)


def keep_policies(shop: Shop, *policies: Policy) -> None:
    def write(session: Session) -> None:
        for place, one in enumerate(policies):
            row = StoredPolicy(id=one.id, position=place, created_at=shop.now(), updated_at=shop.now())
            for name, value in columns(Draft(one).as_json()).items():
                setattr(row, name, value)
            session.add(row)
        publish(session, shop.now())

    shop.do(write)


def tried(shop: Shop, sam: Person, draft: Draft, days: int = 60, batch: int = 5) -> PolicyTrial:
    """Asked, and worked off in small batches, each by somebody who takes it up anew."""
    trial_id = shop.do(lambda s: try_policy.ask(s, draft, days, s.get_one(Agent, sam.id), shop.now()).id)
    while works(shop, batch):
        pass
    return shop.read(lambda s: try_policy.see_trial(s, trial_id))


def works(shop: Shop, batch: int) -> bool:
    """A batch of whatever trial waits; False where none does."""
    work = shop.do(lambda session: try_policy.claim(session, shop.now()))
    if work is None:
        return False
    shop.read(lambda session: try_policy.go_on(session, work, shop.now(), batch))
    assert shop.do(lambda session: try_policy.keep(session, work, shop.now()))
    if not work.is_done:
        shop.do(lambda session: try_policy.put_down(session, work))
    return True


@pytest.fixture
def history(shop: Shop, maya: Person, ana: Person) -> list[Waited]:
    """A month at the shop: who waited how long, how it ended, and what a policy may know them by."""
    chance, found, begins = random.Random(7), list[Waited](), shop.now.at
    for place in chance.sample(range(16), 16):  # rows are not written in the order in which people waited
        shop.now.at = begins + timedelta(days=2 * place, hours=chance.randrange(8))
        people = (maya, ana) if place % 2 == 0 else (ana, maya)
        found += _visit(shop, chance, place, shop.customer(f"C{place}", f"+1415555{1000 + place}"), people)
    shop.now.at = begins + timedelta(days=41)
    still = [wait for wait in found if wait.ending == "leave"]
    for wait in still:
        wait.until = shop.now.at
    return found


def _visit(
    shop: Shop, chance: random.Random, visit: int, customer: Customer, people: tuple[Person, Person]
) -> list[Waited]:
    """The first one keeps the conversation; the other one answers what comes next."""
    found = list[Waited]()
    tags, priority = chance.choice([(), ("vip",), ("vip", "repair")]), chance.choice(list(Priority))
    segment = chance.choice([None, "gold"])
    for turn in range(chance.randrange(1, 3)):
        since, ending = shop.now.at, chance.choice(["answer", "answer", "answer", "resolve", "leave"])
        customer.text("hello?")
        if not turn:
            _describe(shop, customer, tags, priority, segment)
        shop.now.move(seconds=chance.choice([30, 60, 61, 119, 120, 121, 299, 301, 600, 700, 1500]))
        # Resolving takes a conversation from everybody; an answer gives it to its author
        who = people[turn].name if ending == "answer" else people[0].name if ending == "leave" and turn else ""
        if ending == "answer":
            people[turn].replies_to(customer, "yes", minutes=0)
        elif ending == "resolve":
            people[0].resolves(customer)
        found.append(Waited(visit, NEXT if turn else FIRST, since, shop.now.at, ending, who, tags, priority, segment))
        if ending != "answer":
            break
        shop.now.move(minutes=3)
    return found


def _describe(shop: Shop, customer: Customer, tags: tuple[str, ...], priority: str, segment: str | None) -> None:
    conversation = customer.conversation
    plain = not tags and priority == "normal" and segment is None
    traits = {"tags": list(tags), "priority": priority, "is_plain": plain}
    one, theirs = Conversation.id == conversation.id, CustomerRow.id == conversation.customer_id
    shop.do(lambda session: session.execute(update(Conversation).where(one).values(traits)))
    shop.do(lambda session: session.execute(update(CustomerRow).where(theirs).values(segment=segment)))


def by_hand(history: list[Waited], minutes: Callable[[Waited, ClockKind], int | None]) -> dict[str, Any]:
    """Every wait and every episode looked at by itself, with nothing but sums."""
    figures: dict[str, Any] = {"promises": Counter(), "late": Counter(), "steps": Counter(), "told": Counter()}
    for wait in history:
        _look_at(figures, wait, wait.kind, minutes(wait, wait.kind) or 10, [wait], wait.ending == "answer")
    for visit in {wait.visit for wait in history}:
        waits = [wait for wait in history if wait.visit == visit]
        target = minutes(waits[0], RESOLUTION)
        if target is not None:
            _look_at(figures, waits[-1], RESOLUTION, target, waits, waits[-1].ending == "resolve")
    return figures


def _look_at(
    figures: dict[str, Any], last: Waited, kind: ClockKind, minutes: int, waits: list[Waited], kept: bool
) -> None:
    waited = sum(((wait.until - wait.since) for wait in waits), timedelta(0))
    target = MINUTE * minutes
    too_late = waited >= target + SECOND
    figures["promises"][kind.value] += kept or too_late
    figures["late"][kind.value] += too_late
    moments = {"warn_50": target / 2, "warn_80": target * 0.8, "breach": target, "rung_1": target + 5 * MINUTE}
    who = last.who if len(waits) == 1 else ("Maya", "Ana")[last.visit % 2] if last.ending == "resolve" else ""
    for step, moment in moments.items():
        if waited > moment:
            figures["steps"][step] += 1
            for person in _told(step, who):
                figures["told"][person] += 1


def _told(step: str, who: str) -> set[str]:
    if step == "rung_1":
        return {"Maya", "Ana", "Sam"}
    return {who} if who else {"Maya", "Ana"}


def only_replies(minutes: int) -> Callable[[Waited, ClockKind], int | None]:
    return lambda _, kind: None if kind is RESOLUTION else minutes


def today(wait: Waited, kind: ClockKind) -> int | None:
    if "vip" in wait.tags and kind is not RESOLUTION:
        return {"urgent": 1}.get(wait.priority, 2) if kind is FIRST else 5
    return None if "vip" in wait.tags else {RESOLUTION: 20}.get(kind, 10)


def assert_same(side: dict[str, Any], expected: dict[str, Any]) -> None:
    steps = expected["steps"]
    assert side["promises"] == dict(+expected["promises"])
    assert side["late"] == dict(+expected["late"])
    assert side["warnings"] == steps["warn_50"] + steps["warn_80"]
    assert side["breaches"] == steps["breach"]
    assert side["rungs"] == ({"1": steps["rung_1"]} if steps["rung_1"] else {})


def test_a_trial_counts_what_anybody_counts_by_hand(shop: Shop, history: list[Waited], sam: Person) -> None:
    vips, others = policy("VIPs", VIP_FIRST, tags=frozenset({"vip"})), policy("Everybody", EVERYBODY)
    keep_policies(shop, vips, others)
    stricter = replace(others, targets={FIRST: {"normal": 2 * MINUTE}, NEXT: {"normal": MINUTE}})

    trial = tried(shop, sam, Draft(stricter))

    def candidate(wait: Waited, kind: ClockKind) -> int | None:
        return today(wait, kind) if "vip" in wait.tags else {FIRST: 2, NEXT: 1}.get(kind)

    assert trial.state is TrialState.DONE
    assert trial.result
    assert trial.done == trial.total > len(history)  # the episodes as well
    assert_same(trial.result["today"], by_hand(history, today))
    assert_same(trial.result["candidate"], by_hand(history, candidate))
    assert trial.result["candidate"]["late"] != trial.result["today"]["late"]


def test_everybody_has_the_alerts_that_they_would_have_had(shop: Shop, history: list[Waited], sam: Person) -> None:
    trial = tried(shop, sam, Draft(policy("Everybody", {FIRST: {"normal": 2}})))

    assert trial.result
    told, names = trial.result["candidate"]["people"], trial.result["names"]
    assert {names[id]: count for id, count in told.items()} == by_hand(history, only_replies(2))["told"]
    # Without a policy the manager hears of a breach as well, but of no ladder
    assert names.keys() == trial.result["today"]["people"].keys()
    assert trial.result["today"]["rungs"] == {}


def test_what_began_before_the_window_or_belongs_to_another_number_is_left_out(
    shop: Shop, history: list[Waited], sam: Person
) -> None:
    since = shop.now.at - timedelta(days=14)
    lately = [wait for wait in history if wait.since >= since]
    elsewhere = shop.number("+14155550177")

    trial = tried(
        shop, sam, Draft(policy("Here", {FIRST: {"normal": 1}}, numbers=frozenset({shop.number_id}))), days=14
    )
    other = tried(shop, sam, Draft(policy("There", {FIRST: {"normal": 1}}, numbers=frozenset({elsewhere}))), days=14)

    assert trial.result
    assert other.result
    assert 0 < trial.done == len(lately) < len(history)
    assert_same(trial.result["candidate"], by_hand(lately, only_replies(1)))
    assert other.result["candidate"] == other.result["today"] == trial.result["today"]


def test_a_trial_says_nothing_of_what_is_switched_off(shop: Shop, history: list[Waited], sam: Person) -> None:
    keep_policies(shop, strict := policy("Everybody", {FIRST: {"normal": 1}}))

    trial = tried(shop, sam, Draft(strict, is_on=False))

    assert trial.result
    assert_same(trial.result["today"], by_hand(history, only_replies(1)))
    assert trial.result["candidate"]["late"] == by_hand(history, only_replies(10))["late"]
    assert trial.result["candidate"]["rungs"] == {}


def test_what_a_policy_knows_customers_by_decides_in_a_trial(shop: Shop, history: list[Waited], sam: Person) -> None:
    gold = policy("Gold", {FIRST: {"normal": 1}}, segments=frozenset({"gold"}), priorities=frozenset({"high", "low"}))

    trial = tried(shop, sam, Draft(gold))

    def candidate(wait: Waited, kind: ClockKind) -> int | None:
        is_meant = wait.segment == "gold" and wait.priority in {"high", "low"}
        return None if kind is RESOLUTION else 1 if is_meant else 10

    assert trial.result
    assert trial.result["candidate"]["late"] == dict(by_hand(history, candidate)["late"])
    assert trial.result["candidate"]["late"] != trial.result["today"]["late"]


def test_whoever_takes_a_trial_up_that_another_left_counts_no_wait_twice(
    shop: Shop, history: list[Waited], sam: Person
) -> None:
    draft = Draft(policy("Everybody", {FIRST: {"normal": 2}}))
    whole = tried(shop, sam, draft)
    trial_id = shop.do(lambda s: try_policy.ask(s, draft, 60, s.get_one(Agent, sam.id), shop.now()).id)
    gone = shop.do(lambda session: try_policy.claim(session, shop.now()))
    assert gone
    for batch in (7, 7, 5):
        shop.read(lambda session: try_policy.go_on(session, gone, shop.now(), batch))  # noqa: B023
        shop.do(lambda session: try_policy.keep(session, gone, shop.now()))

    assert shop.do(lambda session: try_policy.claim(session, shop.now())) is None  # somebody has it
    shop.now.move(seconds=61)
    other = shop.do(lambda session: try_policy.claim(session, shop.now()))
    assert other
    # It was not dead, but slow
    shop.read(lambda session: try_policy.go_on(session, gone, shop.now(), 5))
    assert not shop.do(lambda session: try_policy.keep(session, gone, shop.now()))
    shop.do(lambda session: try_policy.put_down(session, other))
    while works(shop, 5):
        pass

    trial = shop.read(lambda session: try_policy.see_trial(session, trial_id))
    assert trial.result
    assert whole.result
    assert trial.result["candidate"]["promises"] == whole.result["candidate"]["promises"]
    assert trial.done == len(history)


def test_a_trial_begins_anew_when_what_is_promised_today_changes_meanwhile(
    shop: Shop, history: list[Waited], sam: Person
) -> None:
    draft = Draft(policy("Everybody", {FIRST: {"normal": 2}}))
    trial_id = shop.do(lambda s: try_policy.ask(s, draft, 60, s.get_one(Agent, sam.id), shop.now()).id)
    assert works(shop, 5)
    assert works(shop, 5)

    keep_policies(shop, policy("VIPs", {FIRST: {"normal": 1}}, tags=frozenset({"vip"})))
    while works(shop, 5):
        pass

    trial = shop.read(lambda session: try_policy.see_trial(session, trial_id))
    assert trial.result
    assert trial.done == len(history)
    assert (
        trial.result["today"]["late"]
        == by_hand(history, lambda w, k: only_replies(1 if "vip" in w.tags else 10)(w, k))["late"]
    )


def test_a_trial_that_everybody_dies_of_is_given_up(shop: Shop, history: list[Waited], sam: Person) -> None:
    draft = Draft(policy("Everybody", {FIRST: {"normal": 2}}))
    trial_id = shop.do(lambda s: try_policy.ask(s, draft, 60, s.get_one(Agent, sam.id), shop.now()).id)

    for _ in range(try_policy.MOST_BEGUN):
        assert shop.do(lambda session: try_policy.claim(session, shop.now()))
        shop.now.move(seconds=61)

    assert shop.do(lambda session: try_policy.claim(session, shop.now())) is None
    assert shop.read(lambda s: try_policy.see_trial(s, trial_id)).state is TrialState.FAILED
