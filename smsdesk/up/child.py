"""A running part: started on a leash, in a group of its own, writing to a log of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from smsdesk.up import leash
from smsdesk.up.part import Part

ROOT = Path(__file__).resolve().parents[2]
PAUSES = (0.2, 1, 2, 5, 10, 30)  # seconds before the first, second, … start again
STEADY = 60  # seconds of running after which the pauses begin anew
LOG_LIMIT = 5_000_000  # bytes; checked at each start


class Child:
    """The process of one part, and how often it had to be started again."""

    def __init__(self, part: Part, folder: Path, environ: Mapping[str, str]) -> None:
        self.part = part
        self.environ = dict(environ)
        self.log = folder / "log" / f"{part.name}.log"
        self.pid_file = folder / "run" / f"{part.name}.pid"
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.again_at: float | None = None
        self.falls = 0

    def start(self) -> None:
        self.again_at, self.started_at = None, time.monotonic()
        with _opened(self.log) as log:
            self.process = subprocess.Popen(
                self.part.command,
                cwd=ROOT,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # The terminal's Ctrl-C is for the supervisor, which stops the parts in order
                start_new_session=True,
                preexec_fn=leash.tied_to_this_process(),
            )
        leash.remember(self.pid_file, self.process.pid)

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        if self.process and self.runs:
            self.process.send_signal(signal.SIGTERM)

    def end(self) -> None:
        """The process and whatever it started, now."""
        if self.process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.pid_file.unlink(missing_ok=True)

    def plan_again(self) -> float:
        """It has stopped by itself: clear up behind it and say after how many seconds it starts again."""
        self.end()
        now = time.monotonic()
        self.falls = 1 if now - self.started_at > STEADY else self.falls + 1
        pause = PAUSES[min(self.falls, len(PAUSES)) - 1]
        self.again_at = now + pause
        return pause

    @property
    def last_words(self) -> str:
        """How it ended, in words."""
        code = self.process.poll() if self.process else None
        if code is None:
            return "runs"
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit {code}"


def surroundings(environ: Mapping[str, str], var: Path) -> dict[str, str]:
    """What every part finds in its environment."""
    macos = {"OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES"} if sys.platform == "darwin" else {}
    return {**environ, "SMSDESK_VAR": str(var), "PYTHONUNBUFFERED": "1", **macos}


def _opened(log: Path) -> BinaryIO:
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    return os.fdopen(os.open(log, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600), "ab")
