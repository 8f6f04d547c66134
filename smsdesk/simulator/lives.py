"""What becomes of a text of ours at the pretend carrier: its states in turn, and a signed callback for each."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

from smsdesk.adapters import clock
from smsdesk.simulator.agenda import Agenda
from smsdesk.simulator.habits import Habits
from smsdesk.simulator.ledger import Ledger, Text
from smsdesk.simulator.posts import Posts

Step = tuple[str, int | None]
WAY = ("queued", "sending", "sent", "delivered")
ENDS = {"delivered", "undelivered", "failed"}


class Lives:
    def __init__(self, account_sid: str, ledger: Ledger, posts: Posts, agenda: Agenda, habits: Habits) -> None:
        self._account_sid = account_sid
        self._ledger = ledger
        self._posts = posts
        self._agenda = agenda
        self._habits = habits
        self._dice = random.Random()  # noqa: S311  # dice, not secrets

    def begin(self, text: Text) -> None:
        """Lead the text from where it stands to its end, step by step."""
        steps = _steps(text.mode)
        words = [word for word, _ in steps]
        self._later(partial(self._take, text, steps, words.index(text.state) if text.state in words else 0))

    def report_now(self, text: Text, word: str, code: int | None) -> int | None:
        """A callback out of turn, whatever the text's state: late, repeated or contradicting. The HTTP status."""
        self._ledger.turn(text, word, code)
        return self._posts.status(text.sid, text.to, text.status_url, self._form(text, word, code))

    def _take(self, text: Text, steps: list[Step], at: int) -> None:
        word, code = steps[at]
        if text.state != word or at > 0:
            self._ledger.turn(text, word, code)
        if text.status_url and self._dice.random() >= self._habits.drops:
            self._report(text, word, code)
        if at + 1 < len(steps):
            self._later(partial(self._take, text, steps, at + 1))

    def _report(self, text: Text, word: str, code: int | None) -> None:
        post = partial(self._posts.status, text.sid, text.to, text.status_url, self._form(text, word, code))
        if self._dice.random() < self._habits.shuffles:
            self._agenda.after(
                self._pause() + self._habits.slowest_s, lambda: _ignore(post())
            )  # overtaken by what comes next
        else:
            post()
        if self._dice.random() < self._habits.repeats:
            self._later(lambda: _ignore(post()))

    def _later(self, deed: Callable[[], None]) -> None:
        self._agenda.after(self._pause(), deed)

    def _pause(self) -> float:
        return self._dice.uniform(self._habits.quickest_s, self._habits.slowest_s)

    def _form(self, text: Text, word: str, code: int | None) -> dict[str, str]:
        form = {
            "MessageSid": text.sid,
            "SmsSid": text.sid,
            "MessageStatus": word,
            "SmsStatus": word,
            "AccountSid": self._account_sid,
            "From": text.sender,
            "To": text.to,
            "ApiVersion": "2010-04-01",
        }
        if code:
            form |= {"ErrorCode": str(code), "ErrorMessage": "pretended"}
        if word in ENDS:
            form["RawDlrDoneDate"] = clock.now().strftime("%y%m%d%H%M")
        return form


def _steps(mode: str) -> list[Step]:
    end, _, code = mode.partition(":")
    if end == "fail":
        return [("queued", None), ("sending", None), ("failed", int(code))]
    if end == "undelivered":
        return [("queued", None), ("sending", None), ("sent", None), ("undelivered", int(code))]
    return [(word, None) for word in WAY]


def _ignore(_: object) -> None:
    """The ledger has the answer already."""
