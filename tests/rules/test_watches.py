"""When a watch fires and when it is over, what it says, and what can be typed for one."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdesk.rules.watch_figures import Failures, HowMany, Longest, Replies, SentText, Span
from smsdesk.rules.watch_spans import nobody, one_after_another, without
from smsdesk.rules.watch_typing import NotAWatch, read
from smsdesk.rules.watch_words import cleared_words, fired_words, sentence, shown, title, turning_words, typed
from smsdesk.rules.watches import DWELL, NO_WINDOW, Figure, Found, Unit, WatchRule, WatchState, after

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
P90 = WatchRule(Figure.FIRST_REPLY, 480, 384, 90, timedelta(minutes=30), at_least=5)
OLDEST = WatchRule(Figure.OLDEST_WAITING, 1200, 960)
QUIET, FIRING = WatchState.QUIET, WatchState.FIRING


def minutes(count: float) -> datetime:
    return NINE + count * MINUTE


def told(rule: WatchRule, looks: list[tuple[datetime, Found]]) -> list[datetime]:
    """The moments at which a watch fires over these looks."""
    state, since, is_new, fired = QUIET, NINE, True, []
    for at, found in looks:
        following = after(state, since, found, rule, at, is_new=is_new)
        if following is not state:
            state, since, is_new = following, at, False
            if state is FIRING:
                fired.append(at)
    return fired


@pytest.mark.parametrize(
    ("state", "value", "cases", "then"),
    [
        (QUIET, 479.9, 9, QUIET),
        (QUIET, 480, 9, FIRING),
        (QUIET, 900, 4, QUIET),  # too few prove nothing
        (QUIET, 900, 5, FIRING),
        (QUIET, None, 0, QUIET),
        (FIRING, 480, 9, FIRING),
        (FIRING, 384, 9, FIRING),
        (FIRING, 383.9, 9, QUIET),
        (FIRING, 900, 1, FIRING),  # nor do they prove that it is over
        (FIRING, 10, 1, QUIET),
        (FIRING, None, 0, QUIET),
    ],
)
def test_it_fires_at_its_limit_and_is_over_only_below_where_it_clears(
    state: WatchState, value: float | None, cases: int, then: WatchState
) -> None:
    assert after(state, NINE, Found(value, cases), P90, NINE + DWELL) is then


@given(st.lists(st.floats(OLDEST.clears_at, OLDEST.limit * 3), min_size=1, max_size=60))
def test_a_figure_that_swings_above_where_it_clears_never_fires_twice(values: list[float]) -> None:
    looks = [(minutes(place * 3), Found(value, 1)) for place, value in enumerate(values)]

    assert len(told(OLDEST, looks)) <= 1


@given(
    st.lists(st.tuples(st.one_of(st.none(), st.floats(0, 3000)), st.integers(0, 20), st.integers(1, 90)), max_size=80)
)
def test_it_turns_at_the_pace_of_a_person_and_never_without_a_reason(
    steps: list[tuple[float | None, int, int]],
) -> None:
    state, since, at, is_new = QUIET, NINE, NINE, True
    for value, cases, seconds in steps:
        at += timedelta(seconds=seconds)
        following = after(state, since, Found(value, cases), P90, at, is_new=is_new)
        if following is state:
            continue
        assert is_new or at - since >= DWELL
        if following is FIRING:
            assert value is not None
            assert value >= P90.limit
            assert cases >= P90.at_least
        else:
            assert value is None or value < P90.clears_at
        state, since, is_new = following, at, False


def test_a_new_watch_fires_at_its_first_look() -> None:
    assert told(OLDEST, [(NINE, Found(1300, 1))]) == [NINE]


# ------------------------------------------------------------------ words


@pytest.mark.parametrize(
    ("rule", "long", "short_one"),
    [
        (P90, "First reply p90 over 8 minutes in the last 30 minutes", "First reply p90 over 8 min"),
        (
            WatchRule(Figure.NEXT_REPLY, 90, 60, 50, timedelta(hours=1), 1, True),
            "Next reply p50 over 1 minute 30 seconds in the last hour, while open",
            "Next reply p50 over 1 min 30 s",
        ),
        (WatchRule(Figure.UNASSIGNED, 120, 96), "Unassigned for 2 minutes", "Unassigned for 2 min"),
        (OLDEST, "Oldest waiting over 20 minutes", "Oldest waiting over 20 min"),
        (WatchRule(Figure.WAITING, 15, 12), "15 or more waiting", "15 or more waiting"),
        (
            WatchRule(Figure.DELIVERY_FAILURES, 0.05, 0.04, None, timedelta(hours=1), 20),
            "Delivery failures over 5% in the last hour",
            "Delivery failures over 5%",
        ),
        (
            WatchRule(Figure.NOBODY_AVAILABLE, 60, 48, only_open=True),
            "Nobody available for 1 minute, while open",
            "Nobody available for 1 min",
        ),
    ],
)
def test_a_watch_is_one_sentence(rule: WatchRule, long: str, short_one: str) -> None:
    assert sentence(rule) == long
    assert title(rule) == short_one


def test_what_it_tells_names_the_figure_and_its_limit() -> None:
    assert fired_words(P90, Found(552, 14)) == (
        "First reply p90 is 9 minutes 12 seconds: the limit is 8 minutes. 14 customers in the last 30 minutes."
    )
    assert fired_words(OLDEST, Found(1260, 3)) == "The oldest of 3 has waited 21 minutes."
    assert fired_words(WatchRule(Figure.UNASSIGNED, 120, 96), Found(125, 1)) == (
        "A customer has waited 2 minutes 5 seconds with nobody assigned."
    )
    failures = WatchRule(Figure.DELIVERY_FAILURES, 0.05, 0.04, None, timedelta(hours=1), 20)
    assert fired_words(failures, Found(1 / 16, 32)) == (
        "6.2% of our texts did not arrive: the limit is 5%. 32 texts in the last hour."
    )
    assert cleared_words(P90, Found(300, 9), 42 * MINUTE) == (
        "Over after 42 minutes: first reply p90 is back at 5 minutes."
    )
    assert cleared_words(OLDEST, Found(None, 0), MINUTE) == "Over after 1 minute: there is nothing left to measure."
    assert turning_words(P90) == "Fires at 8 minutes, with 5 customers at least; is over below 6 minutes 24 seconds."


@given(st.sampled_from([*Unit]), st.integers(1, 1000))
def test_a_limit_can_be_typed_as_it_is_written(unit: Unit, count: int) -> None:
    figure = {Unit.SECONDS: "oldest_waiting", Unit.SHARE: "delivery_failures", Unit.COUNT: "waiting"}[unit]
    value = {Unit.SECONDS: 10.0 + count, Unit.SHARE: count / 1000, Unit.COUNT: float(count)}[unit]

    rule = read({"figure": figure, "limit": typed(unit, value), "window": "30m"})

    assert rule.limit == pytest.approx(value)
    assert shown(unit, rule.limit) == shown(unit, value)


# ------------------------------------------------------------------ typing


def test_what_was_left_out_is_filled_in() -> None:
    rule = read({"figure": "first_reply", "percentile": "90", "limit": " 8M ", "window": "30m", "at_least": "5"})

    assert rule == WatchRule(Figure.FIRST_REPLY, 480, 384, 90, timedelta(minutes=30), 5)
    assert read({"figure": "waiting", "limit": "1"}).clears_at == 1
    assert read({"figure": "delivery_failures", "limit": "2,5", "window": "1h"}).limit == 0.025


@pytest.mark.parametrize(
    ("typed_there", "places"),
    [
        ({"figure": "mood"}, {"figure"}),
        ({}, {"figure"}),
        ({"figure": "oldest_waiting", "limit": "soon"}, {"limit"}),
        ({"figure": "oldest_waiting", "limit": "5s"}, {"limit"}),
        ({"figure": "oldest_waiting", "limit": "8d"}, {"limit"}),
        ({"figure": "oldest_waiting", "limit": "10m", "clears_at": "11m"}, {"clears_at"}),
        ({"figure": "first_reply", "limit": "x", "percentile": "95", "window": "1m", "at_least": "0"}, {"limit", "percentile", "window", "at_least"}),
        ({"figure": "delivery_failures", "limit": "500%", "window": "2d", "at_least": "many"}, {"limit", "window", "at_least"}),
        ({"figure": "waiting", "limit": "0"}, {"limit"}),
        ({"figure": "waiting", "limit": "1.5"}, {"limit"}),
        ({"figure": "waiting", "limit": "\u0663"}, {"limit"}),  # a digit elsewhere, and no limit of ours
    ],
)  # fmt: skip
def test_everything_that_is_wrong_is_told_at_once_each_beside_its_field(
    typed_there: dict[str, str], places: set[str]
) -> None:
    with pytest.raises(NotAWatch) as refused:
        read(typed_there)

    assert set(refused.value.problems) >= places
    assert all(words.endswith(".") for words in refused.value.problems.values())


@given(st.dictionaries(st.sampled_from(["figure", "limit", "clears_at", "window", "percentile", "at_least", "only_open"]), st.text(max_size=9)))  # fmt: skip
def test_whatever_is_typed_is_a_watch_or_a_sentence(fields: dict[str, str]) -> None:
    for figure in [fields.get("figure", ""), *Figure]:
        problems: dict[str, str] = {}
        rule = None
        try:
            rule = read(fields | {"figure": figure})
        except NotAWatch as refused:
            problems = refused.problems
        assert (rule is None) == bool(problems)
        assert rule is None or 0 < rule.clears_at <= rule.limit


# ------------------------------------------------------------------ figures


def wall(_place: UUID | None, start: datetime, end: datetime) -> float:
    return (end - start).total_seconds()


@given(st.integers(0, 10**6))
def test_replies_asked_one_moment_after_another_are_those_counted_afresh_at_each(seed: int) -> None:
    chance = random.Random(seed)
    waits = []
    for _ in range(chance.randrange(40)):
        start = minutes(chance.uniform(0, 120))
        ends = chance.choice([None, start + chance.uniform(0, 60) * MINUTE])
        waits.append(Span(start, ends, None, ends is not None and chance.random() < 0.7))
    rule = WatchRule(Figure.FIRST_REPLY, 600, 480, chance.choice([50, 90, 99]), 30 * MINUTE)
    track = Replies(waits, rule, wall)

    for at in (minutes(step) for step in range(0, 200, 7)):
        assert track.at(at) == afresh(waits, rule, at)


def afresh(waits: list[Span], rule: WatchRule, now: datetime) -> Found:
    seconds = []
    for wait in waits:
        if wait.starts_at > now:
            continue
        is_over = wait.ends_at is not None and wait.ends_at <= now
        if is_over and wait.ends_at is not None:
            waited = (wait.ends_at - wait.starts_at).total_seconds()
            if wait.ends_at > now - rule.window and (wait.is_answered or waited >= rule.limit):
                seconds.append(waited)
        elif (now - wait.starts_at).total_seconds() >= rule.limit:
            seconds.append((now - wait.starts_at).total_seconds())
    seconds.sort()
    place = next((i for i in range(len(seconds)) if (i + 1) * 100 >= (rule.percentile or 0) * len(seconds)), None)
    return Found(None if place is None else seconds[place], len(seconds))


def test_a_queue_that_stands_still_does_not_look_fine() -> None:
    waits = [Span(NINE, minutes(1), None, True), *(Span(minutes(1), None) for _ in range(9))]

    assert Replies(waits, P90, wall).at(minutes(8)) == Found(60, 1)
    assert Replies(waits, P90, wall).at(minutes(20)) == Found(19 * 60, 10)


def test_the_longest_is_the_oldest_of_those_that_go_on() -> None:
    track = Longest([Span(NINE, minutes(5)), Span(minutes(2), None), Span(minutes(3), minutes(4))], wall)

    assert track.at(minutes(4)) == Found(240, 2)
    assert track.at(minutes(5)) == Found(180, 1)
    assert HowMany([Span(NINE, minutes(5)), Span(minutes(2), None)]).at(minutes(3)) == Found(2, 2)
    assert HowMany([]).at(NINE) == Found(0, 0)
    assert Longest([], wall).at(NINE) == Found(None, 0)


def test_a_text_that_failed_counts_from_when_that_was_known() -> None:
    rule = WatchRule(Figure.DELIVERY_FAILURES, 0.05, 0.04, None, 30 * MINUTE, 1)
    track = Failures([SentText(NINE, minutes(3)), SentText(minutes(1), None)], rule)

    assert track.at(minutes(2)) == Found(0, 2)
    assert track.at(minutes(3)) == Found(0.5, 2)
    assert track.at(minutes(30)) == Found(0, 1)
    assert track.at(minutes(31)) == Found(None, 0)


def test_nobody_has_it_until_somebody_does_and_again_when_it_is_handed_back() -> None:
    wait = Span(NINE, minutes(30))

    parts = without(wait, [(minutes(2), True), (minutes(9), False), (minutes(12), True), (minutes(40), False)])

    assert [(part.starts_at, part.ends_at) for part in parts] == [(NINE, minutes(2)), (minutes(9), minutes(12))]
    assert [(part.starts_at, part.ends_at) for part in without(wait, [])] == [(NINE, minutes(30))]
    assert without(Span(minutes(5), None), [(NINE, True)]) == []


def test_nobody_is_there_while_everybody_is_away() -> None:
    ana = [(minutes(10), False), (minutes(30), True)]
    ben = [(minutes(5), True), (minutes(20), False)]

    gaps = nobody([ana, ben], NINE)

    assert [(gap.starts_at, gap.ends_at) for gap in gaps] == [(minutes(20), minutes(30))]
    assert [(gap.starts_at, gap.ends_at) for gap in nobody([[(minutes(-60), False)]], NINE)] == [(minutes(-60), None)]
    assert nobody([[(minutes(-60), True)]], NINE) == []


def test_texts_behind_an_earlier_one_are_one_wait() -> None:
    waits = [Span(NINE, minutes(5)), Span(minutes(1), minutes(9)), Span(minutes(20), None)]

    assert [(w.starts_at, w.ends_at) for w in one_after_another(waits)] == [(NINE, minutes(9)), (minutes(20), None)]


def test_a_watch_of_this_moment_looks_back_over_nothing() -> None:
    assert read({"figure": "unassigned", "limit": "2m", "window": "30m"}).window == NO_WINDOW
