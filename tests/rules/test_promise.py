"""How well a promise was kept."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdesk.rules.promise import Promise, Wait, summary


def waits(*seconds: float) -> list[Wait]:
    return [Wait(each, kept=each <= 600) for each in seconds]


def seconds(*lengths: timedelta | None) -> list[float | None]:
    return [length.total_seconds() if length is not None else None for length in lengths]


def test_without_waits_nothing_is_claimed() -> None:
    assert summary([]) == Promise(None, None, None, None, 0)


@pytest.mark.parametrize(
    ("known", "percentiles"),
    [
        ([60], [60, 60, 60]),
        ([60, 120], [60, 120, 120]),
        ([300, 100, 200], [200, 300, 300]),
        (list(range(1, 11)), [5, 9, 10]),
        (list(range(1, 101)), [50, 90, 99]),
        (list(range(1, 102)), [51, 91, 100]),
    ],
)
def test_percentiles_are_waits_that_somebody_had(known: list[int], percentiles: list[int]) -> None:
    account = summary(waits(*known))

    assert seconds(account.p50, account.p90, account.p99) == percentiles
    assert account.count == len(known)


def test_the_share_counts_promises_not_seconds() -> None:
    assert summary(waits(10, 500, 601, 10_000)).share_kept == 0.5
    assert summary([Wait(9_999, kept=True)]).share_kept == 1.0


@given(st.lists(st.builds(Wait, st.floats(0, 1e6), st.booleans()), min_size=1))
def test_an_account_is_made_of_real_waits_in_order(known: list[Wait]) -> None:
    account = summary(known)
    real = {timedelta(seconds=wait.seconds) for wait in known}

    assert account.p50 is not None
    assert account.p90 is not None
    assert account.p99 is not None
    assert {account.p50, account.p90, account.p99} <= real
    assert account.p50 <= account.p90 <= account.p99
    assert account.share_kept is not None
    assert 0 <= account.share_kept <= 1


@given(st.lists(st.integers(0, 1000), min_size=1))
def test_at_least_nine_in_ten_waited_no_longer_than_p90_says(known: list[int]) -> None:
    p90 = summary(waits(*known)).p90

    assert p90 is not None
    assert 10 * sum(timedelta(seconds=each) <= p90 for each in known) >= 9 * len(known)
