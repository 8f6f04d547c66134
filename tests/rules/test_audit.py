"""What the auditor finds in an episode, from texts, closings, marks and pauses alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from smsdesk.rules.audit import Found, Kind, Mark, Pause, Said, Story, Voice, findings, wants_answer

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CLOCK = UUID(int=99)


def at(minute: float) -> datetime:
    return NINE + timedelta(minutes=minute)


class Tale:
    """An episode as one would tell it; minutes count from nine."""

    def __init__(self) -> None:
        self.said: list[Said] = []

    def asks(self, minute: float, body: str = "Is it ready?", *, pictures: bool = False) -> Said:
        return self._add(
            Said(UUID(int=len(self.said) + 1), len(self.said) + 1, at(minute), Voice.CUSTOMER, body, pictures)
        )

    def answers(self, minute: float, body: str = "Yes, since today", *, accepted: float | None = -1, failed: float | None = None,
                through: int | None = None, voice: Voice = Voice.PERSON) -> Said:  # fmt: skip
        seen = (
            max((said.seq for said in self.said if said.voice is Voice.CUSTOMER), default=0)
            if through is None
            else through
        )
        taken = None if accepted is None else at(minute if accepted == -1 else accepted)
        return self._add(Said(UUID(int=len(self.said) + 1), len(self.said) + 1, at(minute), voice, body, False, taken,
                              None if failed is None else at(failed), seen))  # fmt: skip

    def found(self, *, closed: Sequence[float] = (), marked: Sequence[tuple[float, float | None]] = (), pauses: Sequence[tuple[float, float]] = (),
              kept: Sequence[Said] = ()) -> list[tuple[str, float, int]]:  # fmt: skip
        """(kind or its reason, minute, seq) of each."""
        story = Story(
            self.said,
            [at(minute) for minute in closed],
            [Mark(at(minute), None if taken_back is None else at(taken_back)) for minute, taken_back in marked],
            [Pause(CLOCK, at(since), at(until)) for since, until in pauses],
            frozenset(said.id for said in kept),
        )
        return [self._short(one) for one in findings(story)]

    def _short(self, one: Found) -> tuple[str, float, int]:
        return one.why or one.kind.value, (one.at - NINE) / timedelta(minutes=1), one.about.seq if one.about else 0

    def _add(self, said: Said) -> Said:
        self.said.append(said)
        return said


@pytest.fixture
def tale() -> Tale:
    return Tale()


def test_a_question_that_was_answered_before_closing_is_in_order(tale: Tale) -> None:
    tale.asks(0)
    tale.answers(3)

    assert tale.found(closed=[5]) == []


def test_a_question_that_nobody_answered_before_closing_is_found(tale: Tale) -> None:
    tale.asks(0)
    tale.answers(3)
    tale.asks(4, "And the laces?")

    assert tale.found(closed=[5]) == [("closed_unanswered", 5, 3)]


@pytest.mark.parametrize("body", ["Thanks!", "👍", "Liked “Yes, since today”", "STOP"])
def test_what_needs_no_answer_may_be_closed_without_one(tale: Tale, body: str) -> None:
    tale.asks(0)
    tale.answers(3)
    tale.asks(4, body)

    assert tale.found(closed=[5]) == []


def test_thanks_with_a_picture_wants_an_answer(tale: Tale) -> None:
    assert wants_answer(tale.asks(0, "Thanks!", pictures=True))


def test_an_acknowledgement_of_ours_is_no_answer(tale: Tale) -> None:
    tale.asks(0)
    tale.answers(1, "We got your text.", voice=Voice.MACHINE)

    assert tale.found(closed=[5]) == [("closed_unanswered", 5, 1)]


def test_a_text_that_crossed_the_answer_is_still_unanswered(tale: Tale) -> None:
    tale.asks(0)
    tale.asks(3, "And the laces?")
    tale.answers(3, through=1)

    assert tale.found(closed=[5]) == [("closed_unanswered", 5, 2)]


def test_an_answer_on_its_way_when_it_was_closed_counts(tale: Tale) -> None:
    tale.asks(0)
    tale.answers(4.9, accepted=5.1)

    assert tale.found(closed=[5]) == []


def test_an_answer_that_never_left_or_failed_before_closing_does_not_count(tale: Tale) -> None:
    tale.asks(0)
    tale.answers(2, accepted=None)
    tale.answers(3, failed=4)

    assert tale.found(closed=[5]) == [("closed_unanswered", 5, 1)]


def test_an_answer_that_failed_after_closing_is_held_against_the_next_closing_only(tale: Tale) -> None:
    tale.asks(0)
    tale.answers(3, failed=6)

    assert tale.found(closed=[5, 9]) == [("closed_unanswered", 9, 1)]


def test_what_was_closed_unanswered_is_not_found_a_second_time(tale: Tale) -> None:
    tale.asks(0)
    tale.asks(8, "Thanks")

    assert tale.found(closed=[5, 9]) == [("closed_unanswered", 5, 1)]


def test_who_said_stop_cannot_be_answered(tale: Tale) -> None:
    tale.asks(0)
    tale.asks(1, "STOP")

    assert tale.found(closed=[5]) == []


def test_that_no_reply_is_needed_is_a_kind_of_its_own(tale: Tale) -> None:
    tale.asks(0, "I'll come on Tuesday")

    assert tale.found(closed=[5], marked=[(2, None)]) == [("no_reply_needed", 5, 1)]


def test_the_mark_does_not_cover_what_came_after_it(tale: Tale) -> None:
    tale.asks(0, "I'll come on Tuesday")
    tale.asks(3)

    assert tale.found(closed=[5], marked=[(2, None)]) == [("closed_unanswered", 5, 2)]


def test_a_mark_that_was_taken_back_covers_nothing_any_more(tale: Tale) -> None:
    tale.asks(0, "I'll come on Tuesday")

    assert tale.found(closed=[5], marked=[(2, 3)]) == [("closed_unanswered", 5, 1)]
    assert tale.found(pauses=[(2, 3)], marked=[(2, 3)]) == []
    tale.answers(4)
    assert tale.found(closed=[5], marked=[(2, 3)]) == []


def test_a_pause_with_a_waiting_text_inside_is_found_once(tale: Tale) -> None:
    tale.asks(0)
    tale.asks(1, "Hello?")

    assert tale.found(pauses=[(5, 60)]) == [("paused_unanswered", 5, 1)]


def test_a_pause_from_the_answer_to_the_next_text_is_in_order(tale: Tale) -> None:
    tale.asks(0)
    tale.answers(3)
    tale.asks(30)
    tale.answers(32)

    assert tale.found(pauses=[(3, 30), (32, 99)]) == []


def test_a_text_that_came_into_a_pause_and_did_not_end_it_is_found_from_its_arrival(tale: Tale) -> None:
    tale.asks(0)
    tale.answers(3)
    tale.asks(30)

    assert tale.found(pauses=[(3, 45)]) == [("paused_unanswered", 30, 3)]


def test_a_pause_is_judged_by_what_was_known_then(tale: Tale) -> None:
    tale.asks(0)
    tale.answers(3, failed=10)

    assert tale.found(pauses=[(3, 10)]) == []
    assert tale.found(pauses=[(3, 11)]) == [("paused_unanswered", 10, 1)]


def test_a_second_is_held_against_nobody(tale: Tale) -> None:
    tale.asks(0)

    assert tale.found(pauses=[(0, 1 / 60)]) == []


def test_a_reply_after_which_the_customer_had_to_ask_again_only_stopped_a_clock(tale: Tale) -> None:
    tale.asks(0)
    reply = tale.answers(3, "Hi Maria")
    tale.asks(40, "Any news?")
    tale.answers(41)

    assert tale.found(closed=[50], kept=[reply]) == [("asked_again", 40, 2)]


def test_a_holding_reply_that_nobody_followed_up_only_stopped_a_clock(tale: Tale) -> None:
    tale.asks(0)
    reply = tale.answers(3, "One moment, let me check")
    tale.answers(4, "Bear with me")

    assert tale.found(kept=[reply]) == []
    assert tale.found(closed=[50], kept=[reply]) == [("never_followed", 50, 2)]


def test_a_holding_reply_that_was_followed_up_is_good_manners(tale: Tale) -> None:
    tale.asks(0)
    reply = tale.answers(3, "One moment, let me check")
    tale.answers(9, "It is ready, come by until six.")

    assert tale.found(closed=[50], kept=[reply]) == []


def test_a_follow_up_that_failed_or_came_after_closing_is_none(tale: Tale) -> None:
    tale.asks(0)
    reply = tale.answers(3, "One moment, let me check")
    tale.answers(9, "It is ready, come by until six.", failed=10)
    tale.answers(60, "It is ready, come by until six.")

    assert tale.found(closed=[50], kept=[reply]) == [("never_followed", 50, 2)]


def test_a_new_question_after_an_answer_is_talk(tale: Tale) -> None:
    tale.asks(0)
    reply = tale.answers(3)
    tale.asks(4, "When do you close?")
    tale.answers(5, "At six")

    assert tale.found(closed=[50], kept=[reply]) == []


def test_a_reply_that_kept_no_clock_cannot_have_stopped_one(tale: Tale) -> None:
    tale.asks(0)
    tale.answers(3, "One moment")
    tale.asks(40, "Any news?")
    tale.answers(41)

    assert tale.found(closed=[50]) == []


def test_the_length_that_a_text_waited_is_told() -> None:
    tale = Tale()
    tale.asks(0)
    (found,) = findings(Story(tale.said, [at(5)]))

    assert (found.kind, found.length, found.count) == (Kind.CLOSED_UNANSWERED, timedelta(minutes=5), 1)
