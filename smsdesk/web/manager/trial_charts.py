"""A trial side by side: figures as bars and as words, today's promises above the draft's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from smsdesk.models.policy import PolicyTrial, TrialState
from smsdesk.rules.durations import spell
from smsdesk.rules.policy_checks import NAMES
from smsdesk.rules.terms import ClockKind
from smsdesk.web.manager.policy_pictures import Chart, Pair, TrialPicture

NONE_YET = "–"
MOST_PEOPLE = 12
NOTES = (
    "Tags, priorities and segments count as they are today, and opening hours as they are now.",
    "Nobody presses “seen” in a trial, so the steps after the deadline are the most that there can be.",
    "Whoever answered stands for whoever had the conversation; where nobody answered, whoever has it now.",
)


def trial_picture(trial: PolicyTrial) -> TrialPicture:
    result = trial.result if trial.state is TrialState.DONE else None
    days = round((trial.until - trial.since) / timedelta(days=1))
    waits = sum(result["candidate"]["promises"].values()) if result else 0
    return TrialPicture(
        id=trial.id,
        state=trial.state.value,
        days=days,
        done=trial.done,
        total=trial.total,
        waits=trial.done,
        sentence=_sentence(result["today"], result["candidate"], days) if result else "",
        charts=_charts(result) if result and trial.done else (),
        notes=NOTES if waits else (),
    )


def _charts(result: dict[str, Any]) -> tuple[Chart, ...]:
    today, candidate, names = result["today"], result["candidate"], result["names"]
    charts = [
        _chart("kept", "Promises kept", [_kept(today, candidate)], 100),
        _chart("late", "Late, by what was promised", _late(today, candidate)),
        _chart("alerts", "What is told", _alerts(today, candidate)),
        _chart("people", "Alerts for each person", _people(today, candidate, names)),
        _chart("waits", "How long customers waited", _waits(today, candidate)),
    ]
    return tuple(chart for chart in charts if chart.pairs)


Figure = tuple[str, float | None, float | None, str, str, str]  # words, both figures, both in words, verdict


def _chart(key: str, title: str, figures: Sequence[Figure], most: float | None = None) -> Chart:
    top = most or max((max(today or 0, candidate or 0) for _, today, candidate, *_ in figures), default=0) or 1
    pairs = tuple(
        Pair(words, told, would, _percent(today, top), _percent(candidate, top), verdict)
        for words, today, candidate, told, would, verdict in figures
    )
    sentences = (f"{pair.words}: {pair.today} today, {pair.candidate} with this policy." for pair in pairs)
    return Chart(key, title, pairs, f"{title}. {' '.join(sentences)}")


def _kept(today: dict[str, Any], candidate: dict[str, Any]) -> Figure:
    shares = [_share(side) for side in (today, candidate)]
    words = [NONE_YET if share is None else _shown(share) for share in shares]
    return ("Share kept", shares[0], shares[1], words[0], words[1], _verdict(shares[1], shares[0]))


def _late(today: dict[str, Any], candidate: dict[str, Any]) -> list[Figure]:
    found: list[Figure] = []
    for kind in ClockKind:
        promised = [side["promises"].get(kind.value, 0) for side in (today, candidate)]
        if any(promised):
            late = [side["late"].get(kind.value, 0) for side in (today, candidate)]
            words = [f"{count} of {of}" if of else "none was due" for count, of in zip(late, promised, strict=True)]
            verdict = _verdict(late[0], late[1]) if all(promised) else "same"
            found.append((NAMES[kind].capitalize(), float(late[0]), float(late[1]), words[0], words[1], verdict))
    return found


def _alerts(today: dict[str, Any], candidate: dict[str, Any]) -> list[Figure]:
    lines = [
        ("Warnings", [side["warnings"] for side in (today, candidate)]),
        ("Late: at the deadline", [side["breaches"] for side in (today, candidate)]),
    ]
    rungs = sorted({int(place) for side in (today, candidate) for place in side["rungs"]})
    lines += [
        (f"Late: step {place + 1}", [side["rungs"].get(str(place), 0) for side in (today, candidate)])
        for place in rungs
    ]
    lines += [
        ("Late: told again", [side["repeats"] for side in (today, candidate)]),
        ("Texts to a phone", [side["texts"] for side in (today, candidate)]),
    ]
    return [_counted(words, *both) for words, both in lines if any(both)]


def _people(today: dict[str, Any], candidate: dict[str, Any], names: dict[str, str]) -> list[Figure]:
    both = {id: (today["people"].get(id, 0), candidate["people"].get(id, 0)) for id in names}
    busiest = sorted(both, key=lambda id: (-max(both[id]), names[id]))
    found = [_counted(names[id], *both[id]) for id in busiest[:MOST_PEOPLE]]
    if rest := busiest[MOST_PEOPLE:]:
        found.append(_counted(f"{len(rest)} others", *(sum(both[id][side] for id in rest) for side in (0, 1))))
    return found


def _waits(today: dict[str, Any], candidate: dict[str, Any]) -> list[Figure]:
    found: list[Figure] = []
    for measure, words in (("open", "in open hours"), ("wall", "by the clock on the wall")):
        for key, share in (("p50", "Half within"), ("p90", "Nine of ten within")):
            lengths = [side[measure][key] for side in (today, candidate)]
            told = [NONE_YET if length is None else spell(timedelta(seconds=length)) for length in lengths]
            if lengths != [None, None]:
                found.append((f"{share}, {words}", lengths[0], lengths[1], told[0], told[1], "same"))
    return found


def _counted(words: str, today: int, candidate: int) -> Figure:
    return (words, float(today), float(candidate), f"{today:,}", f"{candidate:,}", "same")


def _sentence(today: dict[str, Any], candidate: dict[str, Any], days: int) -> str:
    before, after = (sum(side["late"].values()) for side in (today, candidate))
    told, would = (_told(side) for side in (today, candidate))
    if not sum(candidate["promises"].values()):
        return f"Nobody waited for an answer in the last {days} days, so there is nothing to try it on."
    return (
        f"In the last {days} days {_count(after, 'promise')} would have been broken instead of {before:,}, and "
        f"{_count(would, 'alert')} told instead of {told:,}."
    )


def _told(side: dict[str, Any]) -> int:
    return sum((side["warnings"], side["breaches"], *side["rungs"].values(), side["repeats"]))


def _share(side: dict[str, Any]) -> float | None:
    promised = sum(side["promises"].values())
    return 100 * (1 - sum(side["late"].values()) / promised) if promised else None


def _shown(share: float) -> str:
    """Never 100 % while one was broken."""
    return "100 %" if share == 100 else f"{min(99.9, round(share, 1)):.1f} %"


def _verdict(better_if_more: float | None, than: float | None) -> str:
    if better_if_more is None or than is None or better_if_more == than:
        return "same"
    return "better" if better_if_more > than else "worse"


def _percent(figure: float | None, top: float) -> str:
    length = 100 * (figure or 0) / top
    return f"{max(length, 0.6) if figure else 0:.2f}%"


def _count(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
