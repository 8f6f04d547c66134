"""Requests that are not understood: each is told why, as problem+json, and changes nothing."""

from __future__ import annotations

import json

import pytest

from tests.web.api.program import Office, Program


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """These look at requests, and one kind of database is enough for that."""
    return sqlite_url


def _is_problem(answer: object, status: int) -> None:
    assert answer.status_code == status, answer.text  # type: ignore[attr-defined]
    assert answer.mimetype == "application/problem+json"  # type: ignore[attr-defined]
    told = answer.get_json()  # type: ignore[attr-defined]
    assert (told["status"], bool(told["title"]), bool(told["detail"])) == (status, True, True)


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=101", "limit=1.0", "limit=%201", "limit=1_0", "limit=", "limit=2&limit=3", "colour=red",
        "cursor=", "cursor=abc", "cursor=W10", "state=asleep", "assignee=somebody", "team=1", "number=415",
        "due_before=2026-01-01", "due_before=1767225600", "due_before=2026-01-01T00:00:00", "sort=name",
    ],
)  # fmt: skip
def test_a_query_that_says_something_else_is_refused(office: Office, ana: Program, query: str) -> None:
    _is_problem(ana.calls("GET", f"/conversations?{query}"), 400)


@pytest.mark.parametrize(
    "moment", ["0000-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:60-23:59", "2016-12-31t23:59:60z"]
)
def test_any_moment_that_rfc_3339_can_write_is_understood(office: Office, ana: Program, moment: str) -> None:
    assert ana.get("/conversations", due_before=moment).status_code == 200


def test_a_cursor_of_one_list_does_not_fit_another(office: Office, sam: Program, maria: str, tom: str) -> None:
    cursor = sam.get("/conversations", limit=1).get_json()["next_cursor"]

    _is_problem(sam.get("/customers", cursor=cursor), 400)
    _is_problem(sam.get("/conversations", sort="-created_at", cursor=cursor), 400)


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"{", 400), (b"", 400), (b'{"body": "\\ud800"}', 400), (b"[" * 5000, 400), (b"\xff\xfe", 400),
        (b"[]", 422), (b"{}", 422), (b'{"body": 5}', 422), (b'{"body": ""}', 422), (b'{"body": " \\n"}', 422),
        (b'{"body": "hi", "seen": 1.0}', 422), (b'{"body": "hi", "seen": "1"}', 422), (b'{"body": "hi", "seen": true}', 422),
        (b'{"body": "hi", "seen": -1}', 422), (b'{"body": "hi", "seen": 99999999999999999999}', 422),
        (json.dumps({"body": "x" * 1601}).encode(), 422), (b'{"body": "' + b"x" * 70_000 + b'"}', 413),
    ],
)  # fmt: skip
def test_a_body_of_another_shape_is_refused(office: Office, ana: Program, maria: str, raw: bytes, status: int) -> None:
    path = f"/conversations/{maria}/messages"

    _is_problem(ana.calls("POST", path, data=raw, headers={"Content-Type": "application/json"}), status)
    assert len(ana.items(path)) == 1


def test_only_json_is_read(office: Office, ana: Program, maria: str) -> None:
    _is_problem(ana.calls("POST", f"/conversations/{maria}/messages", data={"body": "hi"}), 415)


@pytest.mark.parametrize("key", ["", "x" * 65, "straße"])
def test_a_key_is_short_and_plain(office: Office, ana: Program, maria: str, key: str) -> None:
    answer = ana.post(f"/conversations/{maria}/messages", {"body": "hi"}, Idempotency_Key=key)

    _is_problem(answer, 400)


def test_an_address_that_is_none_and_a_method_that_is_none_are_problems_too(office: Office, ana: Program) -> None:
    _is_problem(ana.get("/nothing"), 404)
    _is_problem(ana.get("/conversations/not-an-id"), 404)
    wrong = ana.delete("/teams")
    _is_problem(wrong, 405)
    assert {"GET", "POST"} <= set(wrong.headers["Allow"].split(", "))


def test_a_null_byte_goes_nowhere(office: Office, ana: Program, ada: Program, maria: str) -> None:
    _is_problem(ada.post("/teams", {"name": "Te\x00am"}), 422)
    _is_problem(ana.get("/customers", address="\x00"), 400)
    answer = ana.post(f"/conversations/{maria}/messages", {"body": "a\x00b"})
    assert answer.get_json()["body"] == "a\ufffdb"
