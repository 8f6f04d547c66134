"""What to call a browser, so that its owner knows it again."""

import re

SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "a Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
# Order matters: most browsers also name those that they descend from
BROWSERS = (
    (r"Edg(e|A|iOS)?/", "Edge"),
    (r"OPR/", "Opera"),
    (r"(Firefox|FxiOS)/", "Firefox"),
    (r"(Chrome|CriOS)/", "Chrome"),
    (r"Safari/", "Safari"),
)


def device_words(user_agent: str) -> str:
    """`Firefox on Linux`, from what a browser says about itself; it may say anything."""
    browser = next((name for pattern, name in BROWSERS if re.search(pattern, user_agent)), "A browser")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), None)
    return f"{browser} on {system}" if system else browser
