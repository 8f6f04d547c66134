"""The description: valid, complete, and true of what runs."""

from __future__ import annotations

import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator

from smsdesk.web.api import OPERATIONS
from smsdesk.web.api.description import TAGS, document


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """These look at requests, and one kind of database is enough for that."""
    return sqlite_url


def test_the_document_is_valid_openapi(client: FlaskClient) -> None:
    answer = client.get("/api/v1/openapi.json")

    assert answer.status_code == 200
    assert answer.get_json()["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(answer.get_json()).validate()


def test_every_route_of_the_api_is_described(app: Flask) -> None:
    routes = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    assert routes == {(it.method, f"/api/v1{it.path}") for it in OPERATIONS}
    assert sum(len(methods) for methods in document()["paths"].values()) == len(OPERATIONS)


def test_every_operation_has_a_name_a_tag_a_summary_and_its_refusals() -> None:
    described = [it for methods in document()["paths"].values() for it in methods.values()]

    assert len({it["operationId"] for it in described}) == len(described)
    assert {tag for it in described for tag in it["tags"]} == set(TAGS)
    for it in described:
        assert it["summary"]
        assert {"401", "429", "500"} <= set(it["responses"])


def test_every_example_is_one() -> None:
    for it in OPERATIONS:
        described = document()["paths"][it.path.replace("<uuid:", "{").replace(">", "}")][it.method.lower()]
        if it.takes is not None:
            it.takes.model_validate_json(json.dumps(described["requestBody"]["content"]["application/json"]["example"]))
        if it.answers is not None:
            told = described["responses"][str(it.status)]["content"]["application/json"]["example"]
            it.answers.model_validate_json(json.dumps(told))


def test_people_can_read_it_without_anybody_elses_scripts(client: FlaskClient) -> None:
    page = client.get("/api/docs")

    assert page.status_code == 200
    for it in OPERATIONS:
        assert f'id="{it.name}"' in page.text
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert re.findall(r'(?:src|href)="(https?:)?//', page.text) == []
