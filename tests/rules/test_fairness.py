"""Who gets a waiting customer."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdesk.rules.fairness import Candidate, Placement, choose

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def agent(
    name: str, load: int = 0, capacity: int = 6, *, idle: int = 0, available: bool = True, number: int | None = None
) -> Candidate:
    """`idle`: minutes since the last conversation came."""
    key = UUID(int=sum(map(ord, name)) if number is None else number)
    return Candidate(key, name, available, load, capacity, NINE - timedelta(minutes=idle))


def chosen(*candidates: Candidate, last: Candidate | None = None, customer: str | None = "Priya") -> str | None:
    placement = choose(candidates, last.agent_id if last else None, customer)
    return placement.reason if placement else None


def test_whoever_helped_last_helps_again() -> None:
    maya = agent("Maya", 5)

    assert choose([agent("Ana"), maya], maya.agent_id, "Priya") == Placement(
        maya.agent_id, "Maya helped Priya last time"
    )


def test_a_customer_without_a_name_is_still_spoken_of() -> None:
    maya = agent("Maya")

    assert chosen(maya, last=maya, customer=None) == "Maya helped this customer last time"


@pytest.mark.parametrize("maya", [agent("Maya", 6), agent("Maya", available=False), agent("Maya", 0, 0)])
def test_a_last_helper_without_room_is_passed_over(maya: Candidate) -> None:
    assert chosen(maya, agent("Ana", 2), last=maya) == "Ana is the only one with room: 2 of 6"


def test_the_lightest_load_is_measured_against_capacity() -> None:
    assert chosen(agent("Ana", 2, 4), agent("Tom", 1, 6), agent("Sam", 1, 3)) == "Tom has the lightest load: 1 of 6"
    assert chosen(agent("Ana", 2, 10), agent("Tom", 1, 2)) == "Ana has the lightest load: 2 of 10"


def test_among_equals_the_longest_pause_decides() -> None:
    assert chosen(agent("Tom", idle=3), agent("Ana", idle=9)) == "Ana is free and has had the longest pause"
    assert (
        chosen(agent("Tom", 2, 6, idle=3), agent("Ana", 1, 3, idle=9))
        == "Ana shares the lightest load, 1 of 3, and has had the longest pause"
    )


def test_among_perfect_equals_the_name_decides_and_the_reason_does_not_boast() -> None:
    assert chosen(agent("Tom"), agent("Ana")) == "Ana is free and is next in turn"


def test_two_namesakes_do_not_depend_on_who_was_read_first() -> None:
    one, other = agent("Ana", number=1), agent("Ana", number=2)

    assert choose([one, other], None, "Priya") == choose([other, one], None, "Priya")


def test_an_equal_whose_pause_was_shorter_takes_no_honour_away() -> None:
    candidates = agent("Ana", 0, idle=9), agent("Tom", 0, idle=1), agent("Sam", 3, idle=9)

    assert chosen(*candidates) == "Ana is free and has had the longest pause"


@pytest.mark.parametrize(
    "candidates",
    [(), (agent("Ana", 6),), (agent("Ana", 0, 0),), (agent("Ana", available=False),), (agent("Ana", 7, 6),)],
)
def test_nobody_free_means_the_waiting_room(candidates: tuple[Candidate, ...]) -> None:
    assert choose(candidates, None, "Priya") is None


crowds = st.lists(
    st.builds(
        Candidate,
        agent_id=st.uuids(),
        name=st.sampled_from(["Ana", "Maya", "Sam", "Tom"]),
        available=st.booleans(),
        load=st.integers(0, 8),
        capacity=st.integers(0, 6),
        idle_since=st.sampled_from([NINE, NINE - timedelta(minutes=5)]),
    ),
    max_size=8,
    unique_by=lambda candidate: candidate.agent_id,
)


@given(crowds, st.integers(0, 9))
def test_nobody_gets_more_than_they_can_carry_and_nobody_waits_while_there_is_room(
    crowd: list[Candidate], place: int
) -> None:
    last = crowd[place].agent_id if place < len(crowd) else None
    placement = choose(crowd, last, None)
    roomy = {person.agent_id for person in crowd if person.available and person.load < person.capacity}

    assert (placement is None) == (not roomy)
    if placement:
        assert placement.agent_id in roomy
        assert placement.agent_id == last or last not in roomy


@given(crowds)
def test_the_order_in_which_agents_are_read_decides_nothing(crowd: list[Candidate]) -> None:
    assert choose(crowd, None, "Priya") == choose(reversed(crowd), None, "Priya")


@given(crowds)
def test_nobody_with_a_lighter_load_is_passed_over(crowd: list[Candidate]) -> None:
    placement = choose(crowd, None, None)
    people = {person.agent_id: person for person in crowd}

    if placement:
        fairest = people[placement.agent_id]
        roomy = (person for person in crowd if person.available and person.load < person.capacity)
        assert all(fairest.load * other.capacity <= other.load * fairest.capacity for other in roomy)
