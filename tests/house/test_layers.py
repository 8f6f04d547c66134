"""Imports point down, and each stranger has one home."""

from __future__ import annotations

import sys

import pytest

from tests.house.sources import is_within, sources

DOWN = {  # a layer → what it may import of ours, besides itself
    "smsdesk.rules": set[str](),
    # Models and adapters stand side by side
    "smsdesk.adapters": {"smsdesk.models", "smsdesk.rules", "config"},
    "smsdesk.models": {"smsdesk.rules", "smsdesk.adapters"},
    "smsdesk.desk": {"smsdesk.models", "smsdesk.adapters", "smsdesk.rules", "config"},
    "smsdesk.web": {"smsdesk.desk", "smsdesk.models", "smsdesk.adapters", "smsdesk.rules", "config"},
    # The phones are pages too, and stand on the frame of the web
    "smsdesk.simulator": {
        "smsdesk.web",
        "smsdesk.desk",
        "smsdesk.models",
        "smsdesk.adapters",
        "smsdesk.rules",
        "config",
    },
    # The operator's commands include `simulate`
    "smsdesk.cli": {
        "smsdesk.desk",
        "smsdesk.models",
        "smsdesk.adapters",
        "smsdesk.rules",
        "config",
        "smsdesk.simulator",
    },
    "workers": {"smsdesk.desk", "smsdesk.models", "smsdesk.adapters", "smsdesk.rules", "config"},
    # Only `prepare` looks further than adapters: it opens the demo shop before anything else runs
    "smsdesk.up": {"smsdesk.desk", "smsdesk.models", "smsdesk.adapters", "config", "smsdesk.simulator"},
}
HOMES = {
    "flask": {"smsdesk.web", "smsdesk.simulator", "smsdesk.cli", "smsdesk.app"},
    "twilio": {"smsdesk.adapters.twilio"},
    "rq": {"smsdesk.adapters.queue", "workers.start"},
    # doctor examines Redis itself
    "redis": {"smsdesk.adapters", "smsdesk.up", "workers.start", "smsdesk.cli.doctor"},
    "alembic": {"smsdesk.adapters.migrate"},
    "argon2": {"smsdesk.adapters.passwords"},
    "limits": {"smsdesk.adapters.attempts"},
    "gunicorn": {"config.gunicorn", "config.web_worker"},
    "prometheus_client": {"smsdesk.web.metrics"},
    "http_ece": {"smsdesk.adapters.push"},
    "py_vapid": {"smsdesk.adapters.push"},
    "cryptography": {"smsdesk.adapters.push"},
    "smtplib": {"smsdesk.adapters.mail"},
    "phonenumbers": {"smsdesk.rules"},
    "holidays": {"smsdesk.adapters.holidays"},
}


@pytest.mark.parametrize("layer", DOWN)
def test_imports_point_down(layer: str) -> None:
    allowed = DOWN[layer] | {layer}
    up = [
        f"{source.where} imports {module}"
        for source in sources()
        if is_within(source.module, {layer})
        for module in source.imports()
        if is_within(module, {"smsdesk", "workers", "config"})
        and module != "smsdesk"
        and not is_within(module, allowed)
    ]

    assert up == []


def test_rules_know_the_standard_library_and_phonenumbers_only() -> None:
    strangers = [
        f"{source.where} imports {module}"
        for source in sources("smsdesk/rules")
        for module in source.imports()
        if module.split(".")[0] not in sys.stdlib_module_names | {"phonenumbers", "smsdesk"}
    ]

    assert strangers == []


@pytest.mark.parametrize("stranger", HOMES)
def test_each_stranger_has_one_home(stranger: str) -> None:
    abroad = [
        f"{source.where} imports {module}"
        for source in sources()
        for module in source.imports()
        if is_within(module, {stranger}) and not is_within(source.module, HOMES[stranger])
    ]

    assert abroad == []


def test_every_layer_is_there() -> None:
    modules = {source.module for source in sources()}

    assert set(DOWN) <= modules
