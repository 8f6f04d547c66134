"""A trial says of past waits what the clock process would have done with them: against somebody who looks at every moment."""

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from smsdesk.rules.opening_hours import Hours, Span
from smsdesk.rules.promise import Wait, summary
from smsdesk.rules.terms import AlertTimes, ClockKind, Counts, Rung, Terms, Whom, is_warning, steps, weight
from smsdesk.rules.trial import Crew, Promised, Tally, percentile, told_length, told_people

MINUTE, SECOND, NOTHING = timedelta(minutes=1), timedelta(seconds=1), timedelta(0)
OFFICE = Hours(
    "Europe/Berlin", ((Span(9 * 60, 12 * 60), Span(13 * 60, 18 * 60)),) * 5 + ((Span(20 * 60, 26 * 60),), ())
)
MONDAY = datetime(2026, 6, 8, 7, tzinfo=UTC)  # nine o'clock in Berlin
LADDER = (
    Rung(NOTHING, (Whom.ASSIGNEE,)),
    Rung(10 * MINUTE, (Whom.TEAM, Whom.LEAD)),
    Rung(30 * MINUTE, (Whom.MANAGER, Whom.PHONE)),
)
TEN = Terms(ClockKind.FIRST_REPLY, 10 * MINUTE, OFFICE, leads=(MINUTE,), ladder=LADDER, repeat=10 * MINUTE, repeats=2)


def tried(terms: Terms, *waits: tuple[datetime, timedelta, bool]) -> Tally:
    tally = Tally()
    for since, length, answered in waits:
        tally.wait(Promised(terms), since, since + length, answered, "support", "maya")
    return tally


@pytest.mark.parametrize(
    ("waited", "late", "said"),
    [
        (5 * MINUTE, 0, []),  # the moment itself is still the answer's
        (5 * MINUTE + SECOND, 0, ["warn_50"]),
        (8 * MINUTE + SECOND, 0, ["warn_50", "warn_80"]),
        (10 * MINUTE, 0, ["warn_50", "warn_80", "lead_60"]),
        (11 * MINUTE - SECOND * 59.5, 0, ["warn_50", "warn_80", "lead_60", "breach"]),  # on the deadline second
        (10 * MINUTE + SECOND, 1, ["warn_50", "warn_80", "lead_60", "breach"]),
        (20 * MINUTE + SECOND, 1, ["warn_50", "warn_80", "lead_60", "breach", "rung_1"]),
        (51 * MINUTE, 1, ["warn_50", "warn_80", "lead_60", "breach", "rung_1", "rung_2", "repeat_1"]),
    ],
)
def test_each_length_of_a_wait_has_its_steps(waited: timedelta, late: int, said: list[str]) -> None:
    tally = tried(TEN, (MONDAY, waited, True))

    assert list(tally.steps) == said
    assert tally.late.total() == late
    assert tally.promises == {"first_reply": 1}


def test_who_stopped_waiting_in_time_was_promised_nothing_that_could_be_broken() -> None:
    given_up, still_waits = (MONDAY, 9 * MINUTE, False), (MONDAY, 11 * MINUTE, False)

    tally = tried(TEN, given_up, still_waits)

    assert tally.promises.total() == 1
    assert tally.late.total() == 1
    assert tally.steps["warn_80"] == 2  # and yet somebody was warned of both


def test_a_wait_over_night_is_short_in_open_time() -> None:
    friday_evening = MONDAY - timedelta(days=3) + timedelta(hours=8, minutes=57)  # 17:57; Saturday opens at 20:00

    tally = tried(TEN, (friday_evening, timedelta(days=1, hours=2, minutes=5), True))

    assert tally.late.total() == 0
    assert dict(tally.open_waits) == {5 * 60: 1}
    assert dict(tally.wall_waits) == {26 * 3600: 1}


def test_what_falls_due_at_night_by_the_calendar_is_told_in_the_morning() -> None:
    at_night, until_morning = MONDAY - timedelta(hours=2), timedelta(hours=2, seconds=1)
    always = replace(TEN, counts=Counts.CALENDAR, alerts=AlertTimes.ALWAYS)

    quiet = tried(replace(TEN, counts=Counts.CALENDAR), (at_night, until_morning, True))
    loud = tried(always, (at_night, until_morning, True))

    assert dict(quiet.steps) == {"breach": 1}  # the gravest speaks for the warnings of the same moment
    assert list(quiet.told) == [("support", "maya", "assignee")]
    assert loud.steps["warn_50"] == loud.steps["repeat_2"] == 1
    assert quiet.late == loud.late == {"first_reply": 1}


