"""What a sending meets at the pretend carrier: Twilio's own checks, and the mode that somebody asked for."""

from __future__ import annotations

import re
from dataclasses import replace

from smsdesk.rules import segments
from smsdesk.simulator.wire import Reply, of_error

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
SENDER = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{3,8}|[A-Za-z0-9 ]{1,11}|[a-z]{2,12}:\S{1,200}")
RECIPIENT = re.compile(r"\+[1-9][0-9]{6,14}|[a-z]{2,12}:\S{1,200}")
WEB = re.compile(r"https?://[^\s/_]+(/\S*)?")
BAD_GATEWAY = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
GARBAGE = b'{"sid": "SM' + b"\x00garbage"


def refusal(mode: str) -> Reply | None:
    """The answer in a mode that takes nothing, or None in one that does."""
    word, _, argument = mode.partition(":")
    if re.fullmatch(r"[0-9]{5}", mode):
        return of_error(400, int(mode), "Pretended")
    plain = {
        "hang": Reply(0, wire="hang"),
        "reset_before": Reply(0, wire="reset"),
        "307": Reply(307, headers={"Location": "http://127.0.0.1:9/elsewhere"}),
        "401": of_error(401, 20003, "Authenticate"),
        "429": of_error(429, 20429, "Too Many Requests", headers={"Retry-After": argument} if argument else {}),
        "500": of_error(500, 20500, "Internal Server Error"),
        "502_html": Reply(502, BAD_GATEWAY, "text/html"),
        "503": of_error(503, 20503, "Service Unavailable"),
    }
    return plain.get(word)


def answer(mode: str, good: Reply) -> Reply:
    """What is answered to a text that was taken."""
    odd = {
        "accept_then_close": replace(good, wire="close"),
        "accept_then_hang": replace(good, wire="hang"),
        "accept_500": of_error(500, 20500, "Internal Server Error"),
        "201_garbage": replace(good, body=GARBAGE),
        "201_empty": replace(good, body=b""),
        "201_wrong_sid": replace(good, body=re.sub(rb'"sid": "[^"]*"', b'"sid": "XX123"', good.body)),
        "201_truncated": replace(good, wire="truncated"),
        "drip": replace(good, wire="drip"),
    }
    return odd.get(mode, good)


def objection(form: dict[str, list[str]]) -> tuple[int, str] | None:
    """Twilio's error code and words for a form that it would not take, or None."""
    one = {name: values[-1] for name, values in form.items()}
    body, media = one.get("Body", ""), form.get("MediaUrl", [])
    checks = (
        (not one.get("To"), 21604, "A 'To' phone number is required."),
        (not RECIPIENT.fullmatch(one.get("To", "")), 21211, "The 'To' number is not a valid phone number."),
        (not one.get("From"), 21603, "A 'From' phone number is required."),
        (not SENDER.fullmatch(one.get("From", "")), 21212, "The 'From' number is not a valid phone number."),
        (one.get("From") == one.get("To"), 21266, "'To' and 'From' number cannot be the same."),
        (not body and not media, 21602, "Message body is required."),
        (
            _length(body) > segments.MAX_CHARACTERS,
            21617,
            "The concatenated message body exceeds the 1600 character limit.",
        ),
        (len(media) > 10, 21623, "Number of media files exceeds allowed limit."),
        (not all(WEB.fullmatch(url) for url in media), 21620, "Invalid media URL."),
        (
            not WEB.fullmatch(one.get("StatusCallback", "http://none")),
            21609,
            "The 'StatusCallback' URL is not a valid URL.",
        ),
        (not _is_validity(one.get("ValidityPeriod", "1")), 20001, "The validity period is out of range."),
    )
    return next(((code, words) for is_wrong, code, words in checks if is_wrong), None)


def _length(body: str) -> int:
    """Twilio counts 16-bit units."""
    return len(body.encode("utf-16-le", "surrogatepass")) // 2


def _is_validity(value: str) -> bool:
    return value.isdigit() and 1 <= int(value) <= 36000
