"""Whatever somebody writes (trust.md 6.3 F): it is kept as it came, shown as words, and costs no more than its length."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import partial
from html import unescape
from pathlib import Path
from urllib.parse import unquote_plus, urlencode

import pytest
from flask import Flask

from config.settings import Settings
from smsdesk.adapters.wiring import Wiring
from smsdesk.rules import segments
from smsdesk.rules.csv_rows import lines
from smsdesk.rules.goodbyes import may_thank_somebody, read_farewell
from smsdesk.rules.keywords import read_keyword
from smsdesk.rules.labels import BadLabel, read_label
from smsdesk.rules.phone_numbers import NotAPhoneNumber, UnreadableSender, read_sender, shown, typed_number
from smsdesk.rules.revocations import read_revocation
from smsdesk.rules.seen_words import says_seen
from smsdesk.rules.texts import clean, has_bidi_override, preview
from tests.faults.door import Door
from tests.workers.shop import Shop

CORPUS = Path(__file__).parents[1] / "corpus"
ODD: list[dict[str, str]] = json.loads((CORPUS / "odd_texts.json").read_text(encoding="ascii"))["texts"]


@pytest.fixture
def door(app: Flask, settings: Settings) -> Door:
    wiring: Wiring = app.extensions["smsdesk"]
    return Door(app, settings, Shop(wiring, settings).opens())


def written(one: dict[str, str]) -> str:
    return unquote_plus(one["written"])


def is_utf8(one: dict[str, str]) -> bool:
    return "\ufffd" not in written(one)


def test_f31_f32_every_odd_text_is_stored_whole_with_its_bytes_and_shown_as_words(door: Door) -> None:
    sent: dict[str, str] = {}
    for number, one in enumerate(ODD, start=1):
        form = door.form(number, written(one))
        raw = urlencode({**form, "Body": "~"}).replace("~", one["written"]).encode()
        answer = door.bring(raw, door.signature(form))
        assert answer == 200 or (answer == 403 and not is_utf8(one)), one["name"]
        if answer == 200:
            sent[raw.decode()] = clean(written(one))

    assert len(sent) >= len([one for one in ODD if is_utf8(one)]) > 30
    assert dict(zip([raw.decode() for raw in door.raw()], door.bodies(), strict=True)) == sent
    assert not any("\x00" in body or "\x1b" in body for body in door.bodies())

    [conversation] = {message.conversation_id for message in door.shop.messages()}
    address = door.settings.public_url
    told = door.app.test_client().get(
        f"/api/v1/conversations/{conversation}/messages?limit=100", headers=door.token("Maya")
    )
    assert [item["body"] for item in told.get_json()["items"]] == door.bodies()
    for path in (f"/conversations/{conversation}", "/queue?box=team", "/manager"):
        page = door.browser("Sam").get(path, base_url=address)
        assert page.status_code == 200, path
        assert not any(tag in page.text for tag in ("<img src=x", "<svg/onload", "<script>alert", "<mglyph>", "<b>"))
        assert "49" not in page.text.partition("{{7*7}}")[2][:3]
    thread = unescape(door.browser("Sam").get(f"/conversations/{conversation}", base_url=address).text)
    assert "<img src=x onerror=alert(1)><svg/onload=alert(2)>" in thread


def test_f32_a_reply_of_1600_is_sent_whole_and_one_more_is_refused_with_nothing_lost(door: Door) -> None:
    door.post(door.form())
    [conversation] = {message.conversation_id for message in door.shop.messages()}
    path, program = f"/api/v1/conversations/{conversation}/messages", door.app.test_client()
    longest = ["x" * 1600, "\u0111" * 1600, "\U0001f642" * 800]

    for number, body in enumerate(longest):
        headers = door.token("Maya") | {"Idempotency-Key": f"key-{number}"}
        taken = program.post(path, json={"body": body, "seen": number + 1}, headers=headers)
        refused = program.post(path, json={"body": body + "y", "seen": number + 1}, headers=door.token("Maya"))
        assert (taken.status_code, refused.status_code) == (201, 422), (taken.text[:300], refused.text[:300])

    assert door.bodies() == ["hello?", *longest]


ODD_FORMS: dict[str, dict[str, str | None]] = {
    "no id": {"MessageSid": None},
    "an id of another shape": {"MessageSid": "SM123"},
    "an id with something after it": {"MessageSid": "SM" + "a" * 32 + "x"},
    "no sender": {"From": None},
    "an empty sender": {"From": ""},
    "a sender with NUL": {"From": "+1415\x005550199"},
    "a sender of 300 letters": {"From": "x" * 300},
    "no number": {"To": None},
    "a number that is none": {"To": "to you"},
    "a number that is not ours": {"To": "+14155550111"},
    "no body": {"Body": None},
    "no account": {"AccountSid": None},
    "no count of pictures": {"NumMedia": None},
    "9999 pictures": {"NumMedia": "9999"},
    "less than no picture": {"NumMedia": "-1"},
    "pictures in letters": {"NumMedia": "abc"},
}


def test_f34_a_signed_text_is_never_dropped_whatever_is_odd_about_its_form(door: Door) -> None:
    for number, (name, change) in enumerate(ODD_FORMS.items(), start=1):
        form = {part: value for part, value in (door.form(number, name) | change).items() if value is not None}
        assert [door.post(form), door.post(form)] == [200, 200], name
        assert len(door.in_quarantine()) == number, f"{name}: kept once"

    assert door.bodies() == []
    page = unescape(door.browser("Sam").get("/manager/quarantine", base_url=door.settings.public_url).text)
    assert [name for name in ODD_FORMS if f">{name}<" not in page] == ["no body"]


def test_f34_what_a_form_has_twice_is_kept_for_a_person_and_threaded_nowhere(door: Door) -> None:
    for number, name in enumerate(("MessageSid", "From", "To", "Body", "AccountSid", "NumMedia"), start=1):
        form = door.form(number)
        assert door.post([*form.items(), (name, form[name] + "1")]) == 200, name

    assert door.bodies() == []
    assert len(door.in_quarantine()) == 6


def test_f34_what_a_form_has_besides_does_not_matter(door: Door) -> None:
    form = door.form(1, "hello?", NumSegments="many", OptOutType="WHAT", FromCity="", Ünheard="of\x00", NumMedia="0")

    assert door.post(form) == 200
    assert door.post(door.form(2, AccountSid="AC" + "9" * 32)) == 403
    assert door.bodies() == ["hello?"]


UNITS = {
    "a letter": "a", "a blank": " ", "a line end": "\n", "stop": "stop ", "thanks": "thanks ", "a quotation": "“", "taps": "Liked “",
    "two marks in the wrong order": "\u0301\u0327", "a letter with many marks": "a\u0327\u0301\u0323",
    "what NFKC blows up": "\ufdfa", "Hangul in pieces": "\u1100\u1161\u11a8", "addresses": "http://a.", "smiles": ":-)", "hearts": "<3",
    "families": "\U0001f468\u200d", "digits": "1", "plus signs": "+1 ", "turning": "\u202e", "half characters": "\ud83d", "angles": "<a ",
}  # fmt: skip


def refusing(deed: Callable[[str], object], *refusals: type[Exception]) -> Callable[[str], object]:
    def tried(body: str) -> object:
        try:
            return deed(body)
        except refusals as refusal:
            return str(refusal)

    return tried


READERS: dict[str, Callable[[str], object]] = {
    "keywords": read_keyword,
    "goodbyes": read_farewell,
    "goodbyes by name": may_thank_somebody,
    "wishes to be left alone": read_revocation,
    "cleaning": clean,
    "the preview": lambda body: preview(body, 0),
    "turned directions": has_bidi_override,
    "segments": segments.count,
    "a reply": refusing(segments.ensure_sendable, segments.EmptyReply, segments.TooLong),
    "a colleague's OK": says_seen,
    "a label": refusing(read_label, BadLabel),
    "a sender": refusing(read_sender, UnreadableSender),
    "a number as typed": refusing(typed_number, NotAPhoneNumber),
    "a number as shown": shown,
    "a row of a file": lambda body: lines([[body]]),
}


@pytest.mark.parametrize("reader", READERS)
def test_f35_ten_times_the_text_costs_about_ten_times_the_work(reader: str) -> None:
    """Of 10,000 and 100,000 characters. What costs the square of a length costs a hundred times as much."""
    read = READERS[reader]
    read("warm")
    for name, unit in UNITS.items():
        tries = [works(read, unit)]
        while not is_linear(*tries[-1]) and len(tries) < 3:
            tries.append(works(read, unit))
        assert is_linear(*tries[-1]), f"{name}: {tries}"


def is_linear(short: float, long: float) -> bool:
    return long < 40 * short + 0.05


def works(read: Callable[[str], object], unit: str) -> tuple[float, float]:
    """Seconds of this process's time for both lengths, whatever else the machine does."""
    short, long = ((unit * length)[:length] for length in (10_000, 100_000))
    begun = time.process_time()
    read(short)
    between = time.process_time()
    read(long)
    return between - begun, time.process_time() - between


