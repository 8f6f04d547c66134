"""`python -m smsdesk.up`: everything that SMSDesk needs, until Ctrl-C."""

from __future__ import annotations

import os
import sys
import time

from config.settings import BadSettings, Settings, load
from smsdesk.up import doors, lock, plan, redis_server
from smsdesk.up.child import surroundings
from smsdesk.up.supervisor import StartFailed, Supervisor, say

FLASK = (sys.executable, "-m", "flask", "--app", "wsgi", "desk")
DEMO_PEOPLE = {"agent": "maya@demo.smsdesk.test", "manager": "sam@demo.smsdesk.test"}


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
        empty = supervisor.collect("prepare", preparing, "bringing the database up to date").strip() == "empty"
        if empty and not settings.is_production:
            supervisor.run_once("seed", (*FLASK, "seed-demo"), "making the demo shop")
        supervisor.start(plan.entrances(settings))
        say(f"SMSDesk answers on {settings.public_url} ({time.monotonic() - began:.1f} s)")
        supervisor.start(plan.background(settings))
        if not settings.is_production:
            _show_the_doors(supervisor, settings)
        say(f"Ctrl-C stops everything. The logs are in {settings.var / 'log'}")
        supervisor.watch()
        say("Stopping …")
    say("SMSDesk has stopped.")


def _show_the_doors(supervisor: Supervisor, settings: Settings) -> None:
    """One-time links, since nobody has a default password. A demo person who was removed has none."""
    asked = {
        role: supervisor.begin("links", (*FLASK, "sign-in-link", "--email", email))
        for role, email in DEMO_PEOPLE.items()
    }
    for role, process in asked.items():
        try:
            link = supervisor.collect("links", process, "making the sign-in links").strip()
        except StartFailed:
            continue
        say(f"  sign in as the demo {role:8} {link}")
    if settings.pretends:
        say(f"  text it from a phone        {settings.public_url}/phone")


def _refuse(why: Exception, code: int) -> int:
    print(why, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
