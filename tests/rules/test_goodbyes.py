"""A goodbye needs no answer; whatever could want one is none."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdesk.rules.goodbye_words import LANGUAGES, Part, phrases
from smsdesk.rules.goodbyes import LONGEST, Farewell, may_thank_somebody, read_farewell

FIXTURES: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "farewells.toml").read_text(encoding="utf-8"))
TABLE = [(body, None if kind == "neither" else Farewell(kind)) for kind, bodies in FIXTURES.items() for body in bodies]
NEEDLESS = [body for body, farewell in TABLE if farewell]


@pytest.mark.parametrize(("body", "farewell"), TABLE)
def test_a_text_needs_no_answer_only_where_nobody_could_doubt_it(body: str, farewell: Farewell | None) -> None:
    assert read_farewell(body) is farewell


def test_the_table_is_large_and_balanced() -> None:
    assert len(TABLE) == len(dict(TABLE)) >= 180
    assert len(FIXTURES["neither"]) >= 80


@pytest.mark.parametrize("mark", "?？¿؟⁉❓")
@given(body=st.sampled_from(NEEDLESS), place=st.integers(0, 400))
def test_a_text_with_a_question_mark_always_wants_an_answer(mark: str, body: str, place: int) -> None:
    assert read_farewell(body[:place] + mark + body[place:]) is None


@given(st.sampled_from(FIXTURES["goodbye"]), st.from_regex(r"[0-9٠-٩０-９]{3,}", fullmatch=True), st.integers(0, 400))
def test_a_number_is_never_part_of_a_goodbye(body: str, digits: str, place: int) -> None:
    assert read_farewell(body[:place] + digits + body[place:]) is None


@given(st.sampled_from(FIXTURES["goodbye"]), st.from_regex(r"[a-z]{4,12}", fullmatch=True), st.booleans())
def test_a_word_that_we_do_not_know_may_want_something(body: str, word: str, first: bool) -> None:
    known = {part for language in LANGUAGES for phrase in phrases(language) for part in phrase.split()}

    if read_farewell(f"thanks {word}") is None and word not in known:
        assert read_farewell(f"{word} {body}" if first else f"{body} {word}") is None


closings = st.sampled_from(LANGUAGES).flatmap(
    lambda language: st.tuples(
        st.lists(st.sampled_from(sorted(phrases(language))), max_size=4),
        st.sampled_from(sorted(phrase for phrase, part in phrases(language).items() if part is Part.CLOSING)),
    )
)
decoration = st.text(alphabet="!. \n\u200b\u200d\ufe0f👍🏽❤😊\u2066", max_size=8)


@given(closings, decoration, decoration)
def test_any_words_of_one_language_with_a_closing_are_a_goodbye(
    said: tuple[list[str], str], before: str, after: str
) -> None:
    asides, closing = said
    body = f"{before} {' '.join([*asides, closing])} {after}"

    assert read_farewell(body) is (Farewell.GOODBYE if len(body) <= LONGEST else None)
    assert read_farewell(body.upper().replace("SS", "ss")) is read_farewell(body)


@given(st.text())
def test_whatever_a_stranger_writes_is_read_the_same_way_twice(body: str) -> None:
    assert read_farewell(body) is read_farewell(body)


def test_whom_a_customer_thanks_by_name_is_known_to_the_caller() -> None:
    assert read_farewell("Thanks Maya!") is None
    assert read_farewell("Thanks Maya!", ["Maya Obi"]) is Farewell.GOODBYE
    assert read_farewell("Maya", ["Maya Obi"]) is None
    assert read_farewell("Thanks Maya, is it you", ["Maya Obi"]) is None


@pytest.mark.parametrize(
    "body",
    ["th" + "a" * 99_995 + "nks", "thanks " * 15_000, "👍" * 100_000, "“" * 100_000, "Liked “" + "“" * 100_000,
     "Liked " + "“”" * 50_000, "\u0301" * 100_000, "\ufdfa" * 100_000, "'" * 100_000, ":" * 100_000, "<" + "3" * 100_000],
)  # fmt: skip
def test_a_huge_text_goes_to_a_person(body: str) -> None:
    assert read_farewell(body) is None


def test_a_tap_on_a_long_text_of_ours_is_still_a_tap() -> None:
    assert read_farewell("Liked “" + "Your boots are ready. " * 5_000 + "”") is Farewell.TAPBACK


@pytest.mark.parametrize(
    ("body", "may"),
    [
        ("Thanks Maya!", True),
        ("thank you so much, Maya Okafor 🙏", True),
        ("Danke Frau Yilmaz", True),
        ("Maya?", False),
        ("Is Maya there", False),
        ("have you got one", False),
        ("thanks " + "a " * 20, False),
        ("", False),
    ],
)
def test_only_thanks_are_worth_asking_who_works_here(body: str, may: bool) -> None:
    assert may_thank_somebody(body) is may
