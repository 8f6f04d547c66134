"""What one open page hears: everything that its person may know, from where it left off, until they are signed out."""

from __future__ import annotations

import json
import logging
import queue
import re
import time
from collections.abc import Iterable, Iterator
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from smsdesk.adapters import clock
from smsdesk.adapters.live import BEAT, Heard, newest_id
from smsdesk.adapters.promises import News
from smsdesk.adapters.wiring import Wiring
from smsdesk.desk import see, sign_in
from smsdesk.models.agent import Agent

log = logging.getLogger(__name__)

LOOK_AGAIN = 30.0  # seconds after which the person is read anew, whatever was heard
ABOUT_PEOPLE = {"people", "session", "me", "refresh"}
WAKES = 1.0  # seconds: how soon a stopping process is noticed
RETRY = 2000  # milliseconds that a browser waits before it connects again
STREAM_ID = re.compile(r"\d{1,19}-\d{1,19}")

Mailbox = queue.SimpleQueue[Heard]


class Ear:
    """One open page. It holds no database connection while it waits."""

    def __init__(self, wiring: Wiring, session_id: UUID, agent: Agent, after: str) -> None:
        self.wiring, self.session_id = wiring, session_id
        self.agent: Agent | None = agent
        self.after = after
        self.last = ""
        self.looked = time.monotonic()

    def hear(self) -> Iterator[str]:
        """Events as text. Begins with `hello`; a page that cannot be brought up to date is told to `refresh`."""
        listener = self.wiring.listener
        with listener.mailbox() as box:
            yield from self._greet()
            beaten = time.monotonic()
            while self.agent and not listener.is_closing:
                heard = _take_all(box)
                self._look_again(if_older_than=LOOK_AGAIN)
                text = "".join(self._tell(heard))
                if text or time.monotonic() - beaten >= BEAT:
                    beaten = time.monotonic()
                    yield text or _event("beat", None, self.last)
            if not self.agent:
                yield _event("refresh", None, self.last)  # the page finds out that it is signed out

    def _greet(self) -> Iterator[str]:
        self.last = newest_id(self.wiring.announcer.redis)
        hello = f"retry: {RETRY}\n{_event('hello', None, self.last)}"
        missed = self._missed()
        if missed is None:
            yield hello + _event("refresh", None, self.last)
        else:
            yield hello + "".join(self._tell(missed))

    def _missed(self) -> list[Heard] | None:
        """What was announced since the page was drawn or broke off; None where that is not known."""
        if not self.after:
            return []
        if not STREAM_ID.fullmatch(self.after):
            return None
        missed = self.wiring.listener.since(self.after)
        self.last = self.after if missed else self.last
        return missed

    def _tell(self, heard: Iterable[Heard]) -> Iterator[str]:
        """What is new and theirs, each thing once."""
        told: dict[News, str] = {}
        for piece in heard:
            if piece.id and self.last and _order(piece.id) <= _order(self.last):
                continue  # it came twice: by catching up, and by the mailbox
            self.last = piece.id or self.last
            if piece.news.kind in ABOUT_PEOPLE:
                self._look_again(if_older_than=0.0)
            if self.agent is None:
                return
            if see.may_hear(self.agent, piece.news):
                told.pop(piece.news, None)
                told[piece.news] = self.last
        for news, stream_id in told.items():
            yield _event(news.kind, news.id, stream_id)

    def _look_again(self, if_older_than: float) -> None:
        """Read the person anew: they may have been signed out, or have other teams."""
        if time.monotonic() - self.looked < if_older_than:
            return
        self.looked, self.agent = time.monotonic(), None
        try:
            with self.wiring.database.reading() as session:
                self.agent = sign_in.still_there(session, self.session_id, clock.now())
        except SQLAlchemyError as error:
            log.warning("stream ended, its person cannot be read: %s", type(error).__name__)


def _take_all(box: Mailbox) -> list[Heard]:
    """What has come, or nothing after a moment: a burst leaves in one piece."""
    heard: list[Heard] = []
    try:
        heard.append(box.get(timeout=WAKES))
        while True:
            heard.append(box.get_nowait())
    except queue.Empty:
        return heard


def _event(kind: str, about: UUID | None, stream_id: str) -> str:
    content = json.dumps({"id": str(about) if about else None, "kind": kind}, separators=(",", ":"))
    return f"{f'id: {stream_id}' if stream_id else ':'}\nevent: {kind}\ndata: {content}\n\n"


def _order(stream_id: str) -> tuple[int, int]:
    milliseconds, _, counter = stream_id.partition("-")
    return int(milliseconds), int(counter or 0)
