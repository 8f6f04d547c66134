"""The ways to sign in, and out."""

from __future__ import annotations

from flask import Blueprint, render_template

blueprint = Blueprint("sign_ins", __name__)


@blueprint.get("/sign-in")
def ask() -> str:
    return render_template("sign_in.html", next="")
