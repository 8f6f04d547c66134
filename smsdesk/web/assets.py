"""Styles, scripts and pictures of ours, under an address that changes whenever any of them does."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, send_from_directory, url_for

FOLDER = Path(__file__).parent / "static"
ENDPOINT = "static"
VERSION = "smsdesk.assets"
FOR_EVER = "public, max-age=31536000, immutable"


def asset(filename: str) -> str:
    """The address of a file below static/, such as `css/base.css`."""
    return url_for(ENDPOINT, filename=filename)


def attach(app: Flask) -> None:
    app.extensions[VERSION] = _version()
    app.add_url_rule("/static/<version>/<path:filename>", ENDPOINT, _serve)
    app.url_defaults(_add_version)
    app.jinja_env.globals["asset"] = asset


@cache
def _version() -> str:
    """One for all files: scripts import each other by relative addresses, which then change together."""
    whole = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            whole.update(f"{path.relative_to(FOLDER)}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return whole.hexdigest()[:12]


def _serve(version: str, filename: str) -> Response:
    response = send_from_directory(FOLDER, filename)
    # A page from before an update asks by an old address: it gets what there is, but must not keep it
    is_this_version = version == current_app.extensions[VERSION]
    response.headers["Cache-Control"] = FOR_EVER if is_this_version else "no-cache"
    return response


def _add_version(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == ENDPOINT:
        values.setdefault("version", current_app.extensions[VERSION])
