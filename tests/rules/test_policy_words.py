"""A policy in plain words, and what must not be meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from smsdesk.rules import policy_words
from smsdesk.rules.durations import parse, typed
from smsdesk.rules.policies import Conditions, Policy
from smsdesk.rules.policy_checks import problems
from smsdesk.rules.terms import ClockKind, Counts, Rung, Whom

MINUTE, NOTHING = timedelta(minutes=1), timedelta(0)
SUPPORT, REPAIRS = UUID(int=1), UUID(int=2)
VIPS = Policy(
    UUID(int=3),
    "VIPs",
    Conditions(tags=frozenset({"vip"})),
    {ClockKind.FIRST_REPLY: {"normal": 10 * MINUTE, "urgent": 2 * MINUTE}},
    leads=(MINUTE,),
    ladder=(Rung(NOTHING, (Whom.ASSIGNEE,)), Rung(5 * MINUTE, (Whom.TEAM, Whom.PHONE))),
    repeat=5 * MINUTE,
    repeats=2,
)


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        (Conditions(), "Everybody"),
        (Conditions(tags=frozenset({"vip", "repair", "new"})), "Tagged new, repair or vip"),
        (
            Conditions(frozenset({SUPPORT}), frozenset({REPAIRS}), priorities=frozenset({"low", "urgent"})),
            "Urgent or low, on Support line, in Repairs",
        ),
        (Conditions(segments=frozenset({"gold"})), "Customers in gold"),
        (Conditions(frozenset({UUID(int=9)})), "On a number that is gone"),
    ],
)
def test_whom_it_is_for(conditions: Conditions, words: str) -> None:
    assert policy_words.for_whom(conditions, {SUPPORT: "Support line"}, {REPAIRS: "Repairs"}) == words


def test_what_it_promises_and_says() -> None:
    assert policy_words.promises(VIPS) == ["first reply within 10 minutes (urgent 2 minutes)"]
    assert policy_words.promises(replace(VIPS, targets={})) == []
    assert policy_words.counted(replace(VIPS, counts=Counts.CALENDAR)) == "day and night"
    assert policy_words.warnings(VIPS) == "at 50 % and 80 % of the time, and 1 minute before"
    assert policy_words.warnings(replace(VIPS, shares=(), leads=())) == ""
    assert policy_words.ladder(VIPS) == [
        "At the deadline: whoever has it",
        "5 minutes later: the team and a text to the managers' phones",
    ]
    assert policy_words.repeats(replace(VIPS, repeats=1)) == "once more, every 5 minutes, until somebody says “seen”"


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"name": "a\u2028b"}, "name"),
        (
            {"targets": {ClockKind.FIRST_REPLY: {"urgent": timedelta(seconds=29)}}, "leads": ()},
            "target-first_reply-urgent",
        ),
        ({"targets": {ClockKind.NEXT_REPLY: {"normal": timedelta(days=8)}}}, "target-next_reply-normal"),
        ({"targets": {ClockKind.RESOLUTION: {"normal": timedelta(days=91)}}}, "target-resolution-normal"),
        ({"shares": (1.0,)}, "shares"),
        ({"shares": (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)}, "shares"),
        ({"leads": (10 * MINUTE,)}, "leads"),
        ({"leads": (timedelta(seconds=9),)}, "leads"),
        ({"ladder": (Rung(MINUTE, (Whom.TEAM,)),)}, "rung-0"),
        ({"ladder": (Rung(NOTHING, (Whom.TEAM,)), Rung(MINUTE, ()))}, "rung-1"),
        ({"ladder": (*VIPS.ladder, Rung(5 * MINUTE, (Whom.LEAD,)))}, "rung-2"),
        ({"repeat": None}, "repeat"),
        ({"repeat": timedelta(seconds=5)}, "repeat"),
        ({"repeats": 0}, "repeats"),
        ({"repeats": 21}, "repeats"),
    ],
)
def test_what_must_not_be_meant_has_a_sentence_at_its_place(changed: dict[str, object], place: str) -> None:
    found = problems(replace(VIPS, **changed))  # type: ignore[arg-type]

    assert list(found) == [place]
    assert found[place].endswith(".")


def test_what_may_be_meant_has_none() -> None:
    assert problems(VIPS) == {}
    assert problems(Policy(UUID(int=4), "Only other alerts", leads=(MINUTE,))) == {}


@pytest.mark.parametrize("words", ["90s", "10m", "2h", "1d", "45s", "36h"])
def test_a_length_is_typed_as_it_is_read(words: str) -> None:
    assert typed(parse(words)) == words
