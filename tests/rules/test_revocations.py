"""Who asks for no more texts in words of their own is heard; who only uses the same words is not."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsdesk.rules.goodbye_words import LANGUAGES
from smsdesk.rules.keywords import Keyword, read_keyword
from smsdesk.rules.revocation_phrases import LANGUAGES as REVOKED_IN
from smsdesk.rules.revocation_phrases import beginnings, compiled, triggers
from smsdesk.rules.revocations import LONGEST, read_revocation

STOPS = Path(__file__).parents[1] / "corpus" / "stops.json"
TEXTS = json.loads(STOPS.read_text(encoding="utf-8"))
FIXTURES: dict[str, list[str]] = TEXTS["more"]
FORMS: list[tuple[str, str]] = [(body, reading) for body, reading in TEXTS["forms"] if reading != "start"]
TABLE = FORMS + [(body, reading) for reading, bodies in FIXTURES.items() for body in bodies]


@pytest.mark.parametrize(("body", "reading"), TABLE)
def test_a_text_is_obeyed_or_put_before_a_person_or_neither(body: str, reading: str) -> None:
    assert (read_keyword(body) is Keyword.STOP) is (reading == "stop")
    assert (read_revocation(body) is not None) is (reading == "plain words")


def test_the_table_is_large_and_balanced() -> None:
    assert len(TABLE) == len(dict(TABLE)), "a text stands there twice"
    assert len(FIXTURES["plain words"]) >= 200
    assert len(FIXTURES["text"]) >= 150


@pytest.mark.parametrize(
    ("body", "stretch"),
    [
        ("Hi, I moved away. Please STOP texting me, thanks!", "STOP texting"),
        ("Ok. Don’t text me again.", "Don’t text me"),
        ("👍 st\u00adop\u200b texting", "st\u00adop\u200b texting"),
        ("Hola: no ma\u0301s, por favor", "no ma\u0301s"),
        ("ﬃ ﷺ Ｓｔｏｐ  ｔｅｘｔｉｎｇ me", "Ｓｔｏｐ  ｔｅｘｔｉｎｇ"),
        ("stoooop texxxting", "stoooop texxxting"),
        ("un STOP" + " " * 1_000 + "texting", "STOP" + " " * 116),
    ],
)
def test_what_is_quoted_is_what_they_wrote(body: str, stretch: str) -> None:
    assert read_revocation(body) == stretch


@given(st.sampled_from(FIXTURES["plain words"]))
def test_loudness_changes_nothing(body: str) -> None:
    assert read_revocation(body.swapcase()) is not None
    assert read_revocation(f"  {body}!!! ") is not None


@given(
    st.sampled_from(FIXTURES["text"]),
    st.sampled_from(["Please stop texting me.", "Leave me alone!", "wrong number"]),
)
def test_a_wish_is_heard_after_any_sentence(before: str, wish: str) -> None:
    if not before.startswith(("Liked", "Loved")):
        assert read_revocation(f"{before}\n{wish}") is not None


words = st.sampled_from(
    [*sorted({word for body, _ in TABLE for word in body.split()}), ".", "\u0301", "_", "\ud83d", "ﷺ", "’"]
)


@settings(max_examples=60)
@given(st.one_of(st.text(), st.lists(words, max_size=12).map(" ".join)))
def test_whatever_a_stranger_writes_can_be_read_and_only_their_words_are_quoted(body: str) -> None:
    stretch = read_revocation(body)

    if stretch is not None:
        assert stretch in body
        assert 0 < len(stretch) <= LONGEST
        assert read_keyword(body) is None


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("stop " * 20_000 + "stop by", False),
        ("do not want me all any the " * 4_000, False),
        ("stop me all any the these " * 4_000, False),
        ("how do i unsubscribe from " * 4_000 + "newsletter", True),
        ("st" + "o" * 1_000 + "p", True),
        ("st" + "o" * 100_000 + "p", False),
        ("stop" + "\u0301\u0316" * 50_000, True),
        ("stop by " + "\ufdfa" * 100_000, False),
        ("." * 100_000 + "stop by", False),
        ("a" * 100_000 + " please stop texting me", True),
    ],
)
def test_a_huge_text_is_read_at_both_ends(body: str, found: bool) -> None:
    assert (read_revocation(body) is not None) is found


def test_wishes_are_known_in_every_language_in_which_we_know_a_goodbye() -> None:
    assert set(REVOKED_IN) == set(LANGUAGES)


@pytest.mark.parametrize("language", REVOKED_IN)
def test_no_row_of_the_words_is_broken(language: str) -> None:
    for innocent, wish in beginnings(language).values():
        compiled(innocent, wish)
    # a sign in the wrong place would have become a part of a word
    assert [word for word in (*triggers(language), *beginnings(language)) if not word.isalnum()] == []
