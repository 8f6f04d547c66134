"""How gunicorn serves the web: threads for open pages, one application loaded once, quick to stop, never a line with a body."""

from __future__ import annotations

import gc
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from gunicorn.glogging import Logger as GunicornLogger

from config import logging, settings
from smsdesk.up import leash

try:
    _settings = settings.load()
except settings.BadSettings as error:
    sys.exit(str(error))

bind = f"[{_settings.host}]:{_settings.port}" if ":" in _settings.host else f"{_settings.host}:{_settings.port}"
worker_class = "gthread"
workers = _settings.web_processes
threads = _settings.web_threads  # each open page holds one
preload_app = True
graceful_timeout = 5
keepalive = 20
backlog = 1024
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
    listener = worker.wsgi.extensions["smsdesk"].listener

    def stop(number: int, frame: FrameType | None) -> None:
        listener.close()
        worker.handle_exit(number, frame)

    signal.signal(signal.SIGTERM, stop)


def worker_exit(_server: Any, worker: Any) -> None:
    """The last requests are answered. Taking the interpreter apart would only cost seconds, and may wait for a thread."""
    worker.wsgi.extensions["smsdesk"].keeper.flush()
    os._exit(0)
