"""The embedded Redis: found by running it, kept private, and never asked to read what a newer one wrote."""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis

from smsdesk.up import leash, redis_server
from tests.servers import until


def program(path: Path, says: str) -> Path:
    path.write_text(f"#!/bin/sh\n{says}\n")
    path.chmod(0o700)
    return path


@contextmanager
def running(var: Path) -> Iterator[Redis]:
    socket = var / "r.sock"
    redis_server.prepare_folder_of(socket)
    command = redis_server.command(redis_server.find(), socket, var)
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, preexec_fn=leash.tied_to_this_process())
    try:
        until(lambda: redis_server.answers(socket), 10)
        yield Redis(unix_socket_path=str(socket))
    finally:
        server.kill()
        server.wait()


def test_a_program_that_only_pretends_to_be_there_is_passed_over(tmp_path: Path) -> None:
    program(tmp_path / "redis-server", "exit 127")
    real = program(tmp_path / "valkey-server", "echo 'Valkey server v=8.1.3 sha=0 malloc=libc bits=64'")

    found = redis_server.find(str(tmp_path), brought=[])

    assert (found.path, found.kind, found.version) == (real, "valkey", (8, 1, 3))


def test_a_redis_that_is_too_old_is_passed_over_and_the_sentence_names_the_fix(tmp_path: Path) -> None:
    program(tmp_path / "redis-server", "echo 'Redis server v=6.0.16 sha=0 malloc=jemalloc bits=64'")

    with pytest.raises(redis_server.NoRedis, match=r"no Redis 6\.2 or newer here; install one .* or set REDIS_URL"):
        redis_server.find(str(tmp_path), brought=[])


def test_each_major_version_has_a_folder_of_its_own(tmp_path: Path) -> None:
    older = redis_server.RedisServer(Path("redis-server"), "redis", (6, 2, 14))
    newer = redis_server.RedisServer(Path("redis-server"), "redis", (7, 0, 15))

    assert str(tmp_path / "redis6") in redis_server.command(older, tmp_path / "r.sock", tmp_path)
    assert str(tmp_path / "redis7") in redis_server.command(newer, tmp_path / "r.sock", tmp_path)


def test_what_redis_was_told_survives_its_being_killed(tmp_path: Path) -> None:
    with running(tmp_path) as redis:
        redis.rpush("rq:queue:routing", "a job")

    with running(tmp_path) as redis:
        assert redis.lrange("rq:queue:routing", 0, -1) == [b"a job"]


def test_only_its_owner_reaches_it(tmp_path: Path) -> None:
    with running(tmp_path):
        mode = (tmp_path / "r.sock").stat().st_mode

    assert stat.S_IMODE(mode) == 0o700


def test_a_redis_that_still_answers_there_is_not_started_over(tmp_path: Path) -> None:
    with running(tmp_path), pytest.raises(redis_server.NoRedis, match="Another program answers on"):
        redis_server.prepare_folder_of(tmp_path / "r.sock")


def test_the_package_that_brings_a_redis_runs_here() -> None:
    if not redis_server.packaged():
        pytest.skip(
            f"no package brings a Redis for Python {sys.version_info[0]}.{sys.version_info[1]} on {sys.platform}"
        )

    for path in redis_server.packaged():
        assert subprocess.run([path, "--version"], capture_output=True, check=True).stdout
