"""The parts of SMSDesk, in the order in which they start: what each is called, runs and waits for."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

from config.queues import QUEUES
from config.settings import EVERYWHERE, Settings, carrier_port
from smsdesk.up import doors, redis_server
from smsdesk.up.part import Part, Turn

JOBS_FINISH_WITHIN = timedelta(seconds=30)


def redis(settings: Settings) -> list[Part]:
    """The embedded Redis, or nothing where REDIS_URL names one. Raises NoRedis, DoorTaken."""
    if not settings.embeds_redis:
        return []
    socket = Path(settings.redis_url.removeprefix("unix://"))
    redis_server.prepare_folder_of(socket)
    command = redis_server.command(redis_server.find(), socket, settings.var)
    return [Part("redis", tuple(command), Turn.REDIS, lambda: redis_server.answers(socket))]


def entrances(settings: Settings) -> list[Part]:
    """What answers requests: the pretend carrier where it is used, then the web."""
    return [*_carrier(settings), _web(settings)]


def background(_settings: Settings) -> list[Part]:
    """What works without anyone looking: a worker for each queue, and the clock."""
    workers = [
        Part(queue, (sys.executable, "-m", "workers.start", queue), Turn.WORKER, patience=JOBS_FINISH_WITHIN)
        for queue in QUEUES
    ]
    return [*workers, Part("clock", (sys.executable, "-m", "workers.clock"), Turn.CLOCK)]


def runs_carrier(settings: Settings) -> bool:
    """True where the pretend carrier is ours to run, and not somebody else's at TWILIO_API_BASE_URL."""
    return settings.pretends and settings.twilio_api_base_url == f"http://127.0.0.1:{carrier_port(settings.port)}"


def ensure_doors_free(settings: Settings) -> None:
    """Raises DoorTaken with a sentence that names PORT."""
    port = settings.port
    doors.ensure_free(
        settings.host,
        port,
        f"Port {port} is taken by another program; set PORT to a free one: PORT={port + 80} make run.",
    )
    if runs_carrier(settings):
        beside = carrier_port(port)
        doors.ensure_free(
            "127.0.0.1",
            beside,
            f"Port {beside}, which the pretend carrier uses next to PORT, is taken by another program; "
            f"set PORT to another one: PORT={port + 80} make run.",
        )


def _carrier(settings: Settings) -> list[Part]:
    if not runs_carrier(settings):
        return []
    port = carrier_port(settings.port)
    command = (sys.executable, "-m", "smsdesk.simulator.carrier")
    return [Part("carrier", command, Turn.CARRIER, lambda: doors.listens("127.0.0.1", port))]


def _web(settings: Settings) -> Part:
    here = EVERYWHERE.get(settings.host, settings.host)
    command = (sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "wsgi:app")
    return Part("web", command, Turn.WEB, lambda: doors.answers(here, settings.port))
