"""Pictures are fetched from where we say, credentials go to the API alone, and nothing leads us astray."""

from __future__ import annotations

import socket
from dataclasses import replace

import pytest

from config.settings import Settings
from smsdesk.adapters.carrier import CarrierDown, Media, MediaRefused
from smsdesk.adapters.twilio import TwilioCarrier
from smsdesk.simulator.customers import Attachment
from tests.adapters.wire import answering, server
from tests.conftest import ACCOUNT_SID
from tests.faults.standin import StandIn

SMS, ME = "MM" + "0" * 32, "ME" + "0" * 32


def fetched(settings: Settings, base: str, message_sid: str = SMS, media_sid: str = ME) -> Media:
    return TwilioCarrier(replace(settings, twilio_api_base_url=base)).fetch_media(ACCOUNT_SID, message_sid, media_sid)


def found_at(location: str) -> bytes:
    return f"HTTP/1.1 307 Elsewhere\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()


def test_a_picture_is_fetched_over_one_redirect(stand_in: StandIn) -> None:
    text = stand_in.carrier.customers.text("+15550199901", "+15550100001", "", [Attachment("image/png", b"PNG")])
    media_sid = stand_in.carrier.ledger.pictures(text.sid)[0].sid
    assert TwilioCarrier(stand_in.settings).fetch_media(ACCOUNT_SID, text.sid, media_sid) == Media("image/png", b"PNG")


def test_credentials_stay_with_the_api(desk_settings: Settings) -> None:
    asked: list[bytes] = []

    def behave(line: socket.socket) -> None:
        for answer in (found_at("/cdn"), b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 3\r\n\r\nPNG"):
            asked.append(line.recv(65536))
            line.sendall(answer)

    with server(behave) as port:
        assert fetched(desk_settings, f"http://127.0.0.1:{port}").data == b"PNG"
    assert [b"Authorization: Basic" in request for request in asked] == [True, False]


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://localhost:1/",
        "https://mms.twiliocdn.com.evil.example/x",
        "https://evil.example/mms.twiliocdn.com",
        "https://mms.twiliocdn.com:8443/x",
        "https://mms.twiliocdn.com@evil.example/",
        "https://s3-external-1.amazonaws.com/another-bucket/x",
        "http://mms.twiliocdn.com/x",
        "ftp://mms.twiliocdn.com/x",
        "//evil.example/x",
        "http://[bad/",
    ],
)
def test_a_redirect_elsewhere_is_refused(desk_settings: Settings, location: str) -> None:
    with server(answering(found_at(location))) as port, pytest.raises(MediaRefused):
        fetched(desk_settings, f"http://127.0.0.1:{port}")


def test_a_second_redirect_is_refused(desk_settings: Settings) -> None:
    def behave(line: socket.socket) -> None:
        while line.recv(65536):
            line.sendall(found_at("/again"))

    with server(behave) as port, pytest.raises(MediaRefused):
        fetched(desk_settings, f"http://127.0.0.1:{port}")


@pytest.mark.parametrize(
    ("message_sid", "media_sid"), [(SMS, "ME1"), ("../../x", ME), (SMS, f"{ME}/../../secrets"), (SMS + "\n", ME)]
)
def test_an_id_of_the_wrong_shape_asks_nobody(stand_in: StandIn, message_sid: str, media_sid: str) -> None:
    with pytest.raises(MediaRefused):
        fetched(stand_in.settings, stand_in.carrier.url, message_sid, media_sid)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 6291457\r\n\r\n", MediaRefused),
        (b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", MediaRefused),
        (b"HTTP/1.1 404 Not yet\r\nContent-Length: 0\r\n\r\n", CarrierDown),
        (b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", CarrierDown),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", CarrierDown),
    ],
)
def test_what_may_work_later_is_told_from_what_never_will(
    desk_settings: Settings, answer: bytes, error: type[Exception]
) -> None:
    with server(answering(answer)) as port, pytest.raises(error):
        fetched(desk_settings, f"http://127.0.0.1:{port}")
