"""How gunicorn serves the web: threads for open pages, one application loaded once, quick to stop, never a line with a body."""

from __future__ import annotations

import gc
import os
import resource
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Any

from gunicorn.glogging import Logger as GunicornLogger

from config import logging, settings
from config.web_worker import WebWorker
from smsdesk.up import leash

try:
    _settings = settings.load()
except settings.BadSettings as error:
    sys.exit(str(error))

bind = f"[{_settings.host}]:{_settings.port}" if ":" in _settings.host else f"{_settings.host}:{_settings.port}"


class Worker(WebWorker):
    """Says of each request how long it stood in line for a thread; who waited too long is refused (smsdesk/web/gate.py)."""

    def init_process(self) -> None:
        self._here = threading.local()
        super().init_process()

    def load_wsgi(self) -> None:
        super().load_wsgi()
        inner: Any = self.wsgi  # type: ignore[has-type]

        def with_the_wait(environ: dict[str, Any], start: Any) -> Any:
            environ["smsdesk.waited"] = self._here.waited
            return inner(environ, start)

        self.wsgi = with_the_wait

    def has_turned_away(self) -> None:
        self.app.wsgi().extensions["smsdesk.gate"].count()

    def handle(self, conn: Any) -> Any:
        self._here.waited = time.monotonic() - conn.came_at
        return super().handle(conn)


worker_class = Worker
workers = _settings.web_processes
threads = _settings.web_threads  # each open page holds one
preload_app = True
graceful_timeout = 5
keepalive = 20
backlog = 1024
worker_connections = 4096  # lines on which nothing happens cost a process a few kilobytes each
control_socket_disable = True
accesslog = None  # its lines would carry what people search for
# A heartbeat on a busy disk can look like a hung worker
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108


class Logger(GunicornLogger):  # type: ignore[misc]
    """Gunicorn's own lines go the way of all others."""

    def setup(self, _cfg: Any) -> None:
        logging.configure(_settings.is_production)
        self.error_log.propagate = True
        self.access_log.propagate = False


logger_class = Logger


def on_starting(_server: Any) -> None:
    """As many lines as the system lets us have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = 65_536 if most == resource.RLIM_INFINITY else min(most, 65_536)
    resource.setrlimit(resource.RLIMIT_NOFILE, (enough, most))


def when_ready(_server: Any) -> None:
    """What is loaded now stays loaded: the workers share it, and never look through it for garbage."""
    gc.collect()
    gc.freeze()


def post_fork(_server: Any, worker: Any) -> None:
    """The child starts with connections of its own, and ends with its parent."""
    from smsdesk.adapters.database import forget_connections

    leash.end_with(worker.ppid)
    forget_connections()


def post_worker_init(worker: Any) -> None:
    """Asked to stop, a worker ends its open pages at once; they would hold it until it is killed."""
    listener = worker.app.wsgi().extensions["smsdesk"].listener

    def stop(number: int, frame: FrameType | None) -> None:
        listener.close()
        worker.handle_exit(number, frame)

    signal.signal(signal.SIGTERM, stop)


def worker_exit(_server: Any, worker: Any) -> None:
    """The last requests are answered. Taking the interpreter apart would only cost seconds, and may wait for a thread."""
    worker.app.wsgi().extensions["smsdesk"].keeper.flush()
    os._exit(0)
