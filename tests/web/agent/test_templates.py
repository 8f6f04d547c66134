"""Laws of the templates and scripts: what the content security policy forbids is not written, and texts are never marked safe."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[3] / "smsdesk" / "web"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
SCRIPTS = sorted((WEB / "static" / "js").glob("*.js"))
SHEETS = sorted((WEB / "static" / "css").glob("*.css"))
FORBIDDEN = {
    "an inline style": re.compile(r"\sstyle="),
    "an inline style sheet": re.compile(r"<style"),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)"),
    "a handler in the page": re.compile(r"\son[a-z]+="),
    "hx-on or js:, which need eval": re.compile(r"hx-on|\bjs:"),
    "text marked as safe": re.compile(r"\|\s*safe|autoescape false"),
    "something from another host": re.compile(r"(?:src|href)=\"https?:"),
}


def ident(path: Path) -> str:
    return str(path.relative_to(WEB))


@pytest.mark.parametrize("template", TEMPLATES, ids=ident)
def test_a_template_has_nothing_that_the_policy_forbids(template: Path) -> None:
    text = template.read_text()

    assert [what for what, found in FORBIDDEN.items() if found.search(text)] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=ident)
def test_every_form_that_posts_carries_the_token(template: Path) -> None:
    forms = re.findall(r'<form[^>]*method="post".*?</form>', template.read_text(), re.S)

    assert [form[:80] for form in forms if 'name="csrf_token"' not in form] == []


@pytest.mark.parametrize("script", SCRIPTS, ids=ident)
def test_a_script_makes_no_markup_out_of_text(script: Path) -> None:
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", script.read_text()
    )


@pytest.mark.parametrize("file", SHEETS + SCRIPTS, ids=ident)
def test_files_stay_small(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= 250


def test_colours_are_named_in_one_sheet_for_light_and_dark() -> None:
    palette = (WEB / "static" / "css" / "tokens.css").read_text()
    used = {name for sheet in SHEETS for name in re.findall(r"var\((--[\w-]+)", sheet.read_text())}

    assert {name for name in used if f"{name}:" not in palette} == set()
