"""Watches through the API: made, read, changed, muted and deleted, by whom it is allowed to."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from smsdesk.adapters import clock
from smsdesk.desk import tend_watch
from smsdesk.desk import watch_over as watching
from smsdesk.desk.tend_watch import WatchPlan
from smsdesk.rules.watches import Figure, WatchRule
from tests.web.api.program import Office, Program

OLDEST = {"figure": "oldest_waiting", "limit": 1200}
REPLIES = {"figure": "first_reply", "limit": 480, "percentile": 90, "window_seconds": 1800, "at_least": 5}


def watch_over(office: Office, number_id: UUID | None) -> str:
    """A watch over one number, or over everything; its id."""
    plan = WatchPlan(WatchRule(Figure.OLDEST_WAITING, 1200, 960), number_id=number_id)
    with office.wiring.database.transaction() as session:
        return str(tend_watch.create(session, plan, None, clock.now()).id)


def test_a_manager_makes_a_watch_and_reads_it_back(sam: Program, office: Office) -> None:
    answer = sam.post("/watches", {**REPLIES, "team_id": office.support, "owners": [office.ids["lee"]]})

    assert answer.status_code == 201, answer.text
    made = answer.get_json()
    assert made["name"] == "First reply p90 over 8 min"
    assert made["sentence"] == "First reply p90 over 8 minutes in the last 30 minutes"
    assert (made["unit"], made["clears_at"], made["state"]) == ("seconds", 384.0, "quiet")
    assert (made["team"], made["number"], made["owners"]) == (office.support, None, [office.ids["lee"]])
    assert sam.get(f"/watches/{made['id']}").get_json() == made
    assert sam.items("/watches") == [made]


def test_what_is_wrong_is_told_by_its_place(sam: Program) -> None:
    sam.post("/watches", OLDEST)

    answer = sam.post("/watches", {**OLDEST, "limit": 100, "clears_at": 200, "name": "oldest waiting over 20 min"})

    assert answer.status_code == 422
    told = {error["pointer"]: error["detail"] for error in answer.get_json()["errors"]}
    assert set(told) == {"/clears_at", "/name"}
    assert "called “oldest waiting over 20 min” already" in told["/name"]


def test_a_watch_is_changed_muted_unmuted_and_deleted(sam: Program) -> None:
    it = sam.post("/watches", OLDEST).get_json()["id"]

    changed = sam.put(f"/watches/{it}", {**OLDEST, "limit": 600, "is_on": False}).get_json()
    muted = sam.put(f"/watches/{it}/mute", {"until": (clock.now() + timedelta(hours=1)).isoformat()}).get_json()

    assert (changed["limit"], changed["is_on"]) == (600, False)
    assert muted["muted_until"] is not None
    assert sam.put(f"/watches/{it}/mute", {"until": "2001-01-01T00:00:00Z"}).status_code == 422
    assert sam.delete(f"/watches/{it}/mute").status_code == 200
    assert [one["kind"] for one in sam.items(f"/watches/{it}/events")] == ["unmuted", "muted", "changed"]
    assert sam.delete(f"/watches/{it}").get_json()["id"] == it
    assert sam.get(f"/watches/{it}").status_code == 404


def test_what_it_found_is_among_its_events_and_in_the_alerts(sam: Program, office: Office, maria: str) -> None:
    it = sam.post("/watches", OLDEST).get_json()["id"]
    later = clock.now() + timedelta(minutes=30)
    with office.wiring.database.transaction() as session:
        watching.settle(session, watching.look(session, later), later)

    (fired,) = sam.items(f"/watches/{it}/events")

    assert fired["kind"] == "fired"
    assert fired["words"].startswith("A customer has waited 30 minutes")
    (alert,) = [one for one in sam.items("/alerts") if one["kind"] == "watch"]
    assert (alert["watch_id"], alert["step"], alert["clock"]) == (it, "fired", None)


def test_a_lead_reads_those_of_their_teams_and_changes_none(lee: Program, ana: Program, office: Office) -> None:
    sam = office.program("sam")
    theirs = sam.post("/watches", {**OLDEST, "name": "ours", "team_id": office.support}).get_json()["id"]
    others = sam.post("/watches", {**OLDEST, "name": "sales", "team_id": office.sales}).get_json()["id"]

    assert [one["id"] for one in lee.items("/watches")] == [theirs]
    assert lee.get(f"/watches/{others}").status_code == 404
    assert lee.put(f"/watches/{theirs}", OLDEST).status_code == 403
    assert lee.delete(f"/watches/{theirs}").status_code == 403
    assert lee.post("/watches", OLDEST).status_code == 403
    assert ana.items("/watches") == []
    assert ana.get(f"/watches/{theirs}").status_code == 404
