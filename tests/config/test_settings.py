"""What an operator can set wrongly, and what the one sentence then says."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from config.settings import BadSettings, load

SAFE = {
    "SMSDESK_ENV": "production",
    "PUBLIC_URL": "https://desk.example.test",
    "SECRET_KEY": "0" * 40,
    "CARRIER": "pretend",
}


@pytest.fixture
def var(tmp_path: Path) -> dict[str, str]:
    return {"SMSDESK_VAR": str(tmp_path / "var")}


def test_with_nothing_set_smsdesk_runs_on_this_machine_and_sends_no_real_text(var: dict[str, str]) -> None:
    settings = load(var)

    assert settings.pretends
    assert settings.embeds_redis
    assert settings.public_url == "http://127.0.0.1:8000"
    assert len(settings.secret_key) >= 32


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PORT", "80000", "PORT is “80000”"),
        ("PORT", "web", "PORT is “web”"),
        ("WEB_CONCURRENCY", "many", "WEB_CONCURRENCY is “many”"),
        ("WEB_THREADS", "0", "WEB_THREADS is “0”"),
        ("PUBLIC_URL", "desk.example.com", "set it to an address such as https://"),
        ("PUBLIC_URL", "https://desk.example.com/?from=x", "set it to an address such as https://"),
        ("PUBLIC_URL", "ftp://desk.example.com", "set it to an address such as https://"),
        ("DATABASE_URL", "mysql://localhost/desk", "DATABASE_URL must start with"),
        ("REDIS_URL", "localhost:6379", "REDIS_URL must start with"),
        ("CARRIER", "pigeon", "CARRIER is “pigeon”"),
        ("SMSDESK_ENV", "prod", "set it to one of: development, production"),
        ("TWILIO_ACCOUNT_SID", "AC1", "set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"),
        ("TWILIO_API_KEY", "SK1", "set both or neither"),
        ("TWILIO_API_BASE_URL", "http://api.example.com", "must start with https://"),
        ("SMTP_URL", "smtp://mail.example.com", "set both or neither"),
        ("MAIL_FROM", "desk@example.com", "set both or neither"),
        ("VAPID_PRIVATE_KEY", "short", "VAPID_PRIVATE_KEY is no key"),
        ("VAPID_PRIVATE_KEY", "_" * 43, "VAPID_PRIVATE_KEY is no key"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_sentence(
    var: dict[str, str], name: str, value: str, says: str
) -> None:
    with pytest.raises(BadSettings) as stopped:
        load(var | {name: value})

    assert says in str(stopped.value)
    assert "\n" not in str(stopped.value)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is missing or shorter"),
        ({"FLASK_DEBUG": "1"}, "FLASK_DEBUG is on in production"),
        ({"SMSDESK_FAILPOINT": "in.after_verify"}, "break things on purpose"),
        ({"PUBLIC_URL": "http://desk.example.test"}, "PUBLIC_URL must be the https:// address"),
    ],
)
def test_production_refuses_what_is_unsafe(var: dict[str, str], change: dict[str, str], says: str) -> None:
    with pytest.raises(BadSettings, match=says):
        load(var | SAFE | change)


def test_production_starts_with_safe_settings(var: dict[str, str]) -> None:
    assert load(var | SAFE).is_production


def test_a_spool_that_cannot_be_written_stops_the_start(var: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "spool").write_text("a file where the folder should be")

    with pytest.raises(BadSettings, match=r"Nothing can be written to .*spool"):
        load(var | SAFE)


def test_processes_that_start_at_once_agree_on_the_secrets(var: dict[str, str]) -> None:
    with ProcessPoolExecutor(8) as processes:
        found = set(processes.map(_secrets, [var] * 32))

    assert len(found) == 1
    assert all(map(all, found))


def test_the_secrets_are_readable_by_their_owner_alone(var: dict[str, str]) -> None:
    keys = load(var).var / "keys"

    assert {oct(path.stat().st_mode & 0o777) for path in keys.iterdir()} == {"0o600"}
    assert sorted(path.name for path in keys.iterdir()) == [
        "account_sid",
        "auth_token",
        "phone_key",
        "secret_key",
        "vapid_private_key",
    ]


def test_a_socket_path_that_is_too_long_moves_to_a_short_one_that_all_processes_agree_on(tmp_path: Path) -> None:
    deep = {"SMSDESK_VAR": str(tmp_path / ("deep" * 20) / "var")}

    first, second = load(deep).redis_url, load(deep).redis_url

    assert first == second
    assert len(os.fsencode(first.removeprefix("unix://"))) <= 100


@pytest.mark.parametrize(("host", "address"), [("0.0.0.0", "http://127.0.0.1:8000"), ("::", "http://[::1]:8000")])
def test_the_address_that_is_printed_can_be_opened(var: dict[str, str], host: str, address: str) -> None:
    assert load(var | {"HOST": host}).public_url == address


def _secrets(env: dict[str, str]) -> tuple[str, ...]:
    settings = load(env)
    return (settings.secret_key, settings.twilio_account_sid, *settings.twilio_auth_tokens)


@pytest.mark.parametrize(
    ("url", "sender", "says"),
    [
        ("http://mail.example.com", "desk@example.com", "such as smtps://"),
        ("smtp://", "desk@example.com", "such as smtps://"),
        ("smtp://mail.example.com:port", "desk@example.com", "such as smtps://"),
        ("smtp://mail.example.com/x", "desk@example.com", "such as smtps://"),
        ("smtp://mail.example.com?tls", "desk@example.com", "such as smtps://"),
        ("smtp://me:secret@mail.example.com", "desk@example.com", "send its password readably"),
        ("smtps://me@mail.example.com", "desk@example.com", "only one of a name and a password"),
        ("smtps://mail.example.com", "desk", "MAIL_FROM is “desk”"),
        ("smtps://mail.example.com", "desk@example.com\nBcc: x@example.com", "MAIL_FROM is"),
    ],
)
def test_a_mail_server_that_cannot_be_used_stops_the_start(
    var: dict[str, str], url: str, sender: str, says: str
) -> None:
    with pytest.raises(BadSettings) as stopped:
        load(var | {"SMTP_URL": url, "MAIL_FROM": sender})

    assert says in str(stopped.value)
    assert "secret" not in str(stopped.value)


def test_a_mail_server_is_read_with_its_usual_port_and_password(var: dict[str, str]) -> None:
    kept = load(var | {"SMTP_URL": "smtps://me:p%40ss@mail.example.com", "MAIL_FROM": "Desk <desk@example.com>"})
    begun = load(var | {"SMTP_URL": "smtp://mail.example.com?starttls", "MAIL_FROM": "desk@example.com"})

    assert kept.mail
    assert begun.mail
    assert (kept.mail.host, kept.mail.port, kept.mail.name, kept.mail.password) == ("mail.example.com", 465, "me", "p@ss")  # fmt: skip
    assert (begun.mail.port, begun.mail.security) == (587, "starttls")
    assert "p@ss" not in repr(kept)
    assert load(var).mail is None
