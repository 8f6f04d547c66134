"""Sentences that several screens share."""

from datetime import timedelta

import pytest

from smsdesk.rules.delivery_status import State, shown_as
from smsdesk.rules.terms import Step
from smsdesk.rules.wording import alert_words, delivery_words, late_by, waiting

MINUTE = timedelta(minutes=1)


def test_a_wait_is_told_in_words() -> None:
    assert waiting(3 * MINUTE) == "waiting 3 minutes"


@pytest.mark.parametrize(
    ("seconds", "words"), [(-60, "on time"), (0, "on time"), (0.9, "on time"), (134, "2 minutes 14 seconds late")]
)
def test_lateness_begins_after_the_deadline_second(seconds: float, words: str) -> None:
    assert late_by(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("step", "waited", "words"),
    [
        (Step.WARN_50, 5 * MINUTE, "Priya has waited 5 minutes for an answer. 5 minutes left."),
        (Step.WARN_80, 9 * MINUTE, "Priya has waited 9 minutes for an answer. 1 minute left."),
        (Step.WARN_80, 10 * MINUTE, "Priya has waited 10 minutes for an answer. The promised time is over."),
        (Step.BREACH, 10 * MINUTE, "Priya has waited 10 minutes for an answer. We promised 10 minutes."),
        (Step.BREACH, 47 * MINUTE, "Priya has waited 47 minutes for an answer. We promised 10 minutes."),
    ],
)
def test_an_alert_says_who_waits_how_long_and_what_was_promised(step: Step, waited: timedelta, words: str) -> None:
    assert alert_words(step, "Priya", waited, 10 * MINUTE) == words


@pytest.mark.parametrize("state", State)
def test_every_shown_state_has_words_of_its_own(state: State) -> None:
    assert delivery_words(shown_as(state)) != shown_as(state)


def test_a_word_that_nobody_knows_is_not_hidden() -> None:
    assert delivery_words("teleported") == "teleported"
