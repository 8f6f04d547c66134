"""One operation of the API: what it asks for, what it answers, who may; the code and its description read the same line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from flask import Blueprint, Response
from pydantic import BaseModel

from smsdesk.models.sign_in import TokenScope
from smsdesk.web import access, limits
from smsdesk.web.api.asking import body, query
from smsdesk.web.api.shapes import Asked, Told

blueprint = Blueprint("api", __name__)
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Operation:
    """`asks`: the query; `takes`: the body; `conflicts`: it may be refused for what happened meanwhile (409)."""

    method: str
    path: str
    view: Callable[..., Any]
    answers: type[Told] | None
    status: int = 200
    asks: type[Asked] | None = None
    takes: type[BaseModel] | None = None
    takes_nothing_too: bool = False
    scope: TokenScope = TokenScope.READ
    conflicts: bool = False
    headers: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.view.__name__

    @property
    def tag(self) -> str:
        return self.view.__module__.rpartition(".")[2]


OPERATIONS: list[Operation] = []


def operation(method: str, path: str, answers: type[Told] | None, **more: Any) -> Callable[[View], View]:
    """Make a view an operation of the API; it is called with the parts of its path, then `asked` and `body`."""

    def made(view: View) -> View:
        default = TokenScope.READ if method == "GET" else TokenScope.WRITE
        it = Operation(method, path, view, answers, **{"scope": default, **more})
        OPERATIONS.append(it)
        blueprint.add_url_rule(path, it.name, partial(_run, it), methods=[method])
        return view

    return made


def _run(it: Operation, **parts: Any) -> Response:
    limits.spend_token(access.token().id)
    # access.py has looked at the token; whether its scope is enough for administration is known only here
    if it.scope is TokenScope.ADMIN and access.token().scope is not TokenScope.ADMIN:
        raise access.NotAllowed
    if it.asks is not None:
        parts["asked"] = query(it.asks)
    else:
        query(Asked)
    if it.takes is not None:
        parts["body"] = body(it.takes, it.takes_nothing_too)
    told = it.view(**parts)
    return told if isinstance(told, Response) else _told(told, it.status)


def _told(told: Told, status: int) -> Response:
    return Response(told.model_dump_json(), status, mimetype="application/json")
