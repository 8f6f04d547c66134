"""What customers of a shop say: for each kind of person how they begin, how they ask again, and how they take an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

Lines = tuple[str, ...]  # texts in a row


@dataclass(frozen=True)
class Persona:
    """`weight` is how often one meets such a person, `patience` how long they wait before they ask again.

    `{kettle.jpg}` at the end of a line is a picture that goes with it.
    """

    weight: int
    patience: timedelta
    begins: tuple[Lines, ...]
    asks_again: tuple[str, ...]
    gives: tuple[str, ...] = ("Sure", "Order 20417", "Yes please", "It's the blue one", "Tomorrow after lunch is fine")
    thanks: tuple[str, ...] = (
        "Thank you!",
        "Great, thanks",
        "Perfect 🙏",
        "Thanks so much",
        "👍",
        "Lovely, see you then",
    )
    goes_on: tuple[str, ...] = (
        "And one more thing: do you gift wrap?",
        "Ok. Can I pay in the shop?",
        "How long does that take?",
    )


MINUTE = timedelta(minutes=1)
PERSONAS: Mapping[str, Persona] = {
    "asks": Persona(
        40,
        5 * MINUTE,
        (
            ("Do you open on Sundays?",),
            ("Hi! Is the oak board back in stock?",),
            ("Can I still return a teapot after 30 days?",),
            ("What time do you close today?",),
            ("Do you sharpen knives?",),
            ("Is the glass kettle dishwasher safe?",),
            ("Could you hold the green one for me until Friday?",),
        ),
        ("Hello?", "Just checking you got my text", "Anyone there?"),
    ),
    "complains": Persona(
        16,
        2 * MINUTE,
        (
            ("Where is my order? It said Tuesday",),
            ("The lid arrived cracked 😕", "{kettle.jpg}"),
            ("I was charged twice. This is not ok", "See the receipt {receipt.jpg}"),
            ("This is the second grinder that makes that noise",),
            ("Nobody was here at 9 for the repair. I took the morning off!",),
        ),
        (
            "Third time asking. Where is it?",
            "Still waiting…",
            "Is anybody reading this? 😠",
            "I'd like my money back then",
        ),
        gives=("20417", "Already sent it twice: 20417", "Fine. 12 Alder Road", "Here {receipt.jpg}"),
        thanks=("Ok thanks", "Thank you for sorting it out", "Alright. Appreciate it", "Good, thanks 🙂"),
        goes_on=("And when exactly?", "That is what you said last time", "Will I get that in writing?"),
    ),
    "texts in pieces": Persona(
        14,
        3 * MINUTE,
        (
            ("Hi", "quick question", "do you have the kettle in red?"),
            ("hey", "its me again", "forgot to ask", "can I bring the old one back"),
            ("Good morning!", "Is Lee in today?"),
        ),
        ("hello??", "?", "u there"),
        gives=("yep", "red", "20417 i think", "ok so tmrw"),
        thanks=("ty!!", "thx", "🙏🙏", "ur the best"),
        goes_on=("oh and", "wait also is it heavy", "hm ok and in blue?"),
    ),
    "speaks Spanish": Persona(
        9,
        4 * MINUTE,
        (
            ("Hola, ¿abren los domingos?",),
            ("Buenos días, ¿tienen la tetera azul?",),
            ("¿Me pueden mandar el pedido a otra dirección?", "Calle Alder 12"),
        ),
        ("¿Hola?", "¿Hay alguien?"),
        gives=("Sí, por favor", "El pedido 20417", "Mañana está bien"),
        thanks=("¡Muchas gracias!", "Perfecto, gracias 😊"),
        goes_on=("¿Y cuánto cuesta el envío?", "¿Hasta qué hora?"),
    ),
    "speaks German": Persona(
        5,
        4 * MINUTE,
        (("Hallo, haben Sie sonntags geöffnet?",), ("Ist der Wasserkocher schon repariert?",)),
        ("Hallo?", "Haben Sie meine Nachricht bekommen?"),
        gives=("Ja, bitte", "Bestellung 20417"),
        thanks=("Vielen Dank!", "Super, danke schön"),
        goes_on=("Und was kostet das?",),
    ),
    "sends emoji": Persona(
        9,
        6 * MINUTE,
        (("🫖❓",), ("omg the new mugs 😍😍 are they in the shop",), ("☕️💔 {kettle.jpg}",)),
        ("👀", "🥺?"),
        gives=("✅", "🟦 please"),
        thanks=("🎉🎉", "❤️", "yay 🥳"),
        goes_on=("🎁❓ gift wrap??",),
    ),
    "asks for help": Persona(2, 10 * MINUTE, (("HELP",), ("INFO",)), (), goes_on=("Can I talk to a person?",)),
}
TAPBACKS = ("Liked “{}”", "Loved “{}”", "Emphasized “{}”")
STOP, START = "STOP", "START"
KEYWORDS = frozenset({STOP, START, "HELP", "INFO"})
