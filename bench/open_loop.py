"""Arrivals by a schedule: a request leaves when it is due, however slow the ones before it are, and its time is counted from that moment.

A client that waits for an answer before it asks again measures a slow server as a quiet one.
"""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
from collections import Counter, deque
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass

PATIENCE = 15.0  # seconds, as the carrier has
NOT_ANSWERED = 0


@dataclass(frozen=True)
class Ask:
    """A whole HTTP request, due `at` seconds after the beginning; `name` is how its answer is known again."""

    at: float
    request: bytes
    name: str


@dataclass(frozen=True)
class Heard:
    """What came of a request. `took`: seconds from the moment at which it was due; `status`: 0 where no answer came."""

    name: str
    at: float
    took: float
    status: int


def send(port: int, asks: Sequence[Ask], patience: float = PATIENCE) -> list[Heard]:
    """Each once, in a connection that is free or a new one. Returns when all are answered or given up."""
    gc.disable()  # it would stop the clock for everybody
    try:
        return asyncio.run(_Crowd(port, patience).send(asks))
    finally:
        gc.enable()


def in_a_process(port: int, asks: Sequence[Ask], patience: float = PATIENCE) -> Future[list[Heard]]:
    """The same, beside whatever this process does meanwhile."""
    pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
    future = pool.submit(send, port, asks, patience)
    pool.shutdown(wait=False)
    return future


def at_rate(rate: float, requests: Sequence[tuple[str, bytes]], begin: float = 0.0) -> list[Ask]:
    """(name, request) evenly, so many a second."""
    return [Ask(begin + place / rate, request, name) for place, (name, request) in enumerate(requests)]


def acknowledged(heard: Sequence[Heard]) -> set[str]:
    """The ledger: what was answered 2xx, and must never be lost."""
    return {one.name for one in heard if 200 <= one.status < 300}


def statuses(heard: Sequence[Heard]) -> Counter[int]:
    return Counter(one.status for one in heard)


def at_share(heard: Sequence[Heard], share: float) -> float:
    """A percentile, in seconds."""
    times = sorted(one.took for one in heard)
    return times[min(len(times) - 1, int(share * len(times)))] if times else 0.0


class _Crowd:
    def __init__(self, port: int, patience: float) -> None:
        self.port, self.patience = port, patience
        self.free: deque[_Line] = deque()
        self.heard: list[Heard] = []
        self.began = 0.0

    async def send(self, asks: Sequence[Ask]) -> list[Heard]:
        loop = asyncio.get_running_loop()
        self.began = loop.time() + 0.2
        tasks: set[asyncio.Task[None]] = set()
        for ask in sorted(asks, key=lambda one: one.at):
            due = self.began + ask.at
            if (ahead := due - loop.time()) > 0:
                await asyncio.sleep(ahead)
            task = loop.create_task(self._one(ask, due))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        while tasks:
            await asyncio.wait(set(tasks))
        return self.heard

    async def _one(self, ask: Ask, due: float) -> None:
        loop, status = asyncio.get_running_loop(), NOT_ANSWERED
        try:
            async with asyncio.timeout_at(due + self.patience):
                status = await self._ask(ask.request)
        except (OSError, TimeoutError):
            pass
        self.heard.append(Heard(ask.name, ask.at, loop.time() - due, status))

    async def _ask(self, request: bytes) -> int:
        line = await self._line()
        try:
            status = await line.ask(request)
        except BaseException:
            line.close()
            raise
        if line.stays_open:
            self.free.append(line)
        else:
            line.close()
        return status

    async def _line(self) -> _Line:
        """Last in, first out, so that the server can close those that nobody needs."""
        while self.free:
            line = self.free.pop()
            if line.stays_open:
                return line
        made: tuple[object, _Line] = await asyncio.get_running_loop().create_connection(_Line, "127.0.0.1", self.port)
        return made[1]


class _Line(asyncio.Protocol):
    """A connection, with one request on its way at most."""

    def __init__(self) -> None:
        self._answer: asyncio.Future[int] | None = None
        self._got, self._whole = b"", 0
        self.stays_open = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    async def ask(self, request: bytes) -> int:
        self._answer, self._got, self._whole = asyncio.get_running_loop().create_future(), b"", 0
        self._transport.write(request)
        return await self._answer

    def data_received(self, data: bytes) -> None:
        self._got += data
        if not self._whole and (end := self._got.find(b"\r\n\r\n")) >= 0:
            head = self._got[:end].lower()
            self._whole = end + 4 + _length(head)
            if b"connection: close" in head:
                self.stays_open = False
        if self._whole and len(self._got) >= self._whole and self._answer and not self._answer.done():
            self._answer.set_result(int(self._got[9:12]))

    def connection_lost(self, error: Exception | None) -> None:
        self.stays_open = False
        if self._answer and not self._answer.done():
            self._answer.set_exception(error or ConnectionResetError())

    def close(self) -> None:
        self.stays_open = False
        self._transport.close()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    return 0
