"""The supervisor: parts start in order, come back when they die, finish their work, and never outlive it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from smsdesk.up import leash
from tests.servers import until

Start = Callable[..., "Running"]


class Running:
    """A supervisor of stand-in parts, and what its parts wrote down."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.folder = folder
        self.said = folder / "said"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.up.stand_in", str(folder), *words], stdout=self.said.open("w")
        )

    def has_said(self, words: str) -> None:
        until(lambda: words in self.said.read_text(), 20, f"it never said “{words}”:\n{self.said.read_text()}")

    @property
    def events(self) -> list[str]:
        return [line.rpartition(" ")[0] for line in (self.folder / "events").read_text().splitlines()]

    def pids(self, name: str = "") -> list[int]:
        lines = (self.folder / "events").read_text().splitlines()
        return [
            int(line.split()[2])
            for line in lines
            if line.startswith(f"{name} started" if name else "") and "started" in line
        ]

    def has_ended_everything(self) -> None:
        until(lambda: not any(map(runs, self.pids())), 5, f"left behind: {[pid for pid in self.pids() if runs(pid)]}")


def runs(pid: int) -> bool:
    """False for a process that has ended, even while nobody has asked how."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[Running] = []

    def begin(job_seconds: str = "0", patience: str = "10", *words: str) -> Running:
        started.append(Running(tmp_path, job_seconds, patience, *words))
        started[-1].has_said("all up")
        return started[-1]

    yield begin
    for running in started:
        running.process.kill()
        running.process.wait()
        for pid in filter(runs, running.pids()):
            os.kill(pid, signal.SIGKILL)


def test_parts_start_in_order_and_stop_in_their_turns(start: Start) -> None:
    desk = start()

    desk.process.send_signal(signal.SIGTERM)

    assert desk.process.wait(10) == 0
    assert desk.events[0] == "redis started"
    assert {*desk.events[1:3]} == {"carrier started", "web started"}
    assert {*desk.events[3:5]} == {"worker started", "clock started"}
    assert desk.events[5:] == [
        "web finished",
        "worker finished",
        "clock finished",
        "carrier finished",
        "redis finished",
    ]


def test_a_part_that_dies_is_started_again_and_the_others_stay(start: Start) -> None:
    desk = start()
    (web,) = desk.pids("web")

    os.kill(web, signal.SIGKILL)

    until(lambda: len(desk.pids("web")) == 2, 10)
    desk.has_said("web stopped by itself (killed by SIGKILL); it starts again in 0.2 s")
    assert desk.events.count("redis started") == 1


def test_ctrl_c_lets_a_running_job_finish_and_leaves_nothing_behind(start: Start) -> None:
    desk = start("1.5")

    desk.process.send_signal(signal.SIGINT)

    assert desk.process.wait(10) == 0
    assert "worker finished" in desk.events
    assert "waiting for worker to finish" in desk.said.read_text()
    desk.has_ended_everything()


def test_a_second_ctrl_c_hurries(start: Start) -> None:
    desk = start("600", "600")

    desk.process.send_signal(signal.SIGINT)
    desk.has_said("waiting for worker to finish")
    desk.process.send_signal(signal.SIGINT)

    assert desk.process.wait(10) == 0
    assert "worker finished" not in desk.events
    desk.has_ended_everything()


def test_a_part_that_never_finishes_is_ended_when_patience_is_over(start: Start) -> None:
    desk = start("600", "1.2")

    desk.process.send_signal(signal.SIGTERM)

    assert desk.process.wait(10) == 0
    assert "worker did not finish in 1 s and was ended" in desk.said.read_text()
    assert desk.events[-1] == "redis finished"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the next start sweeps")
def test_a_supervisor_killed_outright_leaves_no_orphan(start: Start) -> None:
    desk = start("600", "600")

    desk.process.kill()
    desk.process.wait()

    assert len(desk.pids()) == 5
    desk.has_ended_everything()


def test_a_supervisor_on_a_leash_stops_in_order_when_whoever_started_it_is_killed(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "tests.up.stand_in", str(tmp_path), "0", "10", "--leashed"]
    script = f"import subprocess; subprocess.run({words!r})"
    with (tmp_path / "said").open("w") as said:
        make = subprocess.Popen([sys.executable, "-c", script], stdout=said)
    until(lambda: "all up" in (tmp_path / "said").read_text(), 20)

    make.kill()
    make.wait()

    until(lambda: "all stopped" in (tmp_path / "said").read_text(), 10)
    assert "redis finished" in (tmp_path / "events").read_text()


def test_a_part_that_cannot_start_stops_the_start_and_points_to_its_log(tmp_path: Path) -> None:
    script = f"""
import sys
from pathlib import Path
from smsdesk.up.part import Part, Turn
from smsdesk.up.supervisor import StartFailed, Supervisor
try:
    with Supervisor(Path({str(tmp_path)!r}), {{}}) as supervisor:
        supervisor.start([Part("web", (sys.executable, "-c", "print('no such number'); raise SystemExit(3)"), Turn.WEB, lambda: False)])
except StartFailed as why:
    print(why)
"""
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout

    assert "Web did not start (exit 3)" in told
    assert str(tmp_path / "log" / "web.log") in told
    assert "no such number" in told


def test_where_the_kernel_ends_nobody_a_sweep_ends_what_was_left_but_no_stranger(tmp_path: Path) -> None:
    left = subprocess.Popen(["sleep", "60"], start_new_session=True)
    stranger = subprocess.Popen(["sleep", "60"], start_new_session=True)
    (tmp_path / "web.pid").write_text(f"{left.pid} {leash.born(left.pid)}")
    (tmp_path / "clock.pid").write_text(f"{stranger.pid} Thu Jan  1 00:00:00 1970")

    leash.sweep(tmp_path)

    assert left.wait(5) == -signal.SIGKILL
    assert stranger.poll() is None
    assert list(tmp_path.glob("*.pid")) == []
    stranger.kill()
    stranger.wait()
