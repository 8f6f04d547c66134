"""A browser without a screen: keeps cookies, sends back the token of the page it was given, follows nothing by itself."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

PUBLIC = "https://desk.smsdesk.test"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Browser:
    def __init__(self, app: Flask, address: str = "203.0.113.7", public: str = PUBLIC) -> None:
        self.client = app.test_client()
        self.address, self.public = address, public
        self.token = ""

    def get(self, path: str, **more: Any) -> TestResponse:
        return self._keep(self.client.get(path, **self._from_here(more)))

    def post(
        self, path: str, fields: dict[str, str] | None = None, token: str | None = None, **more: Any
    ) -> TestResponse:
        """Posts with the token of the last page, unless another one is given."""
        sent = {"csrf_token": self.token if token is None else token, **(fields or {})}
        return self._keep(self.client.post(path, data=sent, **self._from_here(more)))

    def tries(self, email: str, password: str, next: str = "") -> TestResponse:
        self.get("/sign-in")
        return self.post("/sign-in", {"email": email, "password": password, "next": next})

    def uses(self, link: str) -> TestResponse:
        self.get(f"/sign-in/link/{link}")
        return self.post(f"/sign-in/link/{link}")

    def cookie(self, name: str) -> str | None:
        found = self.client.get_cookie(name, domain=self.public.partition("://")[2])
        return found.value if found else None

    @property
    def is_signed_in(self) -> bool:
        return self.get("/settings/sessions").status_code == 200

    def _from_here(self, more: dict[str, Any]) -> dict[str, Any]:
        return {"base_url": self.public, "environ_overrides": {"REMOTE_ADDR": self.address}, **more}

    def _keep(self, response: TestResponse) -> TestResponse:
        if response.mimetype == "text/html" and (found := TOKEN.search(response.text)):
            self.token = found.group(1)
        return response
