"""What can become of our texts to a pretend phone: the carrier's mode, and in words what it means and what to watch for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mode:
    """`carrier` is the mode as habits.py spells it."""

    key: str
    carrier: str
    title: str
    means: str
    watch: str


ARRIVES = Mode(
    "arrives",
    "ok",
    "It arrives",
    "As most texts do, within a second or so.",
    "Watch the desk: one tick becomes two when it is on this phone.",
)
MODES = (
    ARRIVES,
    Mode(
        "unreachable",
        "undelivered:30003",
        "The phone is off",
        "The network cannot reach it (error 30003).",
        "Watch the desk: the bubble turns red, and if it was the answer, its clock runs on from the old start.",
    ),
    Mode(
        "filtered",
        "undelivered:30007",
        "Held back as spam",
        "A filter in the network swallows the text (error 30007).",
        "Watch the desk: it says so in plain words, and sends nothing again by itself.",
    ),
    Mode(
        "opted_out",
        "21610",
        "Opted out",
        "The carrier refuses, as if this phone had texted STOP (error 21610).",
        "Watch the desk: it takes this for a STOP that it missed, and stops texting this phone.",
    ),
    Mode(
        "hangs",
        "hang",
        "The carrier hangs",
        "It takes the call, says nothing, and sends nothing.",
        "Watch the desk: it gives up after a while and looks for the text; rather than send it twice, it asks a person.",
    ),
    Mode(
        "unanswered",
        "accept_then_hang",
        "Not confirmed",
        "The carrier sends the text and never says so.",
        "Watch both: it arrives here once only, and the desk learns of it from the carrier’s reports.",
    ),
    Mode(
        "late",
        "slow:6",
        "It takes its time",
        "The carrier needs six seconds for each call.",
        "Watch the desk: the bubble says “Sending” for as long, and other customers need not wait.",
    ),
)
BY_KEY = {mode.key: mode for mode in MODES}
_BY_CARRIER = {mode.carrier: mode for mode in MODES}


def of_carrier(mode: str) -> Mode:
    """The mode with the carrier's spelling; one that nobody can choose here is told as it is."""
    return _BY_CARRIER.get(mode) or Mode("other", mode, f"Carrier mode {mode}", "Set elsewhere.", "")
