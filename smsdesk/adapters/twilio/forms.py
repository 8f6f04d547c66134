"""Twilio's posted forms, read strictly; whatever is unknown stays in `raw`."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from smsdesk.adapters.carrier import InboundText, MediaRef, StatusReport

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

MESSAGE_SID = re.compile(r"(SM|MM)[0-9a-f]{32}")
ADDRESS = re.compile(r"[^\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]{1,255}")
WORD = re.compile(r"[a-z][a-z_-]{0,39}")
MOST_MEDIA = 10
OPT_OUT_TYPES: dict[str, Literal["STOP", "START", "HELP"]] = {"STOP": "STOP", "START": "START", "HELP": "HELP"}


class BadForm(Exception):
    """The form is not what Twilio sends; the message says what is wrong with it, without its contents."""


def read_inbound(form: MultiDict[str, str], raw: bytes) -> InboundText:
    """A customer's text out of the webhook's form. Raises BadForm.

    MessageSid, From, To, Body, AccountSid and NumMedia must be there exactly once: the signature has no delimiters between
    parameters, so a repeated name could be a forgery of another form. Body may be empty.
    """
    return InboundText(
        account_sid=_address(form, "AccountSid"),
        carrier_sid=_message_sid(form),
        to=_address(form, "To"),
        sender=_address(form, "From"),
        body=_once(form, "Body"),
        media=_media(form),
        segments=_whole_number(form.get("NumSegments"), default=1),
        opt_out_type=OPT_OUT_TYPES.get(form.get("OptOutType", "")),
        raw=raw,
    )


def read_oddity(form: MultiDict[str, str], raw: bytes, signature: str, account_sid: str) -> InboundText:
    """What can be read of a signed form that is no text, for a person to look at; `account_sid` where it names none.

    One without a usable id is named after its signature: however a form is cut up under one signature, it is kept once.
    """
    sids = [sid for sid in form.getlist("MessageSid") if MESSAGE_SID.fullmatch(sid)]
    accounts = form.getlist("AccountSid")
    return InboundText(
        account_sid=accounts[0] if len(accounts) == 1 and ADDRESS.fullmatch(accounts[0]) else account_sid,
        carrier_sid=sids[0] if len(sids) == 1 else f"XX{sha256(signature.encode()).hexdigest()[:32]}",
        to=", ".join(form.getlist("To")),
        sender=", ".join(form.getlist("From")),
        body="\n".join(form.getlist("Body")),
        media=(),
        segments=1,
        opt_out_type=None,
        raw=raw,
    )


def read_status(form: MultiDict[str, str], raw: bytes) -> StatusReport:
    """What became of a text of ours, out of the status callback's form. Raises BadForm."""
    word = _once(form, "MessageStatus")
    if not WORD.fullmatch(word):
        raise BadForm("MessageStatus is not a word")
    return StatusReport(
        account_sid=_address(form, "AccountSid"),
        carrier_sid=_message_sid(form),
        word=word,
        error_code=_whole_number(form.get("ErrorCode"), default=0) or None,
        raw=raw,
    )


def _once(form: MultiDict[str, str], name: str) -> str:
    values = form.getlist(name)
    if len(values) != 1:
        raise BadForm(f"{name} must be there exactly once, not {len(values)} times")
    return values[0]


def _address(form: MultiDict[str, str], name: str) -> str:
    value = _once(form, name)
    if not ADDRESS.fullmatch(value):
        raise BadForm(f"{name} is empty, too long or has control characters")
    return value


def _message_sid(form: MultiDict[str, str]) -> str:
    sid = _once(form, "MessageSid")
    if not MESSAGE_SID.fullmatch(sid):
        raise BadForm("MessageSid has not the shape of one")
    return sid


def _media(form: MultiDict[str, str]) -> tuple[MediaRef, ...]:
    """The announced attachments. One that is announced without an address is left out: it never holds up the text."""
    count = _once(form, "NumMedia")
    if not re.fullmatch(r"[0-9]{1,2}", count) or int(count) > MOST_MEDIA:
        raise BadForm(f"NumMedia must be a number from 0 to {MOST_MEDIA}")
    refs = (MediaRef(i, form.get(f"MediaUrl{i}", ""), form.get(f"MediaContentType{i}", "")) for i in range(int(count)))
    return tuple(ref for ref in refs if ref.url)


def _whole_number(value: str | None, default: int) -> int:
    return int(value) if value and re.fullmatch(r"[0-9]{1,9}", value) else default
