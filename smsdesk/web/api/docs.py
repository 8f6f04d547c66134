"""The API described: for programs as OpenAPI, for people as a page that is drawn from it."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, render_template

from smsdesk.web.api.description import document
from smsdesk.web.api.reading import chapters

docs = Blueprint("api_docs", __name__)
KEPT = "public, max-age=300"


@docs.get("/v1/openapi.json")
def openapi() -> Response:
    answer = jsonify(document())
    answer.headers["Cache-Control"] = KEPT
    return answer


@docs.get("/docs")
def read() -> Response:
    answer = Response(render_template("api_docs.html", api=document(), chapters=chapters(document())))
    answer.headers["Cache-Control"] = KEPT
    return answer
