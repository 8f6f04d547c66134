"""The pages and files of the reports: each figure opens exactly what it counts, and strangers' words do no harm."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape

import pytest

from tests.reports import independent_figures as independent
from tests.reports.conftest import Desk, Window, figures_in

Opens = Callable[[str], Window]
pytestmark = pytest.mark.timeout(900)  # the first of them makes the past
FIRST, LAST = date(2026, 10, 9), date(2026, 11, 5)
PAGE = "/manager/reports?days=28d"


def all_rows(window: Window, address: str) -> list[str]:
    """The conversations that a list links to, page after page."""
    rows: list[str] = []
    while address:
        page = window.reads(address)
        rows += re.findall(r'<th scope="row"><a href="/conversations/([^"]+)"', page)
        older = re.search(r'<a class="button" href="([^"]+)">Older</a>', page)
        address = unescape(older[1]) if older else ""
    return rows


def links(page: str, pattern: str) -> list[tuple[str, str]]:
    """Addresses and what they show."""
    found = re.findall(r'<a [^>]*?href="(/manager/reports/episodes\?[^"]*)"[^>]*>(?:\d+/)?([\d,]+)</a>', page)
    return [(unescape(address), shown) for address, shown in found if re.search(pattern, unescape(address))]


def test_the_page_says_what_the_raw_log_says(desk: Desk, window: Opens) -> None:
    truth = desk.truth()
    count, kept, ranks = independent.account(truth.between(FIRST, LAST))
    assert ranks

    page = window("Sam").reads(PAGE)

    share, p50, p90, texts = figures_in(page)
    assert share == f"{min(99.9, round(100 * kept / count, 1)):.1f}%"
    assert f"{kept} of {count}" in page
    assert (p50, p90) == (face(ranks[0]), face(ranks[1]))
    assert texts == str(truth.volume(FIRST, LAST)["texts_in"])


@pytest.mark.parametrize("pattern", ["verdict=late$", "day=2026-10-25", "agent=", "number=", "slot=2-", "what=texts_in", "what=opened", "what=resolved", "what=failed", "what=waiting"])  # fmt: skip
def test_a_figure_opens_exactly_what_it_counts(desk: Desk, window: Opens, pattern: str) -> None:
    sam = window("Sam")
    page = sam.reads(PAGE + ("&heat=texts" if "texts" in pattern else ""))
    found = links(page, pattern)
    assert found, pattern

    for address, shown in dict(found[:4] + found[-3:]).items():
        assert len(all_rows(sam, address)) == int(shown.replace(",", "")), address


def test_a_list_holds_the_waits_that_the_raw_log_holds(desk: Desk, window: Opens) -> None:
    late = [one for one in desk.truth().between(FIRST, LAST) if not one.kept]

    listed = all_rows(window("Sam"), "/manager/reports/episodes?days=28d&verdict=late")

    assert sorted(id.replace("-", "") for id in listed) == sorted(one.conversation for one in late)


def test_the_file_of_waits_is_the_raw_log_and_holds_no_formula(desk: Desk, window: Opens) -> None:
    truth = desk.truth().between(FIRST, LAST)
    answer = window("Sam").opens("/manager/reports/waits.csv?days=28d")

    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == len(truth)
    assert sorted(int(row["wait in seconds"]) for row in rows) == sorted(int(one.seconds) for one in truth)
    assert sum(row["kept"] == "yes" for row in rows) == sum(one.kept for one in truth)
    assert all(row["customer's phone"].startswith("'+1") for row in rows)
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


def test_the_file_of_figures_is_the_raw_log(desk: Desk, window: Opens) -> None:
    truth = desk.truth()
    told = window("Sam").reads("/manager/reports/summary.csv?days=28d")

    rows = list(csv.DictReader(io.StringIO(told.removeprefix("\ufeff"))))
    days = {row["name"]: row for row in rows if row["of"] == "day"}
    assert list(days) == [(FIRST + timedelta(days=step)).isoformat() for step in range(28)]
    for day, row in days.items():
        count, kept, ranks = independent.account(truth.between(date.fromisoformat(day), date.fromisoformat(day)))
        assert (int(row["waits"]), int(row["kept"])) == (count, kept)
        assert [row[f"p{share} in seconds"] for share in (50, 90, 99)] == (
            [str(one) for one in ranks] if ranks else [""] * 3
        )
        assert int(row["waiting at the end"]) == truth.backlog(date.fromisoformat(day))
    slots = [row for row in rows if row["of"] == "hour of the week"]
    assert sum(int(row["waits"]) for row in slots) == len(truth.between(FIRST, LAST))


def test_a_lead_is_shown_their_own_team_and_no_other(desk: Desk, window: Opens) -> None:
    truth, lee = desk.truth(), window("Lee")
    team = next(one.team for one in truth.waits if one.agent == desk.past.people["Lee"].hex)
    count, kept, _ = independent.account(truth.between(FIRST, LAST, team=team))

    page = lee.reads(PAGE)

    assert f"{kept} of {count}" in page
    assert "Support line" not in re.sub(r"<tbody>.*?</tbody>", "", page, flags=re.S)
    for part in ("number", "team", "agent"):
        theirs = re.findall(rf'name="{part}".*?</select>', window("Sam").reads(PAGE), re.S)[0]
        for id in re.findall(r'value="([0-9a-f-]{36})"', theirs):
            seen = f'value="{id}"' in page
            for address in ("/manager/reports", "/manager/reports/episodes", "/manager/reports/waits.csv", "/manager/reports/summary.csv"):  # fmt: skip
                assert lee.opens(f"{address}?{part}={id}").status_code == (200 if seen else 404)
    assert window("Maya").opens(PAGE).status_code == 403


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("days=own&from=2026-11-01&to=2026-10-01", "The last day lies before the first: swap them."),
        ("days=own&from=tomorrow&to=2026-10-01", "“tomorrow” is no date"),
        ("days=own&from=2020-01-01&to=2026-10-01", "Choose 400 days at most."),
        ("days=own", "Write both days"),
    ],
)
def test_days_that_cannot_be_read_are_named_and_kept(window: Opens, query: str, told: str) -> None:
    page = unescape(window("Sam").reads(f"/manager/reports?{query}"))

    assert told in page
    for typed in re.findall(r"=([\w-]+-\d\d|tomorrow)", query):
        assert f'value="{typed}"' in page


@pytest.mark.parametrize(
    "odd", ["days=ever", "slot=9-99", "day=never", "verdict=x", "what=x", "sort=-nothing", "after=x_y", "heat=<b>"]
)
def test_what_nobody_would_ask_is_answered_with_the_usual(window: Opens, odd: str) -> None:
    sam = window("Sam")

    for address in ("/manager/reports", "/manager/reports/figures", "/manager/reports/episodes", "/manager/reports/waits.csv", "/manager/reports/summary.csv"):  # fmt: skip
        assert sam.opens(f"{address}?{odd}").status_code == 200


def test_tables_are_sorted_by_their_heads(window: Opens) -> None:
    page = window("Sam").reads(PAGE + "&sort=-count")
    table = re.search(r'aria-labelledby="by-number".*?</table>', page, re.S)
    assert table

    counts = [int(one.replace(",", "")) for one in re.findall(r'waits: [^"]*">([\d,]+)</a>', table[0])]

    assert counts == sorted(counts, reverse=True)
    assert len(counts) == 3
    assert 'aria-sort="descending"' in table[0]


def test_few_waits_are_said_to_be_few(desk: Desk, window: Opens) -> None:
    truth = desk.truth()
    day, count = next((day, count) for step in range(28) if 0 < (count := len(truth.between(day := FIRST + timedelta(days=step), day))) < 20)  # fmt: skip
    assert f"Only {count} wait" in window("Sam").reads(f"/manager/reports?days=own&from={day}&to={day}")
    empty = window("Sam").reads("/manager/reports?days=own&from=2026-08-01&to=2026-08-07")
    assert "Nothing happened in these days" in empty


def face(seconds: int) -> str:
    if seconds >= 86400:
        return f"{seconds // 86400}d {seconds % 86400 // 3600}h"
    minutes, second = divmod(seconds, 60)
    return f"{minutes // 60}:{minutes % 60:02}:{second:02}" if minutes >= 60 else f"{minutes}:{second:02}"


def test_a_program_is_told_the_same(desk: Desk, window: Opens) -> None:
    truth, asks = desk.truth(), window("Sam").program()
    days = {"first_day": FIRST.isoformat(), "last_day": LAST.isoformat()}

    told = asks("/reports/response-times", **days, group_by="day")

    count, kept, ranks = independent.account(truth.between(FIRST, LAST))
    assert ranks
    assert (told["whole"]["count"], told["whole"]["kept"]) == (count, kept)
    assert list(told["whole"]["wall"].values()) == ranks
    assert len(told["groups"]) > 20
    for group in told["groups"]:
        day = date.fromisoformat(group["day"])
        count, kept, ranks = independent.account(truth.between(day, day))
        assert (group["count"], group["kept"], list(group["wall"].values())) == (count, kept, ranks)
    first = asks("/reports/response-times", **days, promises="first_reply", group_by="hour_of_week")
    assert sum(group["count"] for group in first["groups"]) == len(truth.between(FIRST, LAST, kind="first_reply"))
    by_agent = asks("/reports/response-times", **days, group_by="agent")["groups"]
    maya = next(group for group in by_agent if group["agent_id"] == str(desk.past.people["Maya"]))
    assert maya["count"] == len(truth.between(FIRST, LAST, agent=desk.past.people["Maya"].hex))


def test_a_program_sees_what_its_person_sees(desk: Desk, window: Opens) -> None:
    days = {"first_day": FIRST.isoformat(), "last_day": LAST.isoformat()}
    repairs = next(one.team for one in desk.truth().waits if one.agent == desk.past.people["Lee"].hex)

    told = window("Lee").program()("/reports/response-times", **days, group_by="team")

    assert {group["team_id"].replace("-", "") for group in told["groups"]} == {repairs}
    backwards = {"first_day": LAST.isoformat(), "last_day": FIRST.isoformat()}
    assert "swap" in window("Sam").program(400)("/reports/response-times", **backwards)["detail"]
    assert window("Maya").program(403)("/reports/response-times", **days)["status"] == 403
