"""Policies over the API: what is promised to whom."""

from __future__ import annotations

from uuid import uuid4

import pytest

from smsdesk.models import TokenScope
from tests.web.api.program import SUPPORT, Office, Program

VIP = {
    "name": "VIP customers",
    "for_whom": {"tags": ["vip"], "priorities": ["urgent", "high"]},
    "targets": {"first_reply": {"normal": 120, "urgent": 60}, "resolution": {"normal": 28800}},
    "warn_at_percent": [50, 90],
    "warn_before_seconds": [30],
    "ladder": [{"after_seconds": 0, "tell": ["assignee"]}, {"after_seconds": 600, "tell": ["team", "phone"]}],
    "repeat_seconds": 900,
    "repeats": 2,
    "alerts": "always",
}


def test_a_policy_is_added_read_changed_moved_and_deleted(office: Office, sam: Program) -> None:
    everybody = sam.post("/policies", {"name": "Everybody", "targets": {"first_reply": {"normal": 300}}}).get_json()
    made = sam.post("/policies", VIP)
    assert made.status_code == 201, made.text
    made = made.get_json()
    path = f"/policies/{made['id']}"
    assert made["targets"]["first_reply"] == {"normal": 120, "urgent": 60, "high": None, "low": None}
    assert made["ladder"] == VIP["ladder"]
    assert sam.get(path).get_json() == made
    assert [one["name"] for one in sam.items("/policies", limit=1)] == ["VIP customers", "Everybody"]

    changed = sam.patch(
        path, {"targets": {"first_reply": {"normal": 90}}, "is_on": False, "repeat_seconds": 0}
    ).get_json()
    assert (changed["targets"]["first_reply"]["normal"], changed["targets"]["resolution"]) == (90, None)
    assert (changed["is_on"], changed["repeat_seconds"], changed["repeats"]) == (False, None, 0)
    assert changed["for_whom"] == made["for_whom"]

    assert sam.patch(path, {"position": 2}).get_json()["position"] == 2
    assert [one["name"] for one in sam.items("/policies")] == ["Everybody", "VIP customers"]
    assert sam.delete(path).get_json()["id"] == made["id"]
    assert sam.get(path).status_code == 404
    assert sam.items("/policies") == [sam.get(f"/policies/{everybody['id']}").get_json()]


def test_a_policy_for_a_number_says_what_its_customers_are_promised(office: Office, sam: Program) -> None:
    number = next(one for one in sam.items("/numbers") if one["address"] == SUPPORT)

    made = sam.post("/policies", {"name": "Support", "for_whom": {"numbers": [number["id"]]}}).get_json()

    assert made["for_whom"]["numbers"] == [number["id"]]


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"targets": {"first_reply": {"normal": 10}}}, "/targets/first_reply/normal"),
        ({"targets": {"first_reply": {"normal": 120}}, "warn_before_seconds": [600]}, "/warn_before_seconds"),
        ({"warn_at_percent": [100]}, "/warn_at_percent/0"),
        ({"ladder": []}, "/ladder"),
        ({"ladder": [{"after_seconds": 60, "tell": ["team"]}]}, "/ladder/0"),
        ({"ladder": [{"after_seconds": 0, "tell": ["nobody"]}]}, "/ladder/0/tell/0"),
        ({"repeats": 3}, "/repeat_seconds"),
        ({"for_whom": {"numbers": [str(uuid4())]}}, "/for_whom/numbers"),
        ({"for_whom": {"tags": ["VIP"]}}, "/for_whom/tags"),
        ({"for_whom": {"tags": ["a,b"]}}, "/for_whom/tags"),
    ],
)
def test_what_cannot_be_meant_names_its_place(office: Office, sam: Program, fields: object, pointer: str) -> None:
    refused = sam.post("/policies", {"name": "x"} | fields)  # type: ignore[operator]

    assert refused.status_code == 422, refused.text
    assert [one["pointer"] for one in refused.get_json()["errors"]] == [pointer]
    assert sam.items("/policies") == []


def test_a_change_is_held_against_what_stays(office: Office, sam: Program) -> None:
    made = sam.post(
        "/policies", {"name": "x", "targets": {"first_reply": {"normal": 600}}, "warn_before_seconds": [300]}
    ).get_json()

    refused = sam.patch(f"/policies/{made['id']}", {"targets": {"first_reply": {"normal": 120}}})

    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["pointer"] == "/warn_before_seconds"


def test_a_name_that_is_taken_is_a_conflict(office: Office, sam: Program) -> None:
    sam.post("/policies", VIP)

    assert sam.post("/policies", VIP).status_code == 409


def test_leads_look_and_managers_change(office: Office, sam: Program) -> None:
    made = sam.post("/policies", VIP).get_json()
    lee, ana, reader = office.program("lee"), office.program("ana"), office.program("sam", TokenScope.READ)

    assert lee.get(f"/policies/{made['id']}").status_code == 200
    assert lee.patch(f"/policies/{made['id']}", {"is_on": False}).status_code == 403
    assert reader.patch(f"/policies/{made['id']}", {"is_on": False}).status_code == 403
    assert ana.get("/policies").status_code == 403
    assert sam.get(f"/policies/{made['id']}").get_json()["is_on"] is True
