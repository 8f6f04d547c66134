"""A delivery state goes forward, whatever the carrier reports and in whatever order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.rest.api.v2010.account.message import MessageInstance

from smsdesk.rules.delivery_status import (
    FROM_CARRIER,
    RANK,
    State,
    advance,
    explain,
    is_failure,
    is_final,
    shown_as,
)

states = st.sampled_from(State)
reports = st.sampled_from(sorted(set(FROM_CARRIER.values()) - {State.RECEIVED}))
WORDS_OF_THE_API = [
    "ready",
    "sending",
    "accepted",
    "sent",
    "delivered",
    "undelivered",
    "failed",
    "unconfirmed",
    "blocked",
]


@pytest.mark.parametrize(
    ("current", "reported", "then"),
    [
        (State.ACCEPTED, State.SENT, State.SENT),
        (State.SENT, State.DELIVERED, State.DELIVERED),
        (State.DELIVERED, State.SENT, State.DELIVERED),
        (State.SENT, State.ACCEPTED, State.SENT),
        (State.ACCEPTED, State.DELIVERED, State.DELIVERED),
        (State.SENDING, State.ACCEPTED, State.ACCEPTED),
        (State.UNKNOWN, State.ACCEPTED, State.ACCEPTED),
        (State.UNCONFIRMED, State.ACCEPTED, State.ACCEPTED),
        (State.UNCONFIRMED, State.DELIVERED, State.DELIVERED),
        (State.UNCONFIRMED, State.UNKNOWN, State.UNCONFIRMED),
        (State.RETRY_WAIT, State.SENT, State.SENT),
        (State.FAILED, State.DELIVERED, State.DELIVERED),
        (State.UNDELIVERED, State.DELIVERED, State.DELIVERED),
        (State.FAILED, State.UNDELIVERED, State.FAILED),
        (State.FAILED, State.SENT, State.FAILED),
        (State.DELIVERED, State.FAILED, State.DELIVERED),
        (State.DELIVERED, State.UNDELIVERED, State.DELIVERED),
        (State.BLOCKED, State.DELIVERED, State.BLOCKED),
        (State.CANCELED, State.DELIVERED, State.CANCELED),
        (State.SENT, State.BLOCKED, State.BLOCKED),
        (State.SENT, State.RECEIVED, State.SENT),
        (State.RECEIVED, State.DELIVERED, State.RECEIVED),
    ],
)
def test_a_report_moves_a_message_forward_or_not_at_all(current: State, reported: State, then: State) -> None:
    assert advance(current, reported) is then


@given(states, states)
def test_no_report_lowers_a_message(current: State, reported: State) -> None:
    assert RANK[advance(current, reported)] >= RANK[current]


@given(states, states)
def test_the_same_report_twice_changes_nothing_more(current: State, reported: State) -> None:
    once = advance(current, reported)

    assert advance(once, reported) is once


@given(st.permutations([State.ACCEPTED, State.SENT, State.DELIVERED, State.FAILED]))
def test_a_delivery_among_reports_in_any_order_is_believed(order: list[State]) -> None:
    state = State.SENDING
    for reported in order:
        state = advance(state, reported)

    assert state is State.DELIVERED


@given(st.lists(reports, min_size=1))
def test_after_any_report_nothing_is_sent_again(told: list[State]) -> None:
    state = State.RETRY_WAIT
    for reported in told:
        state = advance(state, reported)

    assert state not in {State.READY, State.RETRY_WAIT, State.SENDING, State.UNKNOWN, State.UNCONFIRMED}


def test_every_word_of_the_carriers_library_is_known() -> None:
    words = {value for name, value in vars(MessageInstance.Status).items() if name.isupper()}

    assert words == set(FROM_CARRIER)


def test_every_state_has_a_rank_and_a_word_of_the_api() -> None:
    assert set(RANK) == set(State)
    assert {shown_as(state) for state in State} == set(WORDS_OF_THE_API)


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (State.RETRY_WAIT, "ready"),
        (State.UNKNOWN, "sending"),
        (State.CANCELED, "blocked"),
        (State.UNCONFIRMED, "unconfirmed"),
        (State.UNDELIVERED, "undelivered"),
    ],
)
def test_inner_states_show_as_outer_ones(state: State, word: str) -> None:
    assert shown_as(state) == word


def test_only_an_unconfirmed_message_waits_for_a_person_and_may_still_change() -> None:
    final = {state for state in State if is_final(state)}
    failures = {state for state in State if is_failure(state)}

    assert failures == {State.UNDELIVERED, State.FAILED, State.BLOCKED, State.CANCELED}
    assert final == failures | {State.DELIVERED, State.RECEIVED}


@pytest.mark.parametrize(
    "code",
    [21610, 30003, 30004, 30005, 30006, 30007, 30008, 30034, 30036, 21211, 21408, 21612, 21614, 21617, 30022],
)
def test_the_usual_errors_are_explained_in_a_sentence(code: int) -> None:
    sentence = explain(code)

    assert sentence is not None
    assert sentence.endswith(".")
    assert str(code) not in sentence


def test_an_opt_out_is_explained_by_what_the_customer_did() -> None:
    assert explain(21610) == "This customer has opted out by texting STOP."


@pytest.mark.parametrize("code", [None, 0, 99999])
def test_an_error_that_nobody_knows_is_not_made_up(code: int | None) -> None:
    assert explain(code) is None
