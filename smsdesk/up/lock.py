"""One SMSDesk for one var/: two would share a Redis folder and a database that each believes to be its own."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyRunning(Exception):
    """Another SMSDesk holds this var/; the message says on which address."""


@contextmanager
def held(var: Path, address: str) -> Iterator[None]:
    """Hold var/lock while the block runs; the kernel lets go of it however this process ends. Raises AlreadyRunning."""
    with open(os.open(var / "lock", os.O_CREAT | os.O_RDWR, 0o600), "r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            where = file.read().strip() or "another address"
            raise AlreadyRunning(f"SMSDesk is already running on {where} with the data in {var}.") from None
        file.truncate()
        file.write(address)
        file.flush()
        yield
