"""How the pretend carrier behaves today: its pace, its slips, and what it does to single texts on demand."""

from __future__ import annotations

import re
import threading
from collections import deque
from dataclasses import dataclass, fields

MODES = re.compile(
    r"ok|hang|reset_before|accept_then_close|accept_then_hang|accept_500|500|502_html|503|201_garbage|201_truncated|201_wrong_sid|201_empty"
    r"|307|401|drip|429(:[0-9]{1,6})?|slow:[0-9.]{1,6}|(fail|undelivered):[0-9]{5}|[0-9]{5}"
)


class UnknownMode(Exception):
    """No such mode; the message lists how they are written."""


@dataclass
class Habits:
    """All of it can be changed while it runs. Shares are from 0 to 1, lengths in seconds."""

    quickest_s: float = 0.1
    slowest_s: float = 0.6
    repeats: float = 0.05
    shuffles: float = 0.05
    drops: float = 0.0
    list_lag_s: float = 0.0
    list_omits: float = 0.0
    honours_stop: bool = True
    says_opt_out_type: bool = False
    retries: int = 5
    retries_answers: bool = True
    retry_pause_s: float = 0.5
    connect_timeout_s: float = 5.0
    total_timeout_s: float = 15.0

    def change(self, wishes: dict[str, object]) -> None:
        """Set what is named. Raises ValueError for an unknown name or a value of another kind."""
        kinds = {field.name: type(getattr(self, field.name)) for field in fields(self)}
        for name, value in wishes.items():
            kind = kinds.get(name)
            if kind is None or isinstance(value, bool) != (kind is bool) or not isinstance(value, int | float):
                raise ValueError(f"there is no habit {name} that can be {value!r}")
            setattr(self, name, kind(value))


class Modes:
    """What happens to the next sendings, or to every sending to an address. The next ones go first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next: deque[str] = deque()
        self._by_address: dict[str, str] = {}

    def next(self, mode: str, times: int = 1) -> None:
        """Raises UnknownMode."""
        with self._lock:
            self._next.extend([known(mode)] * times)

    def always(self, address: str, mode: str) -> None:
        """Raises UnknownMode."""
        with self._lock:
            self._by_address[address] = known(mode)

    def clear(self) -> None:
        with self._lock:
            self._next.clear()
            self._by_address.clear()

    def of(self, address: str) -> str:
        """What every sending to an address meets."""
        with self._lock:
            return self._by_address.get(address, "ok")

    def take(self, address: str) -> str:
        with self._lock:
            return self._next.popleft() if self._next else self._by_address.get(address, "ok")


def known(mode: str) -> str:
    if not MODES.fullmatch(mode):
        raise UnknownMode(f"there is no mode {mode!r}; written like: {MODES.pattern}")
    return mode
