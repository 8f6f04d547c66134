"""A reply that only promises one is told from one that says something, and a question from one that is asked again."""

import pytest

from smsdesk.rules.holding_replies import asks_again, holds_off


@pytest.mark.parametrize(
    "reply",
    ["One moment", "One moment please!", "Hi Maria, let me check with the workshop", "We’ll get back to you", "WE WILL GET BACK TO YOU",
     "Thanks for your message, we'll be in touch shortly", "We'll get back to you by Friday with a price", "I'll let you know when it ships",
     "Bear with me", "On it", "Un momento por favor", "Un instant s'il vous plaît", "Einen Moment bitte", "Ich melde mich", "Só um momento",
     "Un attimo", "Momentje", "I’m checking", "Your message has been received"],
)  # fmt: skip
def test_a_promise_of_a_reply_says_little(reply: str) -> None:
    assert holds_off(reply)


@pytest.mark.parametrize(
    "reply",
    ["Yes", "It is ready", "", "Let me check. Yes it is ready at five", "We close at six, so one moment earlier is best for you",
     "It is ready. I'll let you know when it ships, it should be there tomorrow", "one moment " * 60, "Moment mal, die Stiefel sind seit gestern fertig und liegen hier"],
)  # fmt: skip
def test_a_reply_that_says_something_is_one(reply: str) -> None:
    assert not holds_off(reply)


@pytest.mark.parametrize(
    "text",
    ["??", "?", "Hello?", "Hello??", "hi, anyone there", "Any news?", "any update on this", "Still waiting", "I'm still waiting for an answer",
     "did you forget about me", "You said you would call", "Is my order ready", "IS MY ORDER READY?!", "is my order ready???", "¿Alguna novedad?",
     "toujours rien", "Gibt's Neuigkeiten?", "ainda nada", "ci sono novità", "is er nieuws?"],
)  # fmt: skip
def test_a_customer_asks_again_by_chasing_or_by_saying_it_once_more(text: str) -> None:
    assert asks_again(text, ["Hello", "Is my order ready?"])


@pytest.mark.parametrize(
    "text",
    [
        "Great, what time do you close?",
        "Hello",
        "And the lid?",
        "ok",
        "Is my other order ready?",
        "👍",
        "Hello again Maya",
    ],
)
def test_a_new_question_is_not_the_old_one(text: str) -> None:
    assert not asks_again(text, ["Hello", "Is my order ready?"])
