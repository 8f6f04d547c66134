"""A form as a browser without scripts has it: its fields with what stands in them, and what a button sends."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form(HTMLParser):
    """The form whose action this is, read from a page."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: dict[str, str] = field(default_factory=dict)  # value of `do` → where it goes

    def __post_init__(self) -> None:
        super().__init__()
        self._within, self._select = False, ""

    @classmethod
    def on(cls, page: str, action: str) -> Form:
        form = cls(action)
        form.feed(page)
        assert form.fields, f"no form goes to {action}"
        return form

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = dict(attrs)
        if tag == "form":
            self._within = of.get("action") == self.action
        elif not self._within:
            return
        elif tag == "input" and of.get("name") and (of.get("type") != "checkbox" or "checked" in of):
            self.fields.append((of["name"] or "", of.get("value") or ""))
        elif tag == "select":
            self._select = of.get("name") or ""
            self.fields.append((self._select, ""))
        elif tag == "option" and "selected" in of:
            self.fields[-1] = (self._select, of.get("value") or "")
        elif tag == "button" and of.get("value"):
            self.buttons[of["value"] or ""] = of.get("formaction") or self.action

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._within = False

    def __getitem__(self, name: str) -> str:
        """The last field of that name."""
        return dict(self.fields)[name]

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.fields if key == name]

    def types(self, **values: str) -> Form:
        """Into fields that are there; `_` stands for `-`."""
        for name, value in values.items():
            place = next(n for n, (key, _) in enumerate(self.fields) if key == name.replace("_", "-"))
            self.fields[place] = (self.fields[place][0], value)
        return self

    def unticks(self, name: str, value: str) -> Form:
        self.fields.remove((name, value))
        return self

    def sent(self, **button: str) -> dict[str, list[str]]:
        """What goes to the server when it is sent, by that button."""
        sent: dict[str, list[str]] = {}
        for name, value in [*self.fields, *button.items()]:
            sent.setdefault(name, []).append(value)
        return sent