@pytest.mark.parametrize(
    ("before_closing", "said"),
    [
        (5 * MINUTE, ["warn_50"]),
        (10 * MINUTE, ["warn_50", "warn_80", "lead_60", "breach"]),
        (20 * MINUTE, ["warn_50", "warn_80", "lead_60", "breach", "rung_1"]),
    ],
)
def test_what_falls_on_the_moment_of_closing_is_told_then(before_closing: timedelta, said: list[str]) -> None:
    closing = MONDAY + timedelta(hours=9)

    assert list(tried(TEN, (closing - before_closing, before_closing + MINUTE, True)).steps) == said
    assert list(tried(TEN, (closing - before_closing, before_closing, True)).steps) == said[:-1]


def test_whoever_speaks_for_a_lighter_one_speaks_to_its_people_too() -> None:
    told_to_leads = replace(TEN, counts=Counts.CALENDAR, ladder=(Rung(NOTHING, (Whom.LEAD,)),))
    at_night = MONDAY - timedelta(hours=2)

    tally = tried(told_to_leads, (at_night, timedelta(hours=2, seconds=1), True))

    assert dict(tally.told) == {("support", "maya", "assignee+lead"): 1}


HOURS = st.sampled_from([None, OFFICE])
LENGTHS = st.integers(1, 4 * 60).map(lambda minutes: minutes * MINUTE)


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    rungs = sorted(draw(st.sets(st.integers(1, 90), max_size=3)))
    return Terms(
        ClockKind.NEXT_REPLY,
        draw(LENGTHS),
        draw(HOURS),
        draw(st.sampled_from(Counts)),
        tuple(sorted(draw(st.sets(st.sampled_from((0.25, 0.5, 0.8, 0.9)))))),
        tuple(draw(st.sets(st.sampled_from((MINUTE, 5 * MINUTE, 30 * MINUTE)), max_size=2))),
        (Rung(NOTHING, (Whom.ASSIGNEE,)), *(Rung(after * MINUTE, (Whom.TEAM,)) for after in rungs)),
        draw(st.none() | st.just(7 * MINUTE)),
        draw(st.integers(0, 3)),
        draw(st.sampled_from(AlertTimes)),
    )


@st.composite
def waits(draw: st.DrawFn, terms: Terms) -> tuple[datetime, datetime]:
    """Any, and often one that ends on the very moment of a step."""
    since = MONDAY + timedelta(seconds=draw(st.integers(-5 * 86_400, 5 * 86_400)))
    if draw(st.booleans()):
        _, at = draw(st.sampled_from(steps(terms, since)))
        return since, max(since, at + draw(st.sampled_from([-SECOND, NOTHING, timedelta(microseconds=1), SECOND])))
    return since, since + timedelta(seconds=draw(st.integers(0, 4 * 86_400)))


def looked_at(terms: Terms, since: datetime, until: datetime) -> list[str]:
    """Somebody who goes through the moments one by one, and says at each the gravest that was not said before."""
    said = list[str]()
    for moment in sorted({at for _, at in steps(terms, since)}):
        due = [step for step, at in steps(terms, since) if at == moment]
        gravest = max(due, key=lambda step: (weight(step, terms.target), due.index(step)))
        if moment < until and all(weight(gravest, terms.target) > weight(step, terms.target) for step in said):
            said.append(gravest)
    return said


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_trial_says_what_somebody_says_who_looks_at_every_moment(data: st.DataObject) -> None:
    rules = data.draw(terms())
    past = data.draw(st.lists(st.tuples(waits(rules), st.booleans()), min_size=1, max_size=4))
    expected, late, promised, tally = Counter[str](), 0, 0, Tally()

    for (since, until), answered in past:
        tally.wait(Promised(rules), since, until, answered, "support", "maya")
        expected.update(looked_at(rules, since, until))
        too_late = until >= rules.due_at(since) + SECOND
        late, promised = late + too_late, promised + (answered or too_late)

    assert tally.steps == expected
    assert (tally.late.total(), tally.promises.total()) == (late, promised)
    assert tally.open_waits.total() == tally.wall_waits.total() == promised


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_an_episode_of_one_stretch_is_like_a_wait(data: st.DataObject) -> None:
    rules = data.draw(terms())
    (since, until), resolved = data.draw(waits(rules)), data.draw(st.booleans())
    one, other = Tally(), Tally()

    one.wait(Promised(rules), since, until, resolved, "support", "maya")
    other.episode(Promised(rules), [(since, until)], resolved, "support", "maya")

    assert one == other