SQL = [
    "1 OR 1=1'; DROP TABLE message; --",
    "\x00' AND 1=CAST((SELECT version()) AS int)--",
    "%" * 200 + "_" * 200,
    "\\",
]
ASKED = (
    "box", "cursor", "number", "team", "agent", "days", "from", "to", "sort", "before", "after", "figure", "said", "people", "open",
    "heat", "day", "slot", "verdict", "saved", "what", "just", "deleted", "state", "assignee", "due_before", "limit", "kind", "q",
)  # fmt: skip


def test_f37_words_of_sql_are_words_in_every_filter_and_order(door: Door) -> None:
    door.post(door.form(1, SQL[0]))
    browser, program, token = door.browser("Sam"), door.app.test_client(), door.token("Sam")
    before = door.everything("sign_in_session", "api_token")  # which note when they were used
    words = SQL if door.shop.wiring.database.is_sqlite else SQL[1:2]  # what PostgreSQL alone refuses to hear
    everywhere = [dict.fromkeys(ASKED, said) for said in words]
    api = [*everywhere, {"sort": words[0]}, {"cursor": words[0]}]
    broke = []
    for path in (asked := addresses(door)):
        for query in api if path.startswith("/api/") else everywhere:
            ask = partial(program.get, headers=token) if path.startswith("/api/") else browser.get
            answer = ask(path, query_string=query, base_url=door.settings.public_url)
            broke += [(path, query)] if answer.status_code >= 500 else []

    assert broke == []
    assert len(asked) > 40
    assert door.everything("sign_in_session", "api_token") == before


def addresses(door: Door) -> list[str]:
    """Every address that can be looked at and has no id in it."""
    rules = [str(rule) for rule in door.app.url_map.iter_rules() if "GET" in (rule.methods or set())]
    return [rule for rule in rules if "<" not in rule and rule not in {"/events", "/readyz"} and "/phone" not in rule]
