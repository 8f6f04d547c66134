"""How many people keep a promise, against published tables, exact fractions and a queue that is played through."""

from __future__ import annotations

import heapq
import math
import random
from datetime import timedelta
from fractions import Fraction
from functools import cache
from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdesk.rules.staffing import (
    MOST_PEOPLE,
    Work,
    begun_within,
    chance_of_blocking,
    chance_of_waiting,
    people_needed,
    quantiles,
    share_at_best,
    share_kept,
)


def seconds(length: float) -> timedelta:
    return timedelta(seconds=length)


def minutes(length: float) -> timedelta:
    return timedelta(minutes=length)


def exponential(mean: timedelta, count: int = 400) -> tuple[timedelta, ...]:
    """What stands for handling times that are spread as Erlang supposed: its quantiles."""
    return tuple(-mean * math.log(1 - (place + 0.5) / count) for place in range(count))


@pytest.mark.parametrize(
    ("load", "servers", "published"),
    [
        # Call Centre Helper's worked example: 100 calls in 30 minutes, 3 minutes each
        (10, 14, 0.174),
        # The usual worked example of Erlang C for call centres: 360 calls in 30 minutes, 4 minutes each
        (48, 55, 0.239),
        # Tables of trunked radio: the load that 8 channels carry with 5 % delayed, and 10 channels with 1 %
        (3.87, 8, 0.050),
        (4.08, 10, 0.010),
        # With one server all of its time that is taken is the chance of finding it taken
        (0.7, 1, 0.700),
    ],
)
def test_the_chance_of_waiting_is_what_the_tables_say(load: float, servers: int, published: float) -> None:
    assert chance_of_waiting(load, servers) == pytest.approx(published, abs=0.0005)


@pytest.mark.parametrize(
    ("load", "servers", "handling", "limit", "published"),
    [(10, 14, minutes(3), seconds(20), 0.888), (48, 55, minutes(4), seconds(15), 0.846)],
)
def test_the_service_level_is_what_the_tables_say(
    load: float, servers: int, handling: timedelta, limit: timedelta, published: float
) -> None:
    assert begun_within(load, servers, handling, limit) == pytest.approx(published, abs=0.0005)


@pytest.mark.parametrize(("load", "servers"), [(1, 2), (10, 12), (7, 10), (95, 100), (480, 500), (899, 900)])
def test_no_digit_is_lost_against_exact_fractions(load: int, servers: int) -> None:
    assert chance_of_waiting(load, servers) == pytest.approx(float(exact_chance(load, servers)), rel=1e-10)


@cache
def exact_chance(load: int, servers: int) -> Fraction:
    """The formula as it is printed, with powers and factorials, in whole numbers."""
    taken = Fraction(load**servers, math.factorial(servers)) * Fraction(servers, servers - load)
    free = sum(Fraction(load**k, math.factorial(k)) for k in range(servers))
    return taken / (free + taken)


@pytest.mark.parametrize(
    ("per_hour", "mean", "people", "at_once", "target"),
    [
        (40, minutes(4), 4, 1, minutes(10)),
        (40, minutes(4), 3, 1, minutes(10)),
        (55, minutes(6), 3, 2, minutes(15)),
        (180, minutes(5), 6, 3, minutes(12)),
    ],
)
def test_what_the_formula_says_happens_in_a_queue_that_is_played_through(
    per_hour: float, mean: timedelta, people: int, at_once: int, target: timedelta
) -> None:
    days = [
        played_through(random.Random(day), per_hour, mean, people * at_once, target, texts=4000) for day in range(40)
    ]
    work = Work(per_hour, exponential(mean), at_once)

    for said, played in (
        (share_kept(people, work, target), [kept for kept, _ in days]),
        (chance_of_waiting(per_hour * (mean / minutes(60)), people * at_once), [waited for _, waited in days]),
    ):
        # 4 standard errors: of ten thousand such simulations less than one would lie outside
        assert abs(said - fmean(played)) <= 4 * stdev(played) / math.sqrt(len(played))


