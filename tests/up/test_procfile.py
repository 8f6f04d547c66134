"""Where others than `make run` start SMSDesk, no queue is left without a worker."""

from __future__ import annotations

from pathlib import Path

from config.queues import QUEUES

ROOT = Path(__file__).resolve().parents[2]


def test_every_queue_has_a_worker_in_the_procfile() -> None:
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())

    assert {queue: lines.get(queue) for queue in QUEUES} == {
        queue: f"python -m workers.start {queue}" for queue in QUEUES
    }
    assert {"web", "clock", "release"} <= set(lines)
