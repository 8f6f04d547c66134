"""How long a text was without an answer, as was known at each moment: an answer that failed counts until it failed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """A person's text that the carrier took: when it was approved, taken and, where it was, failed; and what it answers.

    `marked`: no text, but a person's word that no reply is needed; taking it back is its failure.
    """

    approved_at: datetime
    accepted_at: datetime
    failed_at: datetime | None
    answered_through: int
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Wait(Generic[T]):
    """`until` None: it waits still. `answer`: what ended it, None where that was a STOP."""

    about: T
    since: datetime
    until: datetime | None = None
    answer: Answer | None = None

    def lasts_at(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or self.until > at)

    def is_marked_at(self, at: datetime) -> bool:
        """Somebody has said that no reply is needed, and has not taken it back."""
        mark = self.answer if self.answer is not None and self.answer.marked else None
        return mark is not None and mark.accepted_at <= at and (mark.failed_at is None or mark.failed_at > at)

    def was_answered_by(self, at: datetime) -> bool:
        """The answer was on its way already."""
        return self.answer is not None and self.answer.approved_at <= at


def waits_of(
    about: T,
    seq: int,
    received_at: datetime,
    answers: Sequence[Answer],
    stopped_at: datetime | None,
) -> Iterator[Wait[T]]:
    """The stretches in which the text `seq` waited; the next begins when its answer fails. A STOP ends them for good."""
    covering = [answer for answer in answers if answer.answered_through >= seq]
    since: datetime | None = received_at
    while since is not None:
        answer, at = _first(covering, since)
        if stopped_at is not None and (at is None or stopped_at < at):
            yield Wait(about, since, max(stopped_at, since))
            return
        yield Wait(about, since, at, answer)
        since = answer.failed_at if answer is not None else None


def _first(covering: Sequence[Answer], since: datetime) -> tuple[Answer | None, datetime | None]:
    """The answer that ends a wait which began then, and when; one that had failed by then ends nothing."""
    ends = [
        (max(answer.accepted_at, since), answer)
        for answer in covering
        if answer.failed_at is None or answer.failed_at > since
    ]
    at, answer = min(ends, key=lambda end: end[0], default=(None, None))
    return answer, at
