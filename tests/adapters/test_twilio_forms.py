"""Twilio's forms are read strictly where it matters, and keep what nobody knows yet."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from smsdesk.adapters.carrier import InboundText, MediaRef, StatusReport
from smsdesk.adapters.twilio import BadForm, read_inbound, read_status, sign

SID, MEDIA = "SM" + "0af1" * 8, "ME" + "0af1" * 8
TEXT = {
    "MessageSid": SID,
    "AccountSid": "AC1",
    "From": "+15550199901",
    "To": "+15550100001",
    "Body": "Hello",
    "NumMedia": "0",
}
STATUS = {"MessageSid": SID, "AccountSid": "AC1", "MessageStatus": "undelivered", "ErrorCode": "30003"}


def form_with(form: dict[str, str], **changes: str | None) -> MultiDict[str, str]:
    return MultiDict({name: value for name, value in (form | changes).items() if value is not None})


def test_a_text_is_read_verbatim() -> None:
    form = form_with(TEXT, Body=" Hello 🙂\n", NumSegments="2", OptOutType="STOP", Unheard="of")
    assert read_inbound(form, b"raw") == InboundText(
        "AC1", SID, "+15550100001", "+15550199901", " Hello 🙂\n", (), 2, "STOP", b"raw"
    )


def test_pictures_are_announced_with_their_types() -> None:
    url = f"https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/{SID}/Media/{MEDIA}"
    text = read_inbound(form_with(TEXT, Body="", NumMedia="2", MediaUrl0=url, MediaContentType0="image/png"), b"")
    assert text.media == (MediaRef(0, url, "image/png"),)
    assert text.media[0].sid == MEDIA


@pytest.mark.parametrize(
    "url", ["https://evil.example/x", f"https://evil.example/{MEDIA}x", "", "https://a/ME/../" + "0" * 34]
)
def test_an_address_without_an_attachments_id_names_none(url: str) -> None:
    assert MediaRef(0, url, "").sid is None


@pytest.mark.parametrize("name", ["MessageSid", "From", "To", "Body", "AccountSid", "NumMedia"])
def test_what_matters_is_there_exactly_once(name: str) -> None:
    twice = MultiDict([*TEXT.items(), (name, TEXT[name])])
    for form in (form_with(TEXT, **{name: None}), twice):
        with pytest.raises(BadForm, match=name):
            read_inbound(form, b"")


def test_a_form_that_hides_one_parameter_in_another_has_the_same_signature_and_is_refused() -> None:
    """The signature has no delimiters, so this is caught by asking for every name."""
    honest = form_with(TEXT, Body="hi")
    forged = form_with(TEXT, Body="hiFrom+15550199901", From=None)
    assert sign("https://desk.example.com/x", honest, "token") == sign("https://desk.example.com/x", forged, "token")
    with pytest.raises(BadForm, match="From"):
        read_inbound(forged, b"")


@pytest.mark.parametrize(
    "changes",
    [
        {"MessageSid": "SM123"},
        {"MessageSid": SID.upper()},
        {"MessageSid": SID + "\n"},
        {"MessageSid": "XX" + SID[2:]},
        {"NumMedia": "11"},
        {"NumMedia": "9999"},
        {"NumMedia": "-1"},
        {"NumMedia": "abc"},
        {"NumMedia": "١"},
        {"NumMedia": ""},
        {"From": ""},
        {"From": "+1555\x000199901"},
        {"From": "x" * 256},
        {"To": "\ud83d"},
    ],
)
def test_a_text_of_the_wrong_shape_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(BadForm):
        read_inbound(form_with(TEXT, **changes), b"")


@pytest.mark.parametrize("sender", ["12345", "SHOP", "whatsapp:+15550199901", "rcs:brand_agent", "+15550199901"])
def test_odd_senders_are_read_as_they_are(sender: str) -> None:
    assert read_inbound(form_with(TEXT, From=sender), b"").sender == sender


def test_what_is_only_a_hint_never_refuses_a_text() -> None:
    text = read_inbound(form_with(TEXT, NumSegments="many", OptOutType="WHAT", NumMedia="1"), b"")
    assert (text.segments, text.opt_out_type, text.media) == (1, None, ())


def test_a_status_is_read() -> None:
    assert read_status(form_with(STATUS), b"raw") == StatusReport("AC1", SID, "undelivered", 30003, b"raw")


@pytest.mark.parametrize("code", [None, "", "0", "odd"])
def test_a_status_without_an_error_has_none(code: str | None) -> None:
    assert read_status(form_with(STATUS, ErrorCode=code), b"").error_code is None


@pytest.mark.parametrize(
    "changes", [{"MessageStatus": None}, {"MessageStatus": "<b>"}, {"MessageSid": "1"}, {"AccountSid": ""}]
)
def test_a_status_of_the_wrong_shape_is_refused(changes: dict[str, str | None]) -> None:
    with pytest.raises(BadForm):
        read_status(form_with(STATUS, **changes), b"")


@given(st.dictionaries(st.sampled_from([*TEXT, *STATUS, "MediaUrl0", "NumSegments", "OptOutType"]), st.text()))
def test_nothing_but_bad_form_is_ever_raised(form: dict[str, str]) -> None:
    for read in (read_inbound, read_status):
        with suppress(BadForm):
            read(MultiDict(form), b"")
