"""Programs that hear alerts, over the API."""

from __future__ import annotations

import pytest

from tests.listeners import receiver
from tests.web.api.program import Office, Program

NEW = {"label": "Wallboard", "url": "https://hooks.example.com/a"}


def test_a_program_is_added_read_changed_and_taken_off(office: Office, sam: Program) -> None:
    made = sam.post("/webhooks", NEW | {"kinds": ["breach", "watch"], "team_id": office.ids.get("Support") or None})
    assert made.status_code == 201, made.text
    made = made.get_json()
    assert made["secret"].startswith("whsec_")
    path = f"/webhooks/{made['id']}"
    read = sam.get(path).get_json()
    assert "secret" not in read
    assert {**read, "secret": made["secret"]} == made
    assert sam.items("/webhooks") == [read]

    changed = sam.patch(path, {"is_on": False, "kinds": ["warning"]}).get_json()
    assert (changed["is_on"], changed["kinds"], changed["url"]) == (False, ["warning"], NEW["url"])
    renewed = sam.post(f"{path}/secret").get_json()
    assert renewed["secret"] not in {None, made["secret"]}
    assert sam.delete(path).get_json()["id"] == made["id"]
    assert sam.get(path).status_code == 404


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"url": "http://hooks.example.com/a"}, "/url"),
        ({"url": "https://10.0.0.1/a"}, "/url"),
        ({"kinds": []}, "/kinds"),
        ({"kinds": ["rain"]}, "/kinds/0"),
        ({"label": ""}, "/label"),
        ({"team_id": "0199a3c8-5f6e-7b1c-8d2e-3f4a5b6c7d8e"}, "/team_id"),
        ({"secret": "mine"}, "/secret"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(sam: Program, fields: dict[str, object], pointer: str) -> None:
    answer = sam.post("/webhooks", NEW | fields)

    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"] == pointer
    assert sam.items("/webhooks") == []


def test_a_test_says_whether_it_arrived(sam: Program) -> None:
    with receiver() as wallboard:
        id = sam.post("/webhooks", {"label": "Wallboard", "url": wallboard.url}).get_json()["id"]
        well = sam.post(f"/webhooks/{id}/tests").get_json()
        wallboard.usually = 404
        badly = sam.post(f"/webhooks/{id}/tests").get_json()

    assert well == {"arrived": True, "error": None}
    assert badly == {"arrived": False, "error": "It answered 404."}
    assert sam.get(f"/webhooks/{id}").get_json()["error"] == "It answered 404."


def test_whoever_manages_no_promises_may_neither_read_nor_add(ana: Program, lee: Program) -> None:
    for program in (ana, lee):
        assert program.get("/webhooks").status_code == 403
        assert program.post("/webhooks", NEW).status_code == 403
