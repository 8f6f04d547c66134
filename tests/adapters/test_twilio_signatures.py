"""Only what Twilio signed for our own address is believed, and nothing that a stranger posts can break the check."""

from __future__ import annotations

from dataclasses import replace

import pytest
from werkzeug.datastructures import MultiDict

from config.settings import Settings
from smsdesk.adapters.twilio import check, sign
from tests.adapters.conftest import OLD_TOKEN
from tests.conftest import AUTH_TOKEN

PATH = "/webhooks/twilio/messages"
URL = "https://desk.example.com" + PATH


def a_form(**changes: str) -> MultiDict[str, str]:
    return MultiDict(
        {"MessageSid": "SM" + "0" * 32, "From": "+15550199901", "To": "+15550100001", "Body": " hi 🙂 ", "FromCity": ""}
        | changes
    )


def test_twilios_own_example_is_accepted(desk_settings: Settings) -> None:
    """From Twilio's page on request security."""
    form = MultiDict(
        {
            "CallSid": "CA1234567890ABCDE",
            "Caller": "+14158675309",
            "Digits": "1234",
            "From": "+14158675309",
            "To": "+18005551212",
        }
    )
    settings = replace(desk_settings, public_url="https://mycompany.com", twilio_auth_tokens=("12345",))
    signature = sign("https://mycompany.com/myapp.php?foo=1&bar=2", form, "12345")
    assert signature == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    assert check("/myapp.php?foo=1&bar=2", form, signature, settings)


@pytest.mark.parametrize("token", [AUTH_TOKEN, OLD_TOKEN])
def test_either_token_of_a_rotation_signs(desk_settings: Settings, token: str) -> None:
    assert check(PATH, a_form(), sign(URL, a_form(), token), desk_settings)


def test_a_token_that_is_gone_signs_no_more(desk_settings: Settings) -> None:
    after = replace(desk_settings, twilio_auth_tokens=(AUTH_TOKEN,))
    assert not check(PATH, a_form(), sign(URL, a_form(), OLD_TOKEN), after)


def test_the_address_may_carry_its_default_port(desk_settings: Settings) -> None:
    assert check(PATH, a_form(), sign(URL.replace(".com/", ".com:443/"), a_form(), AUTH_TOKEN), desk_settings)


@pytest.mark.parametrize(
    "url",
    [
        URL.replace("https", "http"),
        URL + "/",
        URL.replace("desk.", "evil."),
        URL.replace("messages", "statuses/1"),
        URL + "?a=b",
    ],
)
def test_a_signature_for_another_address_is_no_signature(desk_settings: Settings, url: str) -> None:
    assert not check(PATH, a_form(), sign(url, a_form(), AUTH_TOKEN), desk_settings)


@pytest.mark.parametrize(
    "form",
    [
        a_form(Body="hi 🙂"),
        a_form(From="+15550199902"),
        MultiDict([*a_form().items(), ("Extra", "1")]),
        MultiDict([(name, value) for name, value in a_form().items() if value]),
    ],
    ids=["trimmed", "another sender", "one more", "blank one dropped"],
)
def test_a_form_that_was_touched_is_not_believed(desk_settings: Settings, form: MultiDict[str, str]) -> None:
    assert not check(PATH, form, sign(URL, a_form(), AUTH_TOKEN), desk_settings)


def test_parameters_that_twilio_adds_later_do_no_harm(desk_settings: Settings) -> None:
    form = a_form(SomethingNew="1")
    assert check(PATH, form, sign(URL, form, AUTH_TOKEN), desk_settings)


@pytest.mark.parametrize(
    "signature", [None, "", "x", "x" * 1_000_000, "ß" * 28, "\x00", "L/OH5YylLD5NRKLltdqwSvS0BnU="]
)
def test_a_wrong_signature_gets_a_no(desk_settings: Settings, signature: str | None) -> None:
    assert not check(PATH, a_form(), signature, desk_settings)


def test_half_a_character_gets_a_no(desk_settings: Settings) -> None:
    assert not check(PATH, a_form(Body="\ud83d"), "L/OH5YylLD5NRKLltdqwSvS0BnU=", desk_settings)


def test_an_empty_form_gets_a_no_even_when_the_address_is_signed(desk_settings: Settings) -> None:
    nothing: MultiDict[str, str] = MultiDict()
    assert not check(PATH, nothing, sign(URL, nothing, AUTH_TOKEN), desk_settings)


def test_a_public_address_that_cannot_be_read_gets_a_no(desk_settings: Settings) -> None:
    odd = replace(desk_settings, public_url="https://desk.example.com:99999")
    assert not check(PATH, a_form(), sign(URL, a_form(), AUTH_TOKEN), odd)


def test_without_a_token_nobody_is_believed(desk_settings: Settings) -> None:
    assert not check(PATH, a_form(), sign(URL, a_form(), ""), replace(desk_settings, twilio_auth_tokens=()))
