"""Who gets in, and what they find there: nothing that is not theirs."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from smsdesk.adapters import clock
from smsdesk.models import Agent, Alert, ApiToken, Conversation, Episode, Number, TokenScope
from smsdesk.web import limits
from smsdesk.web.api import OPERATIONS
from smsdesk.web.api.description import document
from tests.web.api.program import Office, Program
from tests.web.api.test_watches import watch_over

BODIES: dict[str, object] = {
    "send_message": {"body": "hello"},
    "add_note": {"body": "hello"},
    "assign_conversation": {"agent_id": "me"},
    "resolve_conversation": {},
    "record_stop": {"how": "on the phone"},
    "close_conversation": {},
    "snooze_conversation": {"until": "2030-01-01T09:00:00Z"},
    "say_no_reply_is_needed": {},
    "label_conversation": {"tags": ["kettle"]},
    "change_customer": {"name": "Somebody"},
    "merge_customer": {"customer_id": str(UUID(int=0))},
    "take_customer_apart": {"customer_id": str(UUID(int=0))},
    "change_number": {"target_seconds": 600},
    "erase_customer": {"address": "+14155550142"},
    "change_agent": {"availability": "away"},
    "add_team": {"name": "x"},
    "add_watch": {"figure": "waiting", "limit": 5},
    "change_watch": {"figure": "waiting", "limit": 5},
    "mute_watch": {"until": "2090-01-01T00:00:00Z"},
    "add_number": {"address": "+14155550177", "label": "x", "team_id": "0199a3c8-5f6e-7b1c-8d2e-3f4a5b6c7d8e",
                   "target_seconds": 600},
    "add_agent": {"email": "x@y.test", "name": "x", "role": "agent", "team_ids": []},
}  # fmt: skip


PERSONAL = ("/customers/<uuid:customer_id>/erasure", "/customers/<uuid:customer_id>/exports", "/exports")
NO_TEAMS = ("/policies", "/webhooks", *PERSONAL)  # a manager's, whatever the team: an agent is told that they may not


def _named(office: Office, conversation_id: str) -> dict[str, str]:
    """What stands behind each id of a path, for this conversation."""
    this = UUID(conversation_id)
    with office.wiring.database.reading() as session:
        found = session.scalars(select(Conversation).where(Conversation.id == this)).one()
        return {
            "conversation_id": conversation_id,
            "customer_id": str(found.customer_id),
            "number_id": str(session.scalar(select(Number.id).where(Number.id == found.number_id))),
            "team_id": str(found.team_id),
            "agent_id": office.ids["ben"],
            "episode_id": str(session.scalar(select(Episode.id).where(Episode.conversation_id == this))),
            "alert_id": str(session.scalar(select(Alert.id).where(Alert.conversation_id == this))),
            "watch_id": watch_over(office, found.number_id),
            "media_id": "0199a3c8-5f6e-7b1c-8d2e-3f4a5b6c7d8e",
            "webhook_id": "0199a3c8-5f6e-7b1c-8d2e-3f4a5b6c7d8e",
            "export_id": "0199a3c8-5f6e-7b1c-8d2e-3f4a5b6c7d8e",
            "policy_id": "0199a3c8-5f6e-7b1c-8d2e-3f4a5b6c7d8e",
        }


def _path(path: str, ids: dict[str, str]) -> str:
    for name, value in ids.items():
        path = path.replace(f"<uuid:{name}>", value)
    return path


def test_what_belongs_to_another_team_looks_like_nothing(office: Office, ana: Program, tom: str) -> None:
    office.is_late(timedelta(hours=2))
    ids = _named(office, tom)
    theirs = [it for it in OPERATIONS if "<" in it.path and not it.path.startswith(NO_TEAMS)]

    answers = {it.name: ana.calls(it.method, _path(it.path, ids), json=BODIES.get(it.name)) for it in theirs}

    assert {name: answer.status_code for name, answer in answers.items()} == {it.name: 404 for it in theirs}
    assert {answer.mimetype for answer in answers.values()} == {"application/problem+json"}


def test_lists_hold_nothing_of_another_team(office: Office, ana: Program, tom: str) -> None:
    office.is_late(timedelta(hours=2))
    with clock.told_by(lambda later=clock.now() + timedelta(seconds=5): later):  # type: ignore[misc]
        events = ana.items("/events")

    assert ana.items("/conversations") == ana.items("/customers") == ana.items("/alerts") == []
    assert {one["id"] for one in ana.items("/agents")} == {office.ids["ana"], office.ids["lee"]}
    assert [one["name"] for one in ana.items("/teams")] == ["Support"]
    assert [one["label"] for one in ana.items("/numbers")] == ["Support line"]
    assert {one["team"] for one in events} == {office.support}


def test_a_token_for_reading_changes_nothing(office: Office, maria: str) -> None:
    reader = office.program("ada", TokenScope.READ)
    office.is_late(timedelta(hours=2))
    ids, writes = _named(office, maria), [it for it in OPERATIONS if it.method != "GET"]

    answers = {
        it.name: reader.calls(it.method, _path(it.path, ids), json=BODIES.get(it.name)).status_code for it in writes
    }

    assert answers == {it.name: 403 for it in writes}


def test_whatever_an_agent_is_refused_the_description_says_that_it_may_be_refused(office: Office, maria: str) -> None:
    agent, ids, described = office.program("ana", TokenScope.READ), _named(office, maria), document()["paths"]
    refused = [
        (it.method, re.sub("<uuid:(.*?)>", r"{\1}", it.path))
        for it in OPERATIONS
        if agent.calls(it.method, _path(it.path, ids), json=BODIES.get(it.name)).status_code == 403
    ]

    assert ("GET", "/policies") in refused
    assert [one for one in refused if "403" not in described[one[1]][one[0].lower()]["responses"]] == []


@pytest.mark.parametrize("name", ["add_team", "add_number", "add_agent"])
def test_administration_asks_for_an_admin_with_an_admin_token(office: Office, name: str) -> None:
    it = next(it for it in OPERATIONS if it.name == name)

    for program in (office.program("ada"), office.program("sam", TokenScope.ADMIN)):
        assert program.calls(it.method, it.path, json=BODIES[name]).status_code == 403


def test_personal_data_asks_for_a_manager_with_an_admin_token(office: Office, maria: str) -> None:
    ids, theirs = _named(office, maria), [it for it in OPERATIONS if it.path.startswith(PERSONAL)]

    for program in (office.program("sam"), office.program("lee", TokenScope.ADMIN), office.program("ana")):
        answers = {program.calls(it.method, _path(it.path, ids), json=BODIES.get(it.name)).status_code for it in theirs}
        assert (len(theirs), answers) == (6, {403})


@pytest.mark.parametrize("token", [None, "", "smsdesk_of_somebody_else"])
def test_nobody_gets_in_without_a_token(office: Office, maria: str, token: str | None) -> None:
    office.is_late(timedelta(hours=2))
    ids, nobody = _named(office, maria), Program(office.app, token)

    answers = [nobody.calls(it.method, _path(it.path, ids), json=BODIES.get(it.name)) for it in OPERATIONS]

    assert {answer.status_code for answer in answers} == {401}
    assert {answer.headers["WWW-Authenticate"] for answer in answers} == {"Bearer"}
    assert {answer.mimetype for answer in answers} == {"application/problem+json"}


def test_a_token_that_is_revoked_expired_or_of_somebody_who_left_opens_nothing(office: Office) -> None:
    expired = office.program("ana", expires_at=clock.now() - timedelta(seconds=1))
    revoked, left = office.program("ana"), office.program("ben")
    with office.wiring.database.transaction() as session:
        session.execute(
            update(ApiToken).where(ApiToken.prefix == str(revoked.token)[:14]).values(revoked_at=clock.now())
        )
        session.execute(update(Agent).where(Agent.email == "ben@shop.test").values(disabled_at=clock.now()))

    assert [one.get("/teams").status_code for one in (expired, revoked, left)] == [401, 401, 401]


def test_a_token_in_the_address_is_refused(office: Office, ana: Program) -> None:
    answer = ana.get("/teams", token=ana.token)

    assert answer.status_code == 400
    assert str(ana.token) not in answer.text


def test_a_program_cannot_set_what_is_not_its_to_set(office: Office, ana: Program, maria: str) -> None:
    for more in ({"state": "delivered"}, {"author_id": office.ids["lee"]}, {"team_id": office.sales}):
        answer = ana.post(f"/conversations/{maria}/messages", {"body": "hello"} | more)
        assert answer.status_code == 422
        assert answer.get_json()["errors"] == [
            {"pointer": f"/{next(iter(more))}", "detail": "Extra inputs are not permitted"}
        ]
    assert ana.patch(f"/agents/{office.ids['ana']}", {"availability": "busy", "role": "admin"}).status_code == 422


def test_a_token_that_asks_without_end_is_told_to_wait(office: Office, ana: Program, lee: Program) -> None:
    with office.wiring.database.reading() as session:
        token_id = session.scalars(select(ApiToken.id).where(ApiToken.prefix == str(ana.token)[:14])).one()
    with office.app.app_context():
        for _ in range(limits.PER_TOKEN[0]):
            limits.spend_token(token_id)

    answer = ana.get("/teams")

    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert lee.get("/teams").status_code == 200
