"""Where a text stands on its way: the carrier's words, our states, and which may follow which."""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """A message's state; all but `received` belong to texts that we send.

    `unknown`: the call was made and its fate is not known. `unconfirmed`: looked for, not found, a person decides.
    """

    READY = "ready"
    RETRY_WAIT = "retry_wait"
    SENDING = "sending"
    UNKNOWN = "unknown"
    UNCONFIRMED = "unconfirmed"
    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    BLOCKED = "blocked"
    CANCELED = "canceled"
    RECEIVED = "received"


FROM_CARRIER: Mapping[str, State] = {  # twilio's words → ours
    "queued": State.ACCEPTED,
    "accepted": State.ACCEPTED,
    "scheduled": State.ACCEPTED,
    "sending": State.ACCEPTED,  # the carrier's sending; ours is the call that comes before
    "sent": State.SENT,
    "partially_delivered": State.SENT,  # some parts arrived, which does not prove the rest
    "delivered": State.DELIVERED,
    "read": State.DELIVERED,
    "undelivered": State.UNDELIVERED,
    "failed": State.FAILED,
    "canceled": State.CANCELED,
    "receiving": State.RECEIVED,
    "received": State.RECEIVED,
}

RANK: Mapping[State, int] = {
    State.READY: 0,
    State.RETRY_WAIT: 0,
    State.SENDING: 1,
    State.UNKNOWN: 2,
    State.UNCONFIRMED: 3,
    State.ACCEPTED: 4,
    State.SENT: 5,
    State.DELIVERED: 6,
    State.UNDELIVERED: 6,
    State.FAILED: 6,
    State.BLOCKED: 6,
    State.CANCELED: 6,
    State.RECEIVED: 6,
}

FINAL = frozenset(state for state, rank in RANK.items() if rank == 6)
FAILURES = frozenset({State.UNDELIVERED, State.FAILED, State.BLOCKED, State.CANCELED})
_CORRECTABLE = frozenset({State.UNDELIVERED, State.FAILED})

_SHOWN = {
    State.RETRY_WAIT: State.READY,
    State.UNKNOWN: State.SENDING,
    State.CANCELED: State.BLOCKED,
    State.RECEIVED: State.DELIVERED,
}

_EXPLANATIONS: Mapping[int, str] = {  # advisory only: the carrier says that codes may change
    21211: "The carrier says that this is not a phone number.",
    21408: "Our account with the carrier may not text this country.",
    21601: "Our number cannot send texts.",
    21602: "The text was empty.",
    21606: "Our number cannot send texts to this customer.",
    21610: "This customer has opted out by texting STOP.",
    21611: "Too many of our texts are waiting at the carrier.",
    21612: "The carrier has no way from our number to this one.",
    21614: "This number is a landline or cannot get texts.",
    21617: "The text is longer than the carrier takes.",
    30001: "Too many texts were waiting, and the carrier dropped this one.",
    30002: "Our account with the carrier is suspended.",
    30003: "The phone is switched off or out of reach.",
    30004: "The phone or its network blocks texts from us.",
    30005: "This number does not exist, or no longer does.",
    30006: "This is a landline, or its network does not carry texts.",
    30007: "The network took this text for spam and held it back.",
    30008: "The network did not deliver it and does not say why.",
    30022: "We sent more texts than our registration allows.",
    30023: "Our number has used up its daily allowance with this network.",
    30034: "Our number is not registered with the American networks yet.",
    30036: "The text waited longer than it was worth sending, and was dropped.",
    30410: "The network did not answer in time.",
    30450: "The carrier took this text for part of a fraud and stopped it.",
    30610: "The network holds texts back at this hour.",
}


def advance(current: State, reported: State) -> State:
    """The state after a report: never backwards, whatever order reports come in and however often.

    A final state stays; only a delivery corrects a failure, since some networks report parts one by one.
    A report from the carrier also ends our own doubt (`sending`, `unknown`, `unconfirmed`), and it
    stops a text that was to be sent again from being sent twice.
    """
    if reported is State.DELIVERED and current in _CORRECTABLE:
        return State.DELIVERED
    if reported is State.RECEIVED or RANK[reported] <= RANK[current]:
        return current
    return reported


def is_final(state: State) -> bool:
    """True where nothing more is expected. `unconfirmed` is not final: a late report may still end the doubt."""
    return state in FINAL


def is_failure(state: State) -> bool:
    """True where the customer does not get this text."""
    return state in FAILURES


def shown_as(state: State) -> str:
    """The word of the API and the screens; inner states show as their nearest outer one."""
    return _SHOWN.get(state, state).value


def explain(error_code: int | None) -> str | None:
    """The carrier's error in plain words, None where there is none or none that we know."""
    return _EXPLANATIONS.get(error_code) if error_code is not None else None