def test_an_episode_spends_its_target_only_while_it_is_our_turn() -> None:
    resolution = replace(TEN, kind=ClockKind.RESOLUTION, leads=(), target=20 * MINUTE)
    first = (MONDAY, MONDAY + 11 * MINUTE)
    later = MONDAY + timedelta(hours=2)
    in_time, too_late, given_up = Tally(), Tally(), Tally()

    in_time.episode(Promised(resolution), [first, (later, later + 9 * MINUTE)], True, "support")
    too_late.episode(Promised(resolution), [first, (later, later + 10 * MINUTE)], True, "support")
    given_up.episode(Promised(resolution), [first], False, "support")

    assert in_time.late.total() == 0
    assert dict(in_time.steps) == {"warn_50": 1, "warn_80": 1}
    assert dict(in_time.open_waits) == dict(in_time.wall_waits) == {20 * 60: 1}
    assert dict(too_late.late) == {"resolution": 1}
    assert dict(too_late.steps) == {"warn_50": 1, "warn_80": 1, "breach": 1}
    assert given_up.promises.total() == 0


CREW = Crew(frozenset({"maya", "lee"}), frozenset({"lee"}), frozenset({"sam"}))


@pytest.mark.parametrize(
    ("agent", "whom", "people"),
    [
        ("maya", "assignee", {"maya"}),
        ("", "assignee", {"maya", "lee"}),
        ("maya", "assignee+team", {"maya", "lee"}),
        ("maya", "lead", {"lee"}),
        ("maya", "manager+phone", {"sam"}),
        ("ada", "assignee", {"ada"}),  # she was in the team then
    ],
)
def test_everybody_concerned_is_told_once(agent: str, whom: str, people: set[str]) -> None:
    assert CREW.concerned(agent, whom) == people
    assert told_people(Counter({("support", agent, whom): 3}), {"support": CREW}) == dict.fromkeys(people, 3)


def test_in_a_team_without_anybody_the_managers_are_told() -> None:
    assert Crew(frozenset(), frozenset(), frozenset({"sam"})).concerned("", "assignee") == {"sam"}
    assert Crew(frozenset({"maya"}), frozenset(), frozenset({"sam"})).concerned("maya", "lead") == {"sam"}


def test_a_trial_that_was_put_down_goes_on_where_it_was() -> None:
    tally = tried(TEN, (MONDAY, 51 * MINUTE, True), (MONDAY, 6 * MINUTE, False), (MONDAY, 3 * MINUTE, True))

    assert Tally.from_json(json.loads(json.dumps(tally.as_json()))) == tally


@given(st.lists(st.integers(0, 3 * 3600), min_size=1), st.sampled_from([50, 90, 99]))
def test_the_length_of_most_waits_is_that_of_a_real_wait(lengths: list[int], percent: int) -> None:
    exact = summary(Wait(seconds, True) for seconds in lengths)
    expected = {50: exact.p50, 90: exact.p90, 99: exact.p99}[percent]
    assume(expected is not None)

    found = percentile(Counter(told_length(seconds * SECOND) for seconds in lengths), percent)

    assert found == told_length(expected or NOTHING)
    assert percentile({}, percent) is None


def test_a_number_that_is_never_open_promises_nothing_that_could_be_broken() -> None:
    never = replace(TEN, hours=Hours("UTC", ((),) * 7))

    tally = tried(never, (MONDAY, timedelta(days=3), True), (MONDAY, timedelta(days=3), False))

    assert tally.promises == {"first_reply": 1}
    assert tally.late.total() == tally.steps.total() == 0


def test_warnings_are_told_apart_from_the_rest() -> None:
    assert [step for step, _ in steps(TEN, MONDAY) if is_warning(step)] == ["warn_50", "warn_80", "lead_60"]
