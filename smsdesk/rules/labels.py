"""Labels that people give: tags and segments. Kept in lower case, so that "VIP" and "vip" are one."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

LONGEST = 32
MOST = 20
MOST_TYPED = 1000  # with blanks; to spell out a long run of marks takes its square


class BadLabel(ValueError):
    """A label that cannot be used; the message says why."""


def read_label(typed: str) -> str:
    """Raises BadLabel."""
    if len(typed) > MOST_TYPED:
        raise BadLabel(f"Make “{typed[:LONGEST]}…” shorter: {LONGEST} letters at most.")
    label = " ".join(unicodedata.normalize("NFKC", typed).casefold().split())
    if not label:
        raise BadLabel("A label needs a letter at least.")
    if len(label) > LONGEST:
        raise BadLabel(f"Make “{label[:LONGEST]}…” shorter: {LONGEST} letters at most.")
    if "," in label or any(unicodedata.category(letter)[0] == "C" for letter in label):
        raise BadLabel("A label has no commas and no invisible letters.")
    return label


def read_labels(typed: Iterable[str]) -> list[str]:
    """In order of the alphabet, each once. Raises BadLabel."""
    labels = sorted({read_label(one) for one in typed if one.strip()})
    if len(labels) > MOST:
        raise BadLabel(f"{MOST} labels are enough for one conversation.")
    return labels
