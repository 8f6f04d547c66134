"""`make run` as its user meets it: one command brings all of SMSDesk up, and nothing of it stays when it goes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.queues import QUEUES
from tests.ports import free_port
from tests.servers import until

pytestmark = [
    pytest.mark.faults,
    pytest.mark.timeout(300),
    pytest.mark.skipif(sys.platform != "linux", reason="processes are found through /proc"),
]


class Product:
    """SMSDesk on data of its own; `parts` finds its processes by their environment, whoever started them."""

    def __init__(self, folder: Path) -> None:
        self.var, self.said, self.port = folder / "var", folder / "said", free_port(beside=1)
        self.environ = {**os.environ, "SMSDESK_VAR": str(self.var), "PORT": str(self.port)}

    def start(self) -> None:
        with self.said.open("w") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "smsdesk.up"], env=self.environ, stdout=said, stderr=said
            )
        until(lambda: "Ctrl-C stops everything" in self.said.read_text() or self.process.poll() is not None, 110)
        assert self.process.poll() is None, self.said.read_text()

    def page(self, path: str) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
            return int(answer.status)

    def parts(self) -> dict[int, str]:
        seen = [path.parent for path in Path("/proc").glob("[0-9]*/cmdline")]
        commands = {int(path.name): read(path / "cmdline").replace(b"\0", b" ").decode() for path in seen}
        return {pid: command for pid, command in commands.items() if self.owns(pid, command)}

    def owns(self, pid: int, command: str) -> bool:
        # Redis writes its title over its environment; its socket stands in the title
        mark = f"SMSDESK_VAR={self.var}".encode()
        return str(self.var) in command or mark in read(Path(f"/proc/{pid}/environ")).split(b"\0")

    def part(self, words: str) -> int:
        return min(pid for pid, command in self.parts().items() if words in command)


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it ended meanwhile
        return b""


@contextmanager
def running(folder: Path) -> Iterator[Product]:
    product = Product(folder)
    product.start()
    yield product
    product.process.kill()
    product.process.wait()
    for pid in product.parts():
        os.kill(pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running(tmp_path_factory.mktemp("whole")) as product:
        yield product


@pytest.fixture
def product(whole: Product) -> Product:
    """One for all, whatever the test before left of it: with demo data, and running."""
    if whole.process.poll() is not None:
        until(lambda: whole.parts() == {}, 60)
        whole.start()
    return whole


def test_one_command_brings_everything_up_and_shows_the_way_in(product: Product) -> None:
    said = product.said.read_text()

    assert product.page("/healthz") == 200
    assert f"SMSDesk answers on http://127.0.0.1:{product.port}" in said
    assert "sign in as the demo agent" in said
    assert "sign in as the demo manager" in said
    for part in (
        "redis-server",
        "smsdesk.simulator.carrier",
        "gunicorn",
        "workers.clock",
        *(f"workers.start {q}" for q in QUEUES),
    ):
        assert product.part(part), part


def test_ctrl_c_leaves_nothing_behind_and_the_next_start_finds_everything(product: Product) -> None:
    product.process.send_signal(signal.SIGINT)
    assert product.process.wait(40) == 0
    assert product.parts() == {}

    product.start()

    assert product.page("/healthz") == 200


def test_a_supervisor_killed_outright_leaves_no_orphan_and_starts_again(product: Product) -> None:
    product.process.kill()
    product.process.wait()

    until(lambda: product.parts() == {}, 5, str(product.parts()))
    product.start()
    assert product.page("/healthz") == 200


@pytest.mark.parametrize("part", ["redis-server", "gunicorn", "workers.start outbound", "workers.clock"])
def test_a_part_that_is_killed_comes_back(product: Product, part: str) -> None:
    killed = product.part(part)

    os.kill(killed, signal.SIGKILL)

    until(lambda: any(part in command for pid, command in product.parts().items() if pid > killed), 60)
    until(lambda: answers(product), 60)


def answers(product: Product) -> bool:
    try:
        return product.page("/healthz") == 200
    except OSError:
        return False
