"""The generator itself: what a slow server keeps waiting is counted from the moment at which it should have left."""

from __future__ import annotations

import socket
import threading
import time

from bench import open_loop
from bench.open_loop import Ask

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
ANSWER = b"HTTP/1.1 %d Said\r\nContent-Length: 2\r\n%s\r\nok"


def test_a_request_leaves_when_it_is_due_and_a_server_that_answers_one_at_a_time_is_not_taken_for_a_quick_one() -> None:
    with _server() as port:
        heard = open_loop.send(port, [Ask(0.001 * place, REQUEST, str(place)) for place in range(10)])

    assert open_loop.acknowledged(heard) == {str(place) for place in range(10)}
    assert sorted(one.took for one in heard)[-1] >= 10 * 0.03 - 0.01
    assert open_loop.at_share(heard, 0.5) >= 0.1


def test_what_is_refused_cut_off_or_never_answered_is_not_acknowledged() -> None:
    with _server(statuses=[200, 503, 0, -1]) as port:
        heard = open_loop.send(port, [Ask(0.1 * place, REQUEST, str(place)) for place in range(4)], patience=0.6)

    assert {one.name: one.status for one in heard} == {"0": 200, "1": 503, "2": 0, "3": 0}
    assert open_loop.acknowledged(heard) == {"0"}


class _server:  # noqa: N801  # reads as a sentence where it is used
    """Takes 30 ms an answer, one connection after the other. 0 hangs up instead, -1 says nothing."""

    def __init__(self, statuses: list[int] | None = None) -> None:
        self.statuses = statuses or [200] * 100
        self.silent: list[socket.socket] = []

    def __enter__(self) -> int:
        self.door = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()
        return int(self.door.getsockname()[1])

    def _serve(self) -> None:
        for status in self.statuses:
            try:
                line, _ = self.door.accept()
            except OSError:
                return
            line.recv(4096)
            time.sleep(0.03)
            if status > 0:
                line.sendall(ANSWER % (status, b"Connection: close\r\n"))
            if status < 0:
                self.silent.append(line)
            else:
                line.close()

    def __exit__(self, *_: object) -> None:
        self.door.close()
