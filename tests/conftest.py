"""What every test can ask for: an empty migrated database, a flushed Redis, settings that reach nothing real."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from config.settings import Settings, load
from tests import one_compiler, servers

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

ACCOUNT_SID = "AC" + "0123456789abcdef" * 2
AUTH_TOKEN = "fedcba9876543210" * 2
READ_BY_SMSDESK = ("TWILIO_", "SMSDESK_", "FLASK_", "WEB_")
ALSO_READ = (
    "SMTP_URL",
    "MAIL_FROM",
    "VAPID_PRIVATE_KEY",
    "DATABASE_URL",
    "REDIS_URL",
    "PUBLIC_URL",
    "SECRET_KEY",
    "CARRIER",
    "PORT",
    "HOST",
)
FOR_THE_TESTS = (
    "SMSDESK_FAULTS",
    "SMSDESK_FAULTS_EXAMPLES",
    "SMSDESK_FAULTS_SECONDS",
    "SMSDESK_FAULTS_SEED",
    "SMSDESK_FAULTS_WITHIN",
    "SMSDESK_LOAD_SECONDS",
    "SMSDESK_TESTING",
)


# How long one example takes depends on the machine, and no test is about that
hypothesis.settings.register_profile("smsdesk", deadline=None)
# What is merged is judged by the same examples each time; new ones are looked for at the desks of those who build
hypothesis.settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("repeatable" if os.environ.get("CI") else "smsdesk")


def _forget_the_developers_own_settings() -> None:
    """Before any test module is read: no test reaches a real account, or the var/ of whoever runs it."""
    for name in list(os.environ):
        if (name.startswith(READ_BY_SMSDESK) or name in ALSO_READ) and name not in FOR_THE_TESTS:
            del os.environ[name]
    os.environ["SMSDESK_VAR"] = tempfile.mkdtemp(prefix="smsdesk-test-var-")


_forget_the_developers_own_settings()
one_compiler.share_it()


def pytest_collection_finish() -> None:
    """What was imported stays. Looking through it for garbage took a tenth of the time of all tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


def pytest_unconfigure() -> None:
    shutil.rmtree(os.environ["SMSDESK_VAR"], ignore_errors=True)


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all processes of this run."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    with servers.redis() as url:
        yield url


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """A real Redis with nothing in it."""
    from redis import Redis

    with Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server


@pytest.fixture(scope="session")
def postgresql_server(shared_folder: Path) -> Iterator[str]:
    with servers.postgresql(shared_folder) as url:
        yield url


@pytest.fixture(scope="session")
def _postgresql_template(postgresql_server: str, shared_folder: Path) -> str:
    return servers.migrated_template(postgresql_server, shared_folder)


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return servers.migrated_file(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture
def sqlite_url(_sqlite_template: Path, tmp_path: Path) -> str:
    """An empty migrated SQLite database of the test's own."""
    shutil.copy(_sqlite_template, tmp_path / "smsdesk.db")
    return f"sqlite:///{tmp_path / 'smsdesk.db'}"


@pytest.fixture(scope="session")
def _own_postgresql(postgresql_server: str, _postgresql_template: str) -> Iterator[servers.OwnDatabase]:
    own = servers.OwnDatabase(postgresql_server, _postgresql_template)
    yield own
    own.drop()


@pytest.fixture
def postgresql_url(_own_postgresql: servers.OwnDatabase) -> Iterator[str]:
    """An empty migrated PostgreSQL database of the test's own. Mark the test `postgresql`."""
    yield _own_postgresql.ready()
    _own_postgresql.empty()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty migrated database; the test runs once on each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def lasting_database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same for all tests of a file that only look at what one of them has made; each kind in turn."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("_sqlite_template")
        yield f"sqlite:///{shutil.copy(template, tmp_path_factory.mktemp('lasting') / 'smsdesk.db')}"
        return
    server, name = request.getfixturevalue("postgresql_server"), request.getfixturevalue("_postgresql_template")
    with servers.copy_of(server, name) as address:
        yield address


@pytest.fixture
def environ(database_url: str, redis_url: str, tmp_path: Path) -> dict[str, str]:
    """What an operator would set; a test may change it before it asks for `settings`, or hand it to a process."""
    return {
        "SMSDESK_VAR": str(tmp_path / "var"),
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "PUBLIC_URL": "https://desk.smsdesk.test",
        "SECRET_KEY": "not a secret, for tests only, 0123456789",
        "CARRIER": "pretend",
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        # Nothing listens there: a test that calls the carrier brings its own
        "TWILIO_API_BASE_URL": "http://127.0.0.1:9",
    }


@pytest.fixture
def settings(environ: dict[str, str]) -> Settings:
    return load(environ)


@pytest.fixture
def app(settings: Settings) -> Flask:
    from smsdesk.app import create_app

    made: Flask = create_app(settings)
    one_compiler.keep_templates(made)
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
