"""Whatever a program sends, the API answers as it is described, and never breaks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks
from sqlalchemy import select
from sqlalchemy.orm import Session

from smsdesk.adapters import clock
from smsdesk.desk import take_along
from smsdesk.models import (
    Agent,
    Alert,
    Conversation,
    Customer,
    ExportState,
    Media,
    MediaState,
    Message,
    OutgoingWebhook,
    TokenScope,
    WebhookStyle,
)
from smsdesk.web.api import OPERATIONS
from smsdesk.web.api.description import TAGS
from tests.faults.ground import LONG
from tests.web.api.program import Office
from tests.web.api.test_watches import watch_over

# Of each operation, of what fits its description and of what does not; always the same ones
EXAMPLES = 100 if LONG else 12
FITTING = (
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
)
REFUSED = (*FITTING, checks.negative_data_rejection)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def ids(office: Office, maria: str, tom: str) -> dict[str, list[str]]:
    """Ids that are there, for each part of a path: random ones would find nothing."""
    office.is_late(timedelta(hours=2))
    watch_id = watch_over(office, None)
    policy = office.program("sam").post("/policies", {"name": "Everybody", "targets": {"next_reply": {"normal": 300}}})
    with office.wiring.database.transaction() as session:
        conversation = session.get_one(Conversation, UUID(maria))
        message = session.scalars(select(Message).where(Message.conversation_id == conversation.id)).one()
        media = Media(message_id=message.id, position=0, carrier_media_sid="ME0", content_type="image/png")
        media.state, media.file_name, media.not_before, media.created_at = (
            MediaState.READY,
            "a",
            clock.now(),
            clock.now(),
        )
        session.add(media)
        session.flush()
        settings_ = office.wiring.settings
        settings_.media.mkdir(parents=True, exist_ok=True)
        (settings_.media / "a").write_bytes(b"png")
        return {
            "conversation_id": [maria, tom],
            "customer_id": [str(conversation.customer_id)],
            "number_id": [str(conversation.number_id)],
            "team_id": [office.support, office.sales],
            "agent_id": list(office.ids.values()),
            "episode_id": [str(conversation.episode_id)],
            "alert_id": [str(one) for one in session.scalars(select(Alert.id))],
            "watch_id": [watch_id],
            "policy_id": [policy.get_json()["id"]],
            "media_id": [str(media.id)],
            "webhook_id": [str(_program(session))],
            "export_id": [str(_export(office, session, conversation.customer_id))],
        }


def _program(session: Session) -> UUID:
    """One that listens nowhere."""
    webhook = OutgoingWebhook(label="Wallboard", url="http://127.0.0.1:9/", secret="salt", style=WebhookStyle.SIGNED,
                              kinds=["breach"], is_on=True, created_at=clock.now())  # fmt: skip
    session.add(webhook)
    session.flush()
    return webhook.id


def _export(office: Office, session: Session, customer_id: UUID) -> UUID:
    """One that can be fetched."""
    ada = session.get_one(Agent, UUID(office.ids["ada"]))
    export = take_along.ask(session, session.get_one(Customer, customer_id), ada, clock.now())
    export.state, export.expires_at = ExportState.DONE, clock.now() + take_along.KEPT_FOR
    with office.wiring.exports.written(export.id) as file:
        file.writestr("everything.json", "{}")
    return export.id


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: mode.value)
def test_every_operation_answers_as_it_is_described(
    app: Flask, office: Office, ids: dict[str, list[str]], mode: GenerationMode, tag: str
) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app).include(tag=tag)
    token = office.program("ada", TokenScope.ADMIN).token
    headers, tried = {"Authorization": f"Bearer {token}"}, 0
    for found in schema.get_all_operations():
        operation = cast(Ok[Any], found).ok()

        @seed(2026)
        @settings(
            max_examples=EXAMPLES,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode), there=st.booleans(), pick=st.integers(0, 9))
        def one_operation(case: Any, there: bool, pick: int) -> None:
            for name in case.path_parameters or {} if there else ():
                case.path_parameters[name] = ids[name][pick % len(ids[name])]
            answer = case.call(headers=headers)
            assert answer.status_code < 500, f"{case.as_curl_command()} → {answer.text}"
            case.validate_response(answer, checks=list(REFUSED if _is_wrong(case) else FITTING), headers=headers)

        one_operation()
        tried += 1
    assert tried == sum(it.tag == tag for it in OPERATIONS)


def _is_wrong(case: Any) -> bool:
    """Its query or body is made to be refused; paths are replaced above, and the token is always there."""
    parts = case.meta.components
    return any(
        location in parts and parts[location].mode is GenerationMode.NEGATIVE
        for location in (ParameterLocation.QUERY, ParameterLocation.BODY)
    )
