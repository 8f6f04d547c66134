"""Ids sort by the order in which they were made, and nobody can guess the next."""

from __future__ import annotations

import time

from smsdesk.adapters.ids import new_id, new_secret
from tests.cast import at_once


def test_an_id_is_a_uuid_of_version_7_that_tells_its_moment() -> None:
    before = time.time_ns() // 1_000_000
    made = new_id()
    after = time.time_ns() // 1_000_000

    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert before <= made.int >> 80 <= after


def test_ids_stand_in_the_order_in_which_they_were_made() -> None:
    ids = [new_id() for _ in range(20_000)]

    assert ids == sorted(set(ids))


def test_ids_of_many_threads_differ_and_stand_in_each_threads_order() -> None:
    made = at_once([lambda: [new_id() for _ in range(2_000)]] * 8)

    lists = [one for one in made if isinstance(one, list)]
    assert len({id for one in lists for id in one}) == 16_000
    assert all(one == sorted(one) for one in lists)


def test_what_follows_the_time_in_an_id_is_chance() -> None:
    tails = {new_id().int & (1 << 62) - 1 for _ in range(1_000)}

    assert len(tails) == 1_000
    assert max(tails) > 1 << 61 > min(tails)


def test_secrets_are_long_and_never_twice_the_same() -> None:
    secrets = {new_secret() for _ in range(1_000)}

    assert len(secrets) == 1_000
    assert min(map(len, secrets)) == 43
