"""From a clone to the first page, with nothing there yet, and again when everything is."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

from bench import ground


def measure() -> dict[str, float]:
    """Seconds from `make run` to the first page: cold (environment and all), and warm."""
    with ground.folder() as place:
        clone = place / "smsdesk"
        subprocess.run(["git", "clone", "-q", str(ground.ROOT), str(clone)], check=True)
        return {"start_cold_s": _start(clone), "start_warm_s": _start(clone)}


def _start(clone: Path) -> float:
    port = ground.free_port()
    own = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "PORT": str(port)}
    pip = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_", "SSL_", "LANG"))}
    began = time.perf_counter()
    with (clone / "run.log").open("ab") as log:
        running = subprocess.Popen(
            ["make", "run"], cwd=clone, env=own | pip, stdout=log, stderr=log, start_new_session=True
        )
    try:
        ground.until(lambda: ground.answers(f"http://127.0.0.1:{port}/sign-in"), 300, clone / "run.log")
        return time.perf_counter() - began
    finally:
        os.killpg(running.pid, signal.SIGINT)
        running.wait(60)
