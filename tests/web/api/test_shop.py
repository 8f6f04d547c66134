"""The shop over the API: numbers, teams, agents, customers; and what its clocks said."""

from __future__ import annotations

from datetime import timedelta

from smsdesk.adapters import clock
from tests.web.api.program import MARIA, PRIYA, SUPPORT, Office, Program


def test_an_admin_adds_a_team_a_number_and_a_person(office: Office, ada: Program) -> None:
    team = ada.post("/teams", {"name": "Repairs"})
    number = ada.post(
        "/numbers",
        {"address": "+14155550177", "label": "Repairs", "team_id": team.get_json()["id"], "target_seconds": 900},
    )
    person = ada.post(
        "/agents",
        {"email": "kim@shop.test", "name": "Kim", "role": "agent", "team_ids": [team.get_json()["id"]]},
    )

    assert [one.status_code for one in (team, number, person)] == [201, 201, 201]
    assert (number.get_json()["team_name"], number.get_json()["target_seconds"]) == ("Repairs", 900)
    assert (person.get_json()["availability"], person.get_json()["capacity"]) == ("away", 6)
    assert "Repairs" in [one["name"] for one in ada.items("/teams", limit=1)]
    assert person.get_json() in ada.items("/agents")


def test_what_is_there_cannot_be_added_again(office: Office, ada: Program) -> None:
    assert ada.post("/teams", {"name": "Support"}).status_code == 409


def test_what_breaks_a_rule_of_the_desk_is_told_in_a_sentence(office: Office, ada: Program) -> None:
    asked = {"address": "+1999", "label": "x", "team_id": office.support, "target_seconds": 600}
    possible = asked | {"address": "+14155550177"}

    assert ada.post("/numbers", asked).status_code == 422
    assert ada.post("/numbers", possible | {"address": "+1415555017"}).get_json()["detail"].startswith("'+1415555017'")
    assert (
        ada.post("/numbers", possible | {"target_seconds": 5}).get_json()["errors"][0]["pointer"] == "/target_seconds"
    )
    assert ada.post("/numbers", possible | {"team_id": str(office.ids["ana"])}).status_code == 404


def test_a_manager_promises_another_time_and_clocks_follow(office: Office, sam: Program, maria: str) -> None:
    number = next(one for one in sam.items("/numbers") if one["address"] == SUPPORT)
    before = sam.get(f"/conversations/{maria}").get_json()

    told = sam.patch(f"/numbers/{number['id']}", {"target_seconds": 3600}).get_json()

    assert told["target_seconds"] == 3600
    assert sam.get(f"/conversations/{maria}").get_json()["reply_due_at"] > before["reply_due_at"]


def test_label_and_team_are_for_admins(office: Office, sam: Program, ada: Program) -> None:
    number = next(one for one in sam.items("/numbers") if one["address"] == SUPPORT)

    assert sam.patch(f"/numbers/{number['id']}", {"label": "Help"}).status_code == 403
    moved = ada.patch(f"/numbers/{number['id']}", {"label": "Help", "team_id": office.sales}).get_json()
    assert (moved["label"], moved["team_name"]) == ("Help", "Sales")


def test_a_person_says_where_they_are_and_nobody_says_it_for_them(office: Office, ana: Program, lee: Program) -> None:
    me = ana.get("/agents/me").get_json()

    assert ana.patch(f"/agents/{me['id']}", {"availability": "busy"}).get_json()["availability"] == "busy"
    assert lee.patch(f"/agents/{me['id']}", {"availability": "away"}).status_code == 403
    assert lee.get(f"/agents/{me['id']}").get_json()["availability"] == "busy"


def test_a_customer_gets_a_name_and_loses_it_again(office: Office, ana: Program, maria: str) -> None:
    customer = ana.get(f"/conversations/{maria}").get_json()["customer"]
    path = f"/customers/{customer['id']}"

    assert ana.patch(path, {"name": " Maria Lopez "}).get_json()["name"] == "Maria Lopez"
    assert ana.get(f"/conversations/{maria}").get_json()["customer"]["name"] == "Maria Lopez"
    assert ana.get(path).get_json()["addresses"] == [{"value": MARIA, "kind": "phone", "came_with": None}]
    assert ana.patch(path, {"name": None}).get_json()["name"] is None


