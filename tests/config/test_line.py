"""The carrier's posts in line for a thread: in order, a few at a time, and turned away in time."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from config.line import (
    A_REPORT_WAITS,
    A_TEXT_WAITS,
    A_WHILE,
    AT_ONCE,
    LATE,
    STAYS_LATE,
    Posts,
    turn_away,
    waited_unseen,
)

TEXT, REPORT = b"POST /webhooks/twilio/messages HTTP/1.1\r\n", b"POST /webhooks/twilio/statuses/0190a0a0 HTTP/1.1\r\n"


def in_line(threads: int, *starts: bytes, since: float = 0.0) -> Posts:
    posts = Posts(threads)
    for place, start in enumerate(starts):
        posts.join(place, start, since)
    posts.look(since)
    posts.look(since)
    return posts


def begun(posts: Posts, now: float) -> list[int]:
    return list(iter(lambda: posts.begin(now), None))


def test_texts_and_reports_are_served_in_the_order_of_their_arrival_and_a_few_at_a_time() -> None:
    posts = in_line(128, *[TEXT, REPORT] * AT_ONCE)

    assert begun(posts, 0.0) == list(range(AT_ONCE))
    assert posts.are_waiting
    posts.end(3)
    assert begun(posts, 0.0) == [AT_ONCE]


def test_no_more_are_begun_than_there_are_threads() -> None:
    assert begun(in_line(2, *[TEXT] * 5), 0.0) == [0, 1]
    posts = in_line(2, *[TEXT] * 5)
    assert begun(posts, 0.0) == [0, 1]
    posts.look(A_WHILE)
    posts.look(A_WHILE)
    assert begun(posts, A_WHILE) == []


def test_where_those_at_it_wait_for_something_else_others_begin() -> None:
    posts = in_line(20, *[TEXT] * 40)
    assert len(begun(posts, 0.0)) == AT_ONCE

    posts.look(A_WHILE)
    posts.look(A_WHILE + LATE / 2)

    assert len(begun(posts, A_WHILE + LATE / 2)) == AT_ONCE
    assert begun(posts, A_WHILE + LATE / 2) == []


def test_a_main_thread_that_had_nothing_to_do_is_not_late() -> None:
    posts = in_line(20)
    posts.look(60.0)
    for place in range(40):
        posts.join(place, TEXT, 60.0)

    assert len(begun(posts, 60.0)) == AT_ONCE
    posts.look(60.0 + A_WHILE)
    assert len(begun(posts, 60.0 + A_WHILE)) == AT_ONCE


def test_but_not_while_the_main_thread_gets_no_turns() -> None:
    posts = in_line(20, *[TEXT] * 40)
    assert len(begun(posts, 0.0)) == AT_ONCE

    posts.look(A_WHILE)
    posts.look(A_WHILE + 2 * LATE)

    assert begun(posts, A_WHILE + 2 * LATE) == []
    posts.end(0)
    assert begun(posts, A_WHILE + 2 * LATE) == [AT_ONCE]
    now = began = A_WHILE + 2 * LATE
    while begun(posts, now) == []:
        now += LATE / 2
        posts.look(now)
    assert now - began == pytest.approx(STAYS_LATE, abs=LATE)


def test_a_report_is_turned_away_before_a_text_and_nobody_who_has_a_thread() -> None:
    posts = in_line(128, *[TEXT] * AT_ONCE, REPORT, TEXT, REPORT)
    begun(posts, 0.0)

    assert list(posts.overdue(A_REPORT_WAITS - 0.01)) == []
    assert list(posts.overdue(A_REPORT_WAITS)) == [AT_ONCE, AT_ONCE + 2]
    assert list(posts.overdue(A_TEXT_WAITS)) == [AT_ONCE + 1]
    posts.end(0)
    assert posts.begin(A_TEXT_WAITS) is None


@pytest.fixture
def line() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Theirs, and ours."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as theirs:
        ours, _ = server.accept()
        with ours:
            yield theirs, ours


def test_it_is_known_how_long_somebody_waited_before_they_were_looked_at(
    line: tuple[socket.socket, socket.socket],
) -> None:
    theirs, ours = line
    theirs.send(TEXT)
    began = time.monotonic()
    time.sleep(0.3)

    waited, really = waited_unseen(ours), time.monotonic() - began

    assert 0.25 <= waited <= really + 0.05


def test_where_the_system_does_not_say_it_is_taken_for_nothing() -> None:
    with socket.socket(socket.AF_UNIX) as other:
        assert waited_unseen(other) == 0.0


def test_whoever_is_turned_away_hears_it_whole(line: tuple[socket.socket, socket.socket]) -> None:
    theirs, ours = line
    theirs.send(TEXT + b"Content-Length: 3\r\n\r\na=b")
    time.sleep(0.05)

    turn_away(ours, 32 * 1024)
    ours.close()

    heard = b"".join(iter(lambda: theirs.recv(4096), b""))
    head, _, words = heard.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nRetry-After: 5\r\n" in head
    assert f"Content-Length: {len(words)}".encode() in head
    assert words == b"not stored; bring it again\n"


def test_whoever_has_gone_is_turned_away_all_the_same(line: tuple[socket.socket, socket.socket]) -> None:
    theirs, ours = line
    theirs.close()
    ours.close()

    turn_away(ours, 32 * 1024)
