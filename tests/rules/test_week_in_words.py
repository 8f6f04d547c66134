"""A week is told in one short sentence."""

import pytest

from smsdesk.rules.opening_hours import Span
from smsdesk.rules.week_in_words import over_midnight, week_in_words

NINE_TO_SIX, MORNING, AFTERNOON = Span(540, 1080), Span(540, 720), Span(780, 1020)


@pytest.mark.parametrize(
    ("week", "words"),
    [
        (((NINE_TO_SIX,),) * 5 + ((), ()), "Mon–Fri 09:00–18:00; closed on Sat and Sun"),
        (((NINE_TO_SIX,),) * 7, "Mon–Sun 09:00–18:00"),
        (((Span(0, 1440),),) * 7, "Always open"),
        (((),) * 7, "Never open"),
        (
            ((NINE_TO_SIX,),) * 4 + ((MORNING, AFTERNOON), (Span(0, 1440),), ()),
            "Mon–Thu 09:00–18:00, Fri 09:00–12:00 and 13:00–17:00, Sat around the clock; closed on Sun",
        ),
        (
            ((),) * 4 + ((Span(1200, 1560),), (Span(1200, 1560),), ()),
            "Fri and Sat 20:00–02:00; closed on Mon–Thu and Sun",
        ),
    ],
)
def test_days_that_are_alike_are_told_together(week: tuple[tuple[Span, ...], ...], words: str) -> None:
    assert week_in_words(week) == words


def test_a_closing_after_midnight_names_its_day() -> None:
    assert over_midnight(6, (MORNING, Span(1200, 1560))) == "open until 02:00 on Monday"
    assert over_midnight(0, (NINE_TO_SIX,)) == ""
    assert over_midnight(0, (Span(0, 1440),)) == ""
