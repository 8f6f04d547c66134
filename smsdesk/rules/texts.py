"""What may stand in a text that we keep, and what of it fits on one line."""

import re

BIDI_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_REPLACEMENT = "\ufffd"
_CLEANING = {code: None for code in range(0x20) if chr(code) not in "\n\t"} | {0: _REPLACEMENT}
_SURROGATE = re.compile("[\ud800-\udfff]")
_JOINERS = "\u200d\ufe0f\ufe0e"


def clean(body: str) -> str:
    """The body as both databases can keep it: NUL and lone surrogates become U+FFFD, other C0 controls go.

    Line breaks, tabs, emoji and right-to-left text stay.
    """
    text = body.translate(_CLEANING)
    if _SURROGATE.search(text):
        # by way of UTF-16, so that two halves that belong together become their character again
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def has_bidi_override(body: str) -> bool:
    """True where a character turns the reading direction around by force, so that a mark can be shown."""
    return not BIDI_OVERRIDES.isdisjoint(body)


def preview(body: str, media_count: int, limit: int = 80) -> str:
    """The text on one line of at most `limit` characters; attachments are told where there are no words."""
    line = " ".join(body.split())
    if not line:
        return _attachments(media_count)
    if len(line) <= limit:
        return line
    # a cut inside a joined emoji leaves a joiner that would grasp at the ellipsis
    return line[: limit - 1].rstrip(_JOINERS + " ") + "…"


def _attachments(media_count: int) -> str:
    if media_count <= 0:
        return "(no words)"
    return "Attachment" if media_count == 1 else f"{media_count} attachments"
