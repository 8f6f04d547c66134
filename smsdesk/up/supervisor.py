"""Starts parts in order, waits until they are ready, starts again what dies, and stops them in their turns."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType, TracebackType

from smsdesk.up import leash
from smsdesk.up.child import ROOT, Child
from smsdesk.up.part import Part, Turn

PATIENCE = 60  # seconds for a part to become ready
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StartFailed(Exception):
    """A part did not start; the message says which and where its log is."""


class AskedToStop(Exception):
    """Ctrl-C, a signal, or the end of whoever started us, while things were starting."""


def say(line: str) -> None:
    print(line, flush=True)


class Supervisor:
    """Used as a context: whatever was started within has ended when the block is left."""

    def __init__(self, folder: Path, environ: Mapping[str, str], leashed: bool = False) -> None:
        self.folder, self.environ = folder, environ
        self.children: list[Child] = []
        self.asked = 0
        self.parent = os.getppid() if leashed else None

    def __enter__(self) -> Supervisor:
        for name in SIGNALS:
            signal.signal(name, self._hear)
        leash.sweep(self.folder / "run")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self.stop()
        return kind is AskedToStop

    def start(self, parts: Sequence[Part]) -> None:
        """Start them in this order, and wait until all are ready. Raises StartFailed, AskedToStop."""
        fresh = [Child(part, self.folder, self.environ) for part in parts]
        for child in fresh:
            self.children.append(child)
            child.start()
        for child in fresh:
            self.wait_until(lambda child=child: self._is_up(child), f"{child.part.name} to be ready")  # type: ignore[misc]

    def begin(self, name: str, command: Sequence[str]) -> subprocess.Popen[str]:
        """Begin something that ends by itself; `collect` waits for it."""
        log = self.folder / "log" / f"{name}.log"
        log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with log.open("a") as errors:
            return subprocess.Popen(
                command,
                cwd=ROOT,
                env=dict(self.environ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
                preexec_fn=leash.tied_to_this_process(),
            )

    def collect(self, name: str, process: subprocess.Popen[str], doing: str) -> str:
        """Wait for its end and return what it printed. Raises StartFailed, AskedToStop."""
        try:
            self.wait_until(lambda: process.poll() is not None, doing, patience=600)
        finally:
            if process.poll() is None:
                process.kill()
        told = process.communicate()[0]
        if process.returncode:
            raise self._failed(name, f"{doing} failed (exit {process.returncode})")
        return told

    def watch(self) -> None:
        """Until someone asks to stop: start again what dies."""
        while not self._should_stop():
            for child in self.children:
                self._look_after(child)
            time.sleep(0.1)

    def stop(self) -> None:
        """Everything that runs, turn by turn; a second request hurries."""
        for turn in Turn:
            self._stop_together([child for child in self.children if child.part.turn == turn])
        self.children.clear()

    def wait_until(self, true: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
        """Tells what it waits for once that takes longer than a second. Raises StartFailed, AskedToStop."""
        began, told = time.monotonic(), False
        while not true():
            waited = time.monotonic() - began
            if self._should_stop():
                raise AskedToStop
            if waited > patience:
                raise StartFailed(
                    f"{_sentence(what)} took longer than {patience:.0f} s; the logs are in {self.folder / 'log'}."
                )
            if waited > 1 and not told:
                told = True
                say(f"  … {what}")
            time.sleep(0.02)
        if told:
            say(f"  … {what}: {time.monotonic() - began:.1f} s")

    def _hear(self, _signal: int, _frame: FrameType | None) -> None:
        self.asked += 1

    def _should_stop(self) -> bool:
        # A parent that was killed cannot pass Ctrl-C on
        if self.parent is not None and os.getppid() != self.parent:
            self.asked = max(self.asked, 1)
        return self.asked > 0

    def _is_up(self, child: Child) -> bool:
        if not child.runs:
            raise self._failed(child.part.name, f"{child.part.name} did not start ({child.last_words})")
        return child.part.ready()

    def _look_after(self, child: Child) -> None:
        if child.again_at is not None:
            if time.monotonic() >= child.again_at:
                child.start()
        elif not child.runs:
            words = child.last_words
            pause = child.plan_again()
            say(f"{child.part.name} stopped by itself ({words}); it starts again in {pause:g} s. Its log: {child.log}")

    def _stop_together(self, children: list[Child]) -> None:
        for child in children:
            child.ask_to_stop()
        began, told = time.monotonic(), False
        while waiting := [child for child in children if child.runs]:
            waited = time.monotonic() - began
            late = [child for child in waiting if waited > self._patience(child)]
            for child in late:
                say(
                    f"{child.part.name} did not finish in {waited:.0f} s and was ended; what it did is taken up at the next start."
                )
                child.end()
            if waited > 1 and not told:
                told = True
                say(
                    f"  … waiting for {', '.join(child.part.name for child in waiting)} to finish (Ctrl-C again hurries)"
                )
            time.sleep(0.02)
        for child in children:
            child.end()

    def _patience(self, child: Child) -> float:
        seconds = child.part.patience.total_seconds()
        return min(seconds, 1) if self.asked > 1 else seconds

    def _failed(self, name: str, what: str) -> StartFailed:
        log = self.folder / "log" / f"{name}.log"
        with log.open(errors="replace") as lines:
            last = "".join(f"    {line}" for line in deque(lines, 8))
        return StartFailed(f"{_sentence(what)}; its log is {log} and ends with:\n{last.rstrip()}")


def _sentence(what: str) -> str:
    return what[:1].upper() + what[1:]