def test_two_customers_become_one_and_two_again(office: Office, ana: Program, maria: str) -> None:
    kept = ana.get(f"/conversations/{maria}").get_json()["customer"]["id"]
    other = ana.get(f"/conversations/{office.text(PRIYA, 'It is me again')}").get_json()["customer"]["id"]

    merged = ana.post(f"/customers/{kept}/merge", {"customer_id": other}).get_json()

    assert [(one["value"], one["came_with"]) for one in merged["addresses"]] == [(MARIA, None), (PRIYA, other)]
    assert ana.get(f"/customers/{other}").status_code == 404
    assert ana.post(f"/customers/{kept}/merge", {"customer_id": kept}).status_code == 409
    apart = ana.post(f"/customers/{kept}/take-apart", {"customer_id": other}).get_json()
    assert (apart["id"], [one["value"] for one in apart["addresses"]]) == (other, [PRIYA])
    assert ana.post(f"/customers/{kept}/take-apart", {"customer_id": other}).status_code == 409


def test_a_customer_is_found_by_their_address(office: Office, ana: Program, maria: str) -> None:
    office.text(PRIYA, "hello")

    assert [one["addresses"][0]["value"] for one in ana.items("/customers", address=MARIA)] == [MARIA]
    assert ana.items("/customers", address="+14155550999") == []


def test_a_breach_is_told_and_somebody_says_that_they_have_seen_it(
    office: Office, ana: Program, sam: Program, maria: str
) -> None:
    office.routes()
    office.is_late(timedelta(minutes=11))

    alert = sam.items("/alerts")[0]
    assert (alert["kind"], alert["clock"], alert["conversation_id"]) == ("breach", "first_reply", maria)
    assert {one["name"]: one["why"] for one in alert["recipients"]} == {
        "Ana": "assignee",
        "Lee": "team",
        "Sam": "manager",
        "Ada": "manager",
    }
    seen = ana.post(f"/alerts/{alert['id']}/acknowledgement").get_json()
    assert seen["acknowledged_by"] == office.ids["ana"]
    told = sam.get(f"/alerts/{alert['id']}").get_json()
    assert {**told, "deliveries": None} == {**seen, "deliveries": None}
    assert {way["agent"] for way in seen["deliveries"]} == {office.ids["ana"]}  # a manager sees everybody's
    assert {way["agent"] for way in told["deliveries"]} == {one["id"] for one in told["recipients"]}
    assert sam.items("/alerts", acknowledged="false") == []
    *_, lightest = others = sam.items("/alerts", acknowledged="true", conversation=maria)[1:]
    assert sam.items("/alerts", acknowledged="true", conversation=maria) == [told, *others]
    assert [other["overtaken_by"] for other in others] == [alert["id"]] * 2
    assert lightest["step"] == "warn_50"


def test_the_clocks_of_an_episode_are_told(office: Office, ana: Program, maria: str) -> None:
    conversation = ana.get(f"/conversations/{maria}").get_json()

    (clock_,) = ana.items(f"/episodes/{conversation['episode_id']}/clocks")

    assert (clock_["kind"], clock_["state"], clock_["target_seconds"]) == ("first_reply", "running", 600)
    assert clock_["due_at"] == conversation["reply_due_at"]


def test_events_are_followed_from_a_cursor(office: Office, ana: Program, maria: str) -> None:
    later = clock.now() + timedelta(seconds=5)
    with clock.told_by(lambda: later):
        first = ana.get("/events").get_json()
        assert [one["kind"] for one in first["items"]][-1] == "text.received"
        assert first["next_cursor"] is None
        assert ana.get("/events", cursor=first["resume_cursor"]).get_json()["items"] == []
    ana.put(f"/conversations/{maria}/assignment", {"agent_id": "me"})
    with clock.told_by(lambda: later + timedelta(seconds=5)):
        since = ana.get("/events", cursor=first["resume_cursor"]).get_json()
    assert [(one["kind"], one["actor_id"]) for one in since["items"]] == [("conversation.taken", office.ids["ana"])]


def test_an_event_is_not_told_before_slower_ones_had_time_to_commit(office: Office, ana: Program, maria: str) -> None:
    assert ana.get("/events").get_json() == {"items": [], "next_cursor": None, "resume_cursor": None}
