"""Workers and clock processes as they really run, started by a test and ended with it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from smsdesk.up import leash

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def process(environ: dict[str, str], *arguments: str, failpoint: str = "") -> Iterator[subprocess.Popen[str]]:
    """`python -m <arguments>` with an operator's environment and nothing of the developer's own."""
    broken = {"SMSDESK_TESTING": "1", "SMSDESK_FAILPOINT": failpoint} if failpoint else {}
    running = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env={**environ, **broken, "PATH": "/usr/bin:/bin"},
        preexec_fn=leash.tied_to_this_process(),
        start_new_session=True,
        text=True,
    )
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def worker(environ: dict[str, str], queue: str, failpoint: str = "") -> object:
    return process(environ, "workers.start", queue, failpoint=failpoint)
