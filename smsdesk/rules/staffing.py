"""How many people keep a promise: Erlang's formula for waiting, with people who answer several texts side by side.

Source: A. K. Erlang, "Solution of some Problems in the Theory of Probabilities of Significance in Automatic Telephone
Exchanges", 1917: the formula known as Erlang C. With a load of A (texts a second × seconds that one is in a person's hands)
and N places to be served at, a text has to wait with the probability C, and longer than t with C·e^(−(N − A)·t/h).

What is ours: a person who has c conversations before them at once counts as c places, and the handling time h is measured as
it is while they have so many, so that a busier person is a slower one. A call is answered when it is picked up, a text when
the reply has left; so a promise is kept where waiting *and* handling end in time, and the handling times are those that were
measured, not a curve laid through them.

Its limits: texts are taken to come independently of each other and evenly within the hour (a rush after a newsletter is
neither), nobody gives up waiting, everybody serves every text, and waiting follows the mean handling time alone. Breaks,
illness and notes to colleagues are not in it: the answer is who must be there and answering, not who is on the payroll.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import fmean

HOUR_S = 3600.0
MOST_PEOPLE = 1000
CLOSE = 0.01  # where the share cannot be reached at all: as near to what can be as this


@dataclass(frozen=True)
class Work:
    """An hour's texts that somebody waits after, and how long one is in a person's hands while they have `at_once`."""

    per_hour: float
    handling: tuple[timedelta, ...]  # measured ones, at least one; their order does not matter
    at_once: int = 1

    @property
    def load(self) -> float:
        """In erlangs: how many are in somebody's hands on average."""
        return self.per_hour * self.mean_s / HOUR_S

    @property
    def mean_s(self) -> float:
        return fmean(length.total_seconds() for length in self.handling)


@dataclass(frozen=True)
class Need:
    """`people` keep `share` of the promises. Not `reached`: more of them would hardly help, for handling alone takes too long."""

    people: int
    share: float
    reached: bool


def people_needed(work: Work, target: timedelta, share: float) -> Need:
    """The fewest people who keep at least that share within the target: 0 where nothing arrives, else at least 1."""
    if work.per_hour <= 0:
        return Need(0, 1.0, True)
    best = share_at_best(work, target)
    aim = share if best >= share else max(0.0, best - CLOSE)
    for people in range(max(1, math.floor(work.load / work.at_once)), MOST_PEOPLE):
        kept = share_kept(people, work, target)
        if kept >= aim:
            return Need(people, kept, best >= share)
    return Need(MOST_PEOPLE, share_kept(MOST_PEOPLE, work, target), False)


def share_kept(people: int, work: Work, target: timedelta) -> float:
    """The share of texts, 0 to 1, whose reply leaves within the target where so many people answer."""
    if work.load <= 0:
        return share_at_best(work, target) if work.per_hour > 0 else 1.0
    servers = people * work.at_once
    if servers <= work.load:
        return 0.0  # the queue grows for as long as it goes on like this
    chance, pace = chance_of_waiting(work.load, servers), (servers - work.load) / work.mean_s
    spare = [(target - length).total_seconds() for length in work.handling]
    return fmean(0.0 if rest < 0 else 1 - chance * math.exp(-pace * rest) for rest in spare)


def share_at_best(work: Work, target: timedelta) -> float:
    """The share that would be kept if nobody ever had to wait for a person."""
    return fmean(1.0 if length <= target else 0.0 for length in work.handling)


def chance_of_waiting(load: float, servers: int) -> float:
    """Erlang C: the probability that all servers are taken when a text comes; 1 where there is more work than they can do."""
    if load <= 0:
        return 0.0
    if servers <= load:
        return 1.0
    blocked = chance_of_blocking(load, servers)
    return blocked / (1 - load / servers * (1 - blocked))


def chance_of_blocking(load: float, servers: int) -> float:
    """Erlang B, server by server: no factorial and no power, so that hundreds of servers lose no digits."""
    blocked = 1.0
    for server in range(1, servers + 1):
        blocked = load * blocked / (server + load * blocked)
    return blocked


def begun_within(load: float, servers: int, handling: timedelta, limit: timedelta) -> float:
    """The share that somebody takes up within `limit`: what the tables for telephones call the service level."""
    if servers <= load:
        return 0.0
    return 1 - chance_of_waiting(load, servers) * math.exp(-(servers - load) * (limit / handling))


def quantiles(lengths: Sequence[timedelta], most: int = 200) -> tuple[timedelta, ...]:
    """As many as these at the most, spread evenly over all of them: what stands for thousands of measured lengths."""
    ordered = sorted(lengths)
    if len(ordered) <= most:
        return tuple(ordered)
    return tuple(ordered[(2 * place + 1) * len(ordered) // (2 * most)] for place in range(most))
