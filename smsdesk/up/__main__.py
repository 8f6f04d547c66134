"""`python -m smsdesk.up`: everything that SMSDesk needs, until Ctrl-C."""

from __future__ import annotations

import os
import sys
import time

from config.settings import BadSettings, Settings, load
from smsdesk.up import doors, lock, plan, redis_server
from smsdesk.up.child import surroundings
from smsdesk.up.supervisor import StartFailed, Supervisor, say


def main(arguments: list[str]) -> int:
    """0 after it was asked to stop, 1 where it could not start, 2 for bad settings."""
    try:
        settings = load()
        with lock.held(settings.var, settings.public_url):
            run(settings, leashed="--leashed" in arguments)
    except BadSettings as why:
        return _refuse(why, 2)
    except (lock.AlreadyRunning, doors.DoorTaken, redis_server.NoRedis, StartFailed) as why:
        return _refuse(why, 1)
    return 0


def run(settings: Settings, leashed: bool) -> None:
    """Start in order, say where to look, watch until asked to stop, stop in order."""
    began = time.monotonic()
    plan.ensure_doors_free(settings)
    with Supervisor(settings.var, surroundings(os.environ, settings.var), leashed) as supervisor:
        preparing = supervisor.begin("prepare", (sys.executable, "-m", "smsdesk.up.prepare"))
        supervisor.start(plan.redis(settings))
        links = supervisor.collect("prepare", preparing, "preparing the database")
        supervisor.start(plan.entrances(settings))
        say(f"SMSDesk answers on {settings.public_url} ({time.monotonic() - began:.1f} s)")
        supervisor.start(plan.background(settings))
        _show_the_ways_in(settings, links)
        supervisor.watch()
        say("Stopping …")
    say("SMSDesk has stopped.")


def _show_the_ways_in(settings: Settings, links: str) -> None:
    for role, _, link in (line.partition(" ") for line in links.splitlines()):
        say(f"  sign in as the demo {role}, once: {link}")
    if settings.pretends:
        say(f"  text it from a pretend phone: {settings.public_url}/phone")
    say(f"Ctrl-C stops everything. The logs are in {settings.var / 'log'}")


def _refuse(why: Exception, code: int) -> int:
    print(why, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
