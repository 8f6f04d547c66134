"""A reply clock: its moments, and what its events add up to."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdesk.rules.reply_clock import (
    ClockKind,
    kept,
    unanswered_since,
    which_clock,
)

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TEN_MINUTES = timedelta(minutes=10)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("late", "is_kept"),
    [
        (-MINUTE, True),
        (timedelta(0), True),
        (timedelta(microseconds=999_999), True),
        (SECOND, False),
        (MINUTE, False),
    ],
)
def test_a_reply_on_the_deadline_second_keeps_the_promise(late: timedelta, is_kept: bool) -> None:
    deadline = NINE + TEN_MINUTES

    assert kept(deadline, deadline + late) is is_kept


def test_the_first_answer_of_an_episode_has_its_own_clock() -> None:
    assert which_clock(replied_before=False) is ClockKind.FIRST_REPLY
    assert which_clock(replied_before=True) is ClockKind.NEXT_REPLY


@pytest.mark.parametrize(
    ("minutes_and_seqs", "answered_through", "since"),
    [
        ([], 0, None),
        ([(0, 1)], 0, 0),
        ([(0, 1)], 1, None),
        ([(0, 1), (3, 2), (6, 4)], 1, 3),
        ([(0, 1), (3, 2), (6, 4)], 3, 6),
        ([(6, 4), (3, 5)], 0, 3),
    ],
)
def test_a_wait_began_with_the_oldest_unanswered_text(
    minutes_and_seqs: list[tuple[int, int]], answered_through: int, since: int | None
) -> None:
    texts = [(NINE + minutes * MINUTE, seq) for minutes, seq in minutes_and_seqs]

    assert unanswered_since(texts, answered_through) == (None if since is None else NINE + since * MINUTE)


@given(st.lists(st.integers(0, 600), min_size=1, max_size=20), st.integers(0, 20), st.integers(600, 900))
def test_texting_again_never_moves_a_customer_back(minutes: list[int], answered_through: int, again: int) -> None:
    texts = [(NINE + minute * MINUTE, seq) for seq, minute in enumerate(sorted(minutes), start=1)]
    before = unanswered_since(texts, answered_through)
    after = unanswered_since([*texts, (NINE + again * MINUTE, len(texts) + 1)], answered_through)

    if before is not None:
        assert after == before
