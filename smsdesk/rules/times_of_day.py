"""Times of day as people write them, and spans of them: over midnight where it closes no later than it opened."""

import re

from smsdesk.rules.opening_hours import A_DAY, Span

_WRITTEN = re.compile(r"(\d{1,2})(?:\s*[:.,h]\s*(\d{2})|(\d{2}))?\s*(?:h|(a|p)\.?\s?m\.?)?", re.IGNORECASE)
_WORDS = {"noon": 12 * 60, "midday": 12 * 60, "midnight": A_DAY}


class NotATime(ValueError):
    """Nobody can tell which time is meant; the message says how to write one."""


def parse(written: str) -> int:
    """Minutes after midnight, 0 to 1440: `9`, `9:30`, `9.30`, `0930`, `5 pm`, `noon`. Raises NotATime."""
    text = written.strip().lower()
    if text in _WORDS:
        return _WORDS[text]
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise NotATime(_how(written))
    hour, minute, half = int(found[1]), int(found[2] or found[3] or 0), found[4]
    if half:
        if not 1 <= hour <= 12:
            raise NotATime(_how(written))
        hour = hour % 12 + (12 if half == "p" else 0)
    if minute > 59 or hour * 60 + minute > A_DAY:
        raise NotATime(_how(written))
    return hour * 60 + minute


def shown(minutes: int) -> str:
    """`09:05`; the midnight that ends a day is `24:00`."""
    if minutes > A_DAY:
        minutes -= A_DAY
    return f"{minutes // 60:02}:{minutes % 60:02}"


def span_of(opens: str, closes: str) -> Span:
    """Closing at the time of opening or earlier is meant on the next day. Raises NotATime."""
    begin, end = parse(opens) % A_DAY, parse(closes)
    return Span(begin, end if end > begin else end + A_DAY)


def spans_of(written: str) -> tuple[Span, ...]:
    """`9:00–12:00, 13:00–17:00`; nothing, or `closed`, is no span. Raises NotATime."""
    if written.strip().casefold() in {"", "closed", "–", "-"}:
        return ()
    found = []
    for part in re.split(r"\s*(?:,\s|;|\band\b|\+)\s*", written.strip()):
        times = re.split(r"\s*(?:–|—|-|\bto\b)\s*", part)
        if len(times) != 2:
            raise NotATime(f"“{part[:20]}” is no span; write it like 9:00–13:00, or leave it empty for closed.")
        found.append(span_of(*times))
    return tuple(found)


def _how(written: str) -> str:
    if not written.strip():
        return "Write a time, such as 9:00 or 17:30."
    return f"“{written.strip()[:20]}” is no time; write it like 9:00, 17:30 or 5 pm."
