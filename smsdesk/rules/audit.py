"""What the auditor looks for in an episode, as facts in and findings out; what it reads is the log, never what was worked out from it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from smsdesk.rules.goodbyes import read_farewell
from smsdesk.rules.holding_replies import asks_again, holds_off
from smsdesk.rules.keywords import NEEDS_NO_ANSWER, Keyword, read_keyword
from smsdesk.rules.waits import Answer, Wait, waits_of

AT_ONCE = timedelta(seconds=1)  # nothing that lasts no longer than this is held against anybody


class Kind(StrEnum):
    """What can be found."""

    CLOSED_UNANSWERED = "closed_unanswered"
    PAUSED_UNANSWERED = "paused_unanswered"
    HOLDING_REPLY = "holding_reply"
    LATE_ALERT = "late_alert"
    MISSED_WITHOUT_ALERT = "missed_without_alert"
    CLOCK_DIFFERS = "clock_differs"
    NO_REPLY_NEEDED = "no_reply_needed"


NAMES: Mapping[Kind, str] = {
    Kind.CLOSED_UNANSWERED: "closed on an unanswered question",
    Kind.PAUSED_UNANSWERED: "paused while a text waited",
    Kind.HOLDING_REPLY: "replies that only stopped the clock",
    Kind.LATE_ALERT: "alerts that were late",
    Kind.MISSED_WITHOUT_ALERT: "missed deadlines of which nobody was told",
    Kind.CLOCK_DIFFERS: "clocks that are not what their events say",
    Kind.NO_REPLY_NEEDED: "closed because somebody said that no reply was needed",
}


class Voice(StrEnum):
    """Who said it: only a person's word is an answer."""

    CUSTOMER = "customer"
    PERSON = "person"
    MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class Said:
    """One text, in or out. `at`: received, or approved; the rest is for ours."""

    id: UUID
    seq: int
    at: datetime
    voice: Voice
    body: str
    has_pictures: bool = False
    accepted_at: datetime | None = None
    failed_at: datetime | None = None
    answered_through: int = 0


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch in which a resolution clock stood still."""

    clock_id: UUID
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Mark:
    """A person said that no reply is needed, and may have taken it back."""

    at: datetime
    taken_back_at: datetime | None = None


@dataclass(frozen=True)
class Story:
    """One episode: its texts by seq, when it was closed for good, when somebody said that no reply is needed."""

    said: Sequence[Said]
    closed_at: Sequence[datetime] = ()
    marks: Sequence[Mark] = ()
    pauses: Sequence[Pause] = ()
    kept_by: frozenset[UUID] = field(default_factory=frozenset)  # the answers that kept a reply clock
    names: Sequence[str] = ()  # whom customers thank by name

    @cached_property
    def asked(self) -> Sequence[Said]:
        """The texts that want an answer, by seq."""
        return [said for said in self.said if wants_answer(said, self.names)]


@dataclass(frozen=True)
class Found:
    """One finding, about the text `about`; `length` is a wait, `why` one word of ours."""

    kind: Kind
    at: datetime
    about: Said | None = None
    clock_id: UUID | None = None
    length: timedelta | None = None
    why: str = ""
    count: int = 1


def findings(story: Story) -> list[Found]:
    """Everything that is wrong with one episode, or that a manager should know of it, in the order of time."""
    waits = _waits(story)
    found = [*_closings(story, waits), *_pauses(story, waits), *_holding(story)]
    return sorted(found, key=lambda one: one.at)


def wants_answer(said: Said, names: Sequence[str] = ()) -> bool:
    """A customer's text that is neither STOP or START nor a goodbye or a tap; a picture always wants one."""
    if said.voice is not Voice.CUSTOMER or read_keyword(said.body) in NEEDS_NO_ANSWER:
        return False
    return said.has_pictures or read_farewell(said.body, names) is None


def _waits(story: Story) -> list[Wait[Said]]:
    answers = [
        Answer(said.at, said.accepted_at, said.failed_at, said.answered_through)
        for said in story.said
        if said.voice is Voice.PERSON and said.accepted_at is not None
    ]
    for mark in story.marks:
        through = max((said.seq for said in story.asked if said.at <= mark.at), default=0)
        answers.append(Answer(mark.at, mark.at, mark.taken_back_at, through, marked=True))
    stops = [said for said in story.said if said.voice is Voice.CUSTOMER and read_keyword(said.body) is Keyword.STOP]
    return [
        wait
        for said in story.asked
        for wait in waits_of(
            said, said.seq, said.at, answers, next((stop.at for stop in stops if stop.seq > said.seq), None)
        )
    ]


def _closings(story: Story, waits: Sequence[Wait[Said]]) -> Iterator[Found]:
    """Closed while a text waited. Whoever answers and closes did answer, even if the carrier took the answer a moment later."""
    before = datetime.min.replace(tzinfo=story.closed_at[0].tzinfo) if story.closed_at else None
    for at in story.closed_at:
        new = [wait for wait in waits if before is None or wait.since > before]
        left = [wait for wait in new if wait.lasts_at(at) and not wait.was_answered_by(at)]
        if left:
            yield Found(Kind.CLOSED_UNANSWERED, at, left[0].about, length=at - left[0].since, count=len(left))
        elif marked := [wait for wait in new if wait.is_marked_at(at)]:
            yield Found(Kind.NO_REPLY_NEEDED, at, marked[-1].about, count=len(marked))
        before = at


def _pauses(story: Story, waits: Sequence[Wait[Said]]) -> Iterator[Found]:
    """The clock stood still although, as was known then, a text waited for more than a second of it; once a pause."""
    for pause in story.pauses:
        inside = [(max(wait.since, pause.since), min(wait.until or pause.until, pause.until), wait) for wait in waits]
        for since, until, wait in inside:
            if until - since > AT_ONCE:
                yield Found(Kind.PAUSED_UNANSWERED, since, wait.about, pause.clock_id, until - since)
                break


def _holding(story: Story) -> Iterator[Found]:
    """Answers that kept a reply clock, and did no more.

    Either the customer had to ask again before a person wrote anything else (they chased, or sent the same words once more),
    or the answer only promised one ("one moment") and the episode was closed without a person saying anything of substance.
    """
    for place, said in enumerate(story.said):
        if said.id not in story.kept_by:
            continue
        again = _asked_again(story, place)
        if again is not None:
            yield Found(Kind.HOLDING_REPLY, again.at, said, length=again.at - said.at, why="asked_again")
        elif holds_off(said.body):
            closed_at = next((at for at in story.closed_at if at >= said.at), None)
            if closed_at is not None and not _is_followed(story.said[place + 1 :], closed_at):
                yield Found(Kind.HOLDING_REPLY, closed_at, said, length=closed_at - said.at, why="never_followed")


def _asked_again(story: Story, place: int) -> Said | None:
    reply = story.said[place]
    following = next((said.seq for said in story.said[place + 1 :] if said.voice is Voice.PERSON), None)
    answered = [said.body for said in story.asked if said.seq < reply.seq and said.seq <= reply.answered_through]
    later = (said for said in story.asked if said.seq > reply.seq and (following is None or said.seq < following))
    return next((said for said in later if asks_again(said.body, answered)), None)


def _is_followed(later: Sequence[Said], until: datetime) -> bool:
    """A person's text of substance, approved by then, went out and stayed out."""
    return any(
        said.voice is Voice.PERSON
        and said.accepted_at is not None
        and said.failed_at is None
        and said.at <= until
        and not holds_off(said.body)
        for said in later
    )