def played_through(
    chance: random.Random, per_hour: float, mean: timedelta, servers: int, target: timedelta, texts: int
) -> tuple[float, float]:
    """First come, first served: the shares that were answered within the target, and that had to wait for a person."""
    free, at, kept, waited, begins = [0.0] * servers, 0.0, 0, 0, 1000
    for text in range(begins + texts):
        at += chance.expovariate(per_hour / 3600)
        taken = max(at, heapq.heappop(free))
        answered = taken + chance.expovariate(1 / mean.total_seconds())
        heapq.heappush(free, answered)
        if text >= begins:  # the queue has forgotten by now that it began empty
            kept += answered - at <= target.total_seconds()
            waited += taken > at
    return kept / texts, waited / texts


def test_the_fewest_people_who_keep_the_promise_are_named() -> None:
    work = Work(60, exponential(minutes(3)), at_once=2)

    need = people_needed(work, minutes(10), 0.95)

    assert need.reached
    assert need.share >= 0.95
    assert share_kept(need.people - 1, work, minutes(10)) < 0.95


def test_nobody_is_needed_for_nothing_and_somebody_for_anything() -> None:
    handling = (minutes(3),)

    assert people_needed(Work(0, handling), minutes(10), 0.95).people == 0
    assert people_needed(Work(0.01, handling, at_once=6), minutes(10), 0.95).people == 1


def test_where_handling_alone_takes_too_long_it_says_so_and_asks_for_no_crowd() -> None:
    one_in_five_is_long = (minutes(2),) * 4 + (minutes(14),)
    work = Work(30, one_in_five_is_long)

    need = people_needed(work, minutes(10), 0.95)

    assert not need.reached
    assert need.people < 10
    assert share_at_best(work, minutes(10)) == pytest.approx(0.8)
    assert need.share == pytest.approx(0.8, abs=0.01)


def test_too_few_people_for_the_work_keep_no_promise() -> None:
    assert share_kept(2, Work(60, (minutes(3),)), minutes(10)) == 0
    assert share_kept(0, Work(1, (minutes(3),)), minutes(10)) == 0
    assert share_kept(1, Work(1, (minutes(0),)), minutes(10)) == 1


@given(
    per_hour=st.floats(0.01, 2000),
    handling=st.lists(st.integers(0, 3600).map(seconds), min_size=1, max_size=20).map(tuple),
    at_once=st.integers(1, 8),
    target=st.integers(30, 7200).map(seconds),
    share=st.floats(0.5, 0.999),
)
def test_more_people_never_keep_less_and_the_need_is_the_least(
    per_hour: float, handling: tuple[timedelta, ...], at_once: int, target: timedelta, share: float
) -> None:
    work = Work(per_hour, handling, at_once)
    need = people_needed(work, target, share)

    kept = [share_kept(people, work, target) for people in range(need.people, need.people + 4)]
    assert kept == pytest.approx(sorted(kept), abs=1e-9)
    assert all(0 <= one <= 1 for one in kept)
    assert 1 <= need.people <= MOST_PEOPLE
    if need.reached:
        assert need.share >= share
        assert need.people == 1 or share_kept(need.people - 1, work, target) < share


@given(load=st.floats(0.001, 900), servers=st.integers(1, 1000))
def test_it_is_always_a_probability_and_waiting_is_likelier_than_being_turned_away(load: float, servers: int) -> None:
    assert 0 <= chance_of_blocking(load, servers) <= chance_of_waiting(load, servers) <= 1


def test_a_few_measured_lengths_stand_for_thousands() -> None:
    measured = [seconds(length) for length in range(1, 10_001)]

    few = quantiles(measured)

    assert len(few) == 200
    assert fmean(length.total_seconds() for length in few) == pytest.approx(5000.5, rel=0.01)
    assert quantiles(measured[:3]) == tuple(measured[:3])
