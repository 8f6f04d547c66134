"""An hour at the shop, as its owner would tell it. The promise: an answer within ten minutes."""

from __future__ import annotations

from datetime import timedelta

from smsdesk.models import Availability
from tests.stories.hour import Hour

BUSY, AWAY, AVAILABLE = Availability.BUSY, Availability.AWAY, Availability.AVAILABLE


def test_an_hour_at_the_shop(hour: Hour) -> None:
    # Minute by minute: who did what
    hour.texts(0, "Maria", "Good morning! Is my bike ready?")
    hour.answers(2, "Maya", "Maria", "Yes, it is. Come by any time until six.")

    hour.texts(3, "Priya", "Do you have the blue helmet in M?")
    hour.texts(4, "Priya", "Or in L?")
    hour.texts(5, "Tom", "My chain broke again. I am quite angry.")
    hour.answers(7, "Ana", "Priya", "Both! Shall I put one aside?")
    hour.texts(9, "Priya", "Yes")

    hour.becomes(10, "Maya", BUSY)  # a customer stands at the counter
    hour.answers(12, "Ana", "Priya", "It has your name on it.")
    hour.resolves(13, "Ana", "Priya")

    hour.answers(16, "Maya", "Tom", "I am sorry! Bring it, we repair it while you wait.")  # a minute late
    hour.texts(17, "Tom", "OK, I come at eleven")
    hour.answers(18, "Maya", "Tom", "See you then.")
    hour.does_not_arrive(19, "Tom")  # his phone was off
    hour.answers(22, "Maya", "Tom", "See you at eleven, Tom.")

    hour.texts(25, "Maria", "What do I owe you?")
    hour.becomes(26, "Maya", AWAY)  # lunch; Maria's question goes on to Ana
    hour.answers(30, "Ana", "Maria", "49, all included.")

    hour.becomes(31, "Ana", AWAY)  # and nobody is left
    hour.texts(32, "Priya", "Can I come tomorrow instead?")
    hour.texts(40, "Priya", "Hello?")
    hour.becomes(45, "Maya", AVAILABLE)
    hour.answers(46, "Maya", "Priya", "Of course. Sorry for the wait!")

    hour.texts(50, "Tom", "Thanks")
    hour.texts(51, "Tom", "STOP")
    hour.texts(54, "Maria", "Can you also look at the brakes?")
    hour.ends()

    # Whoever helped before got the next question, whoever was away did not keep any
    assert hour.holder("Priya") == "Maya"
    assert hour.holder("Maria") == "Maya"

    # Nobody was forgotten: every text has an answer or an alert
    assert hour.left_alone() == []
    assert hour.phone("Priya").received == [
        "Both! Shall I put one aside?",
        "It has your name on it.",
        "Of course. Sorry for the wait!",
    ]

    # Sam heard of each broken promise in the minute in which it broke, and of nothing else
    assert hour.told("Sam") == [(15, "Tom", "breach"), (42, "Priya", "breach")]

    # Maya was warned about Tom in time; when nobody had Priya's question, the whole team was
    assert hour.told("Maya")[:2] == [(10, "Tom", "warn_50"), (13, "Tom", "warn_80")]
    assert (37, "Priya", "warn_50") in hour.told("Maya")
    assert (37, "Priya", "warn_50") in hour.told("Ana")

    # The manager's page says what the texts themselves say: five promises of seven were kept
    account = hour.account_by_hand()
    assert (account.decided, account.kept, account.p50) == (7, 5, timedelta(minutes=5))
    assert hour.account_of_the_manager() == account
