"""The tests' own ground: real servers, empty each time, and nothing of the developer's within reach."""

from __future__ import annotations

import os

import psycopg
import pytest
from redis import Redis

from config.settings import load


@pytest.mark.parametrize("_time", range(2))
def test_each_test_finds_an_empty_redis(redis_url: str, _time: int) -> None:
    redis = Redis.from_url(redis_url)

    assert redis.dbsize() == 0
    redis.set("left behind", 1)


def test_the_tests_redis_keeps_what_it_is_told_as_the_real_one_does(redis_url: str) -> None:
    redis = Redis.from_url(redis_url)

    assert redis.config_get("appendonly")["appendonly"] == "yes"
    assert redis.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"


@pytest.mark.postgresql
def test_the_tests_postgresql_is_real(postgresql_server: str) -> None:
    with psycopg.connect(postgresql_server) as db:
        found = db.execute("SHOW server_version").fetchone()

    assert found is not None


def test_no_test_sees_the_developers_own_account() -> None:
    settings = load()

    assert settings.pretends
    assert "smsdesk-test-var-" in str(settings.var)
    assert not [name for name in os.environ if name.startswith("TWILIO_")]
