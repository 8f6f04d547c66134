"""Twilio's answers to a sending → ours: what was certainly not done, what never will be, and what nobody knows.

Sources: Twilio's error dictionary (docs/api/errors), and each wire behaviour tried against the official client.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from smsdesk.adapters.carrier import Gone, Kept, NotSent, NotYet, Outcome, Refused, Removal, Unknown

Class = Literal["opted_out", "permanent", "credentials", "later", "throttled"]

CODES: dict[int, tuple[Class, str]] = {
    14107: ("throttled", "the carrier asks us to slow down"),
    20003: ("credentials", "the carrier refuses our credentials"),
    20005: ("credentials", "our account at the carrier is not active"),
    20404: ("credentials", "the carrier does not know our account"),
    20429: ("throttled", "the carrier asks us to slow down"),
    21211: ("permanent", "this is not a number that can be texted"),
    21408: ("permanent", "texting to this country is not switched on at the carrier"),
    21601: ("permanent", "our number cannot send texts"),
    21602: ("permanent", "the text is empty"),
    21604: ("permanent", "there is no number to text to"),
    21606: ("permanent", "our number may not send texts"),
    21608: ("permanent", "a trial account may text only to verified numbers"),
    21610: ("opted_out", "the customer has said STOP to the carrier"),
    21611: ("throttled", "the carrier's queue for our number is full"),
    21612: ("permanent", "our number cannot reach this number"),
    21614: ("permanent", "this is not a mobile number"),
    21617: ("permanent", "the text is longer than 1,600 characters"),
    21620: ("permanent", "a picture's address is not usable"),
    21623: ("permanent", "there are too many pictures"),
    30001: ("throttled", "the carrier's queue for our number is full"),
    30002: ("credentials", "our account at the carrier is suspended"),
}

NOT_COMPLETE = 20009

# 403 and 401 without a code of Twilio's may come from a proxy in between: nothing was sent, and an operator must look
STATUSES: dict[int, tuple[Class, str]] = {
    401: ("credentials", "the carrier refuses our credentials"),
    403: ("credentials", "the carrier refuses our credentials"),
    429: ("throttled", "the carrier asks us to slow down"),
}


class Throttled(Exception):
    """The answer was 429: nothing was done. `retry_after` where Twilio named a wait."""

    def __init__(self, retry_after: timedelta | None) -> None:
        super().__init__("too many calls")
        self.retry_after = retry_after


def outcome_of_error(status: int, code: int | None) -> Outcome:
    """What an answer other than 2xx says about a sending. `code` is Twilio's own error code, None where it gave none."""
    if status >= 500 or status == 408:
        return Unknown(f"the carrier answered {status}")  # it may have been accepted before something behind it broke
    known = CODES.get(code or 0) or STATUSES.get(status)
    if known is None:
        return _without_a_word(status, code)
    kind, why = known
    return _outcome(code or status, kind, why)


def removal_of_error(status: int, code: int | None) -> Removal:
    """What an answer other than 2xx says about a removal."""
    if status == 404 and code == 20404:
        return Gone()
    if code == NOT_COMPLETE:  # on its way still; "in rare cases up to 14 days" (docs/api/errors/20009)
        return NotYet(code, holds_all=False)
    kind = (CODES.get(code or 0) or STATUSES.get(status) or (None,))[0]
    if kind in {"credentials", "throttled"} or status >= 500 or status == 408 or not code:
        return NotYet(code or status, holds_all=True)
    return Kept(code)


def _without_a_word(status: int, code: int | None) -> Outcome:
    """A refusal that we have no line for is Twilio's last word; an answer without Twilio's code is not Twilio's at all."""
    if code:
        return _outcome(code, "permanent", "the carrier refuses this text")
    return _outcome(status, "later", f"something in between answered {status}")


def _outcome(code: int, kind: Class, why: str) -> Outcome:
    if kind == "later" or kind == "throttled":
        return NotSent(code, why, is_rate_limit=kind == "throttled")
    return Refused(code, why, kind)
