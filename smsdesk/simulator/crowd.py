"""A crowd of believable customers: asked for the next text it says who texts what, and it reacts to the answers that it gets.

Nothing here waits or looks at a clock. With the same seed, the same moments and the same answers, it says the same.
"""

from __future__ import annotations

import heapq
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from smsdesk.simulator.personas import KEYWORDS, PERSONAS, START, STOP, TAPBACKS, Persona

# 555-0100 to 555-0199 is kept for fiction in every one of these areas
AREAS = ("202", "206", "212", "213", "215", "216", "303", "305", "312", "313", "404", "408", "414", "415", "503", "504", "512",
         "602", "612", "615", "617", "619", "702", "713", "716", "801", "808", "816", "901", "907")  # fmt: skip
IN_A_ROW = timedelta(seconds=2)
THINKING = timedelta(seconds=4), timedelta(seconds=25)  # before somebody reacts to an answer
MOST_REMINDERS = 3
EVER_SINCE = datetime.min.replace(tzinfo=UTC)
COMES_BACK = timedelta(minutes=10)  # at the earliest, after their last word
LONGEST_QUOTE = 60
TAPBACK = re.compile(r"(Liked|Loved|Emphasized) “")
PICTURE = re.compile(r"\s*\{(\w+\.jpg)\}$")
ASKS_FOR_A_PICTURE = re.compile(r"photo|picture|foto|bild|imagen", re.IGNORECASE)


@dataclass(frozen=True)
class Said:
    """One text; `picture` is one of the samples of phone_texts.py. A goodbye, a tapback and a keyword want no answer."""

    sender: str
    to: str
    body: str
    picture: str | None
    wants_an_answer: bool


@dataclass
class Customer:
    """`waits` while what they said is unanswered; `turn` counts what makes older plans of theirs void.

    From `back_at` on they may begin anew. `reminders` is how often they asked again, `will_ask` whether they plan to.
    """

    address: str
    number: str
    persona: Persona
    waits: bool = False
    reminders: int = 0
    will_ask: bool = False
    turn: int = 0
    has_stopped: bool = False
    back_at: datetime = EVER_SINCE


@dataclass(order=True)
class Plan:
    """What somebody will say at a moment, unless something happens before: then `turn` is not theirs any more."""

    at: datetime
    place: int
    line: str = field(compare=False)
    customer: Customer = field(compare=False)
    turn: int = field(compare=False)
    asks_again: bool = field(compare=False)


def arrivals(dice: random.Random, rate: float, start: datetime, length: timedelta) -> Iterator[datetime]:
    """The moments of a Poisson process of `rate` a second."""
    at = start
    while (at := at + timedelta(seconds=dice.expovariate(rate))) < start + length:
        yield at


class Crowd:
    """Texts `numbers`. At most 3,000 customers, who come back."""

    def __init__(self, numbers: Sequence[str], seed: int) -> None:
        self._numbers = numbers
        self._dice = random.Random(seed)  # noqa: S311 - dice, not secrets
        addresses = [f"+1{area}555{tail:04}" for area in AREAS for tail in range(100, 200)]
        self._strangers = [address for address in addresses if address not in numbers]
        self._dice.shuffle(self._strangers)
        self._customers: dict[str, Customer] = {}
        self._plans: list[Plan] = []
        self._planned = 0

    def next_text(self, now: datetime) -> Said:
        """Whoever planned to text by now, the earliest first; else somebody who begins."""
        while self._plans and self._plans[0].at <= now:
            plan = heapq.heappop(self._plans)
            if plan.turn == plan.customer.turn:
                plan.customer.will_ask &= not plan.asks_again
                return self._say(plan.customer, plan.line, now)
        customer = self._somebody(now)
        if customer.has_stopped:
            return self._say(customer, START, now)
        return self._begin(customer, now)

    def hear(self, address: str, body: str, now: datetime) -> None:
        """An answer is on somebody's phone. Others than this crowd's are not minded."""
        customer = self._customers.get(address)
        if customer is None or customer.has_stopped or not customer.waits:
            return
        self._turn(customer)
        reacts_at = now + self._thinking()
        customer.back_at = reacts_at + COMES_BACK
        self._plan(customer, self._reaction(customer, body), reacts_at)

    def _somebody(self, now: datetime) -> Customer:
        """Somebody new more often than not, as long as there are any."""
        known = list(self._customers.values())
        if known and (not self._strangers or self._dice.random() < 0.25):
            one = self._dice.choice(known)
            if not self._strangers or (not one.waits and one.back_at <= now):
                return one
        return self._stranger()

    def _stranger(self) -> Customer:
        address = self._strangers.pop()
        persona = self._dice.choices(list(PERSONAS.values()), [one.weight for one in PERSONAS.values()])[0]
        self._customers[address] = Customer(address, self._dice.choice(self._numbers), persona)
        return self._customers[address]

    def _begin(self, customer: Customer, now: datetime) -> Said:
        self._turn(customer)
        if customer.turn > 1 and self._dice.random() < 0.02:
            return self._say(customer, STOP, now)
        first, *others = self._dice.choice(customer.persona.begins)
        for place, line in enumerate(others, start=1):
            self._plan(customer, line, now + place * IN_A_ROW)
        return self._say(customer, first, now)

    def _say(self, customer: Customer, line: str, now: datetime) -> Said:
        picture = PICTURE.search(line)
        wants = line not in KEYWORDS and line not in customer.persona.thanks and not TAPBACK.match(line)
        customer.has_stopped, customer.back_at = line == STOP, now + COMES_BACK
        if wants:
            customer.waits = True
            self._plan_to_ask_again(customer, now)
        elif customer.has_stopped:
            self._turn(customer)
        return Said(customer.address, customer.number, PICTURE.sub("", line), picture[1] if picture else None, wants)

    def _plan_to_ask_again(self, customer: Customer, now: datetime) -> None:
        """Patience shrinks; after three reminders they give up."""
        if not customer.persona.asks_again or customer.will_ask or customer.reminders >= MOST_REMINDERS:
            return
        customer.will_ask = True
        customer.reminders += 1
        wait = customer.persona.patience * self._dice.uniform(0.7, 1.5) / customer.reminders
        self._plan(customer, self._dice.choice(customer.persona.asks_again), now + wait, asks_again=True)

    def _reaction(self, customer: Customer, answer: str) -> str:
        persona, chance = customer.persona, self._dice.random()
        if ASKS_FOR_A_PICTURE.search(answer):
            return "Here it is {kettle.jpg}"
        if "?" in answer:
            return self._dice.choice(persona.gives)
        if chance < 0.01:
            return STOP
        if chance < 0.15:
            return self._dice.choice(TAPBACKS).format(answer[:LONGEST_QUOTE])
        return self._dice.choice(persona.goes_on if chance < 0.35 else persona.thanks)

    def _thinking(self) -> timedelta:
        least, most = THINKING
        return least + (most - least) * self._dice.random()

    def _turn(self, customer: Customer) -> None:
        """Something new begins for them: what they had planned to say is void."""
        customer.waits, customer.will_ask, customer.reminders = False, False, 0
        customer.turn += 1

    def _plan(self, customer: Customer, line: str, at: datetime, asks_again: bool = False) -> None:
        self._planned += 1
        heapq.heappush(self._plans, Plan(at, self._planned, line, customer, customer.turn, asks_again))
