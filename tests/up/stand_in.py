"""A tiny SMSDesk: `python -m tests.up.stand_in FOLDER` supervises parts that only write down what happens to them."""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from pathlib import Path

from smsdesk.up.child import surroundings
from smsdesk.up.part import Part, Turn
from smsdesk.up.supervisor import Supervisor, say

PART = """
import os, signal, sys, time
name, folder, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
def write(word):
    with open(folder + "/events", "a") as file:
        file.write(f"{name} {word} {os.getpid()}\\n")
def finish(*_):
    time.sleep(seconds)
    write("finished")
    sys.exit(0)
signal.signal(signal.SIGTERM, finish)
time.sleep(0.1)
write("started")
while True:
    time.sleep(0.05)
"""


def main(folder: Path, job_seconds: str, patience: str) -> None:
    def part(name: str, turn: Turn, seconds: str = "0") -> Part:
        def started() -> bool:
            events = folder / "events"
            return events.exists() and f"{name} started" in events.read_text()

        return Part(
            name,
            (sys.executable, "-c", PART, name, str(folder), seconds),
            turn,
            started,
            timedelta(seconds=float(patience)),
        )

    with Supervisor(folder, surroundings(os.environ, folder), leashed="--leashed" in sys.argv) as supervisor:
        supervisor.start([part("redis", Turn.REDIS)])
        supervisor.start([part("carrier", Turn.CARRIER), part("web", Turn.WEB)])
        supervisor.start([part("worker", Turn.WORKER, job_seconds), part("clock", Turn.CLOCK)])
        say("all up")
        supervisor.watch()
    say("all stopped")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
