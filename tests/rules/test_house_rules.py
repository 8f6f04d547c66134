"""The house's rules: what a manager may set, and that they come back from where they are kept."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from smsdesk.rules.house_rules import BadRule, HouseRules, StopCovers, countries_typed, read
from smsdesk.rules.sending_limits import Limit

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def ago(*seconds: float) -> list[datetime]:
    return [NOON - timedelta(seconds=one) for one in seconds]


def test_what_is_stored_comes_back() -> None:
    rules = HouseRules(StopCovers.ALL_NUMBERS, True, ("CA", "US"), 5, 6, 7, time(9, 30), time(20, 15))

    assert read(rules.stored()) == rules


def test_what_an_earlier_version_did_not_know_has_its_default() -> None:
    assert read({"countries": ["US"], "gone": 1}) == HouseRules(countries=("US",))


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("hourly_to_one", {"hourly_to_one": 0}),
        ("by_one_a_minute", {"by_one_a_minute": 1001}),
        ("in_all_a_minute", {"in_all_a_minute": -1}),
        ("texts_until", {"texts_from": time(9), "texts_until": time(9)}),
        ("countries", {"countries": ("US", "XX")}),
    ],
)
def test_a_rule_that_cannot_be_kept_names_its_field(field: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadRule) as refused:
        HouseRules(**wrong)

    assert refused.value.field == field


def test_countries_are_read_as_people_type_them() -> None:
    assert countries_typed(" us,CA; gb  us") == ("CA", "GB", "US")
    assert countries_typed(" , ") == ()


@pytest.mark.parametrize(
    ("sent", "room_in"),
    [([], 0), (ago(1), 0), (ago(59, 1), 1), (ago(60, 1), 0), (ago(50, 40, 1), 20), (ago(300, 200, 100), 0)],
)
def test_there_is_room_again_when_enough_have_left_the_window(sent: list[datetime], room_in: float) -> None:
    assert Limit(2, timedelta(minutes=1)).free_at(sent, NOON) == NOON + timedelta(seconds=room_in)
