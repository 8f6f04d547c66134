"""An answer of the pretend carrier, and all the ways in which it can fail to arrive."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, Literal

DRIP_S = 0.25


@dataclass(frozen=True)
class Asked:
    """A request, read whole."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Reply:
    """`wire` says how it travels: whole, cut short, dripping, never (hang), or the line is closed or reset instead."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    wire: Literal["whole", "truncated", "drip", "hang", "close", "reset"] = "whole"


def of_json(status: int, content: Any, **more: Any) -> Reply:
    return Reply(status, json.dumps(content).encode(), **more)


def of_error(status: int, code: int, message: str, **more: Any) -> Reply:
    """An error as Twilio words it."""
    about = f"https://www.twilio.com/docs/errors/{code}"
    return of_json(status, {"code": code, "message": message, "more_info": about, "status": status}, **more)


def write(handler: BaseHTTPRequestHandler, reply: Reply, stopping: threading.Event) -> None:
    """Send the answer as its wire says. Only a whole one leaves the line usable."""
    if reply.wire != "whole":
        handler.close_connection = True
    if reply.wire == "hang":
        _hang(handler, stopping)
    elif reply.wire == "reset":
        # linger 0: the line is torn down without a goodbye
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    elif reply.wire != "close":
        _headers(handler, reply)
        _body(handler, reply, stopping)


def _headers(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    handler.send_response(reply.status)
    handler.send_header("Content-Type", reply.content_type)
    handler.send_header("Content-Length", str(len(reply.body)))
    for name, value in reply.headers.items():
        handler.send_header(name, value)
    handler.end_headers()


def _body(handler: BaseHTTPRequestHandler, reply: Reply, stopping: threading.Event) -> None:
    if reply.wire == "truncated":
        handler.wfile.write(reply.body[: len(reply.body) // 2])
    elif reply.wire == "drip":
        for at in range(len(reply.body)):
            handler.wfile.write(reply.body[at : at + 1])
            if stopping.wait(DRIP_S):
                return
    else:
        handler.wfile.write(reply.body)


def _hang(handler: BaseHTTPRequestHandler, stopping: threading.Event) -> None:
    """Say nothing until the other side has had enough, or the service stops."""
    handler.connection.settimeout(0.2)
    while not stopping.is_set():
        try:
            if not handler.connection.recv(1):
                return
        except TimeoutError:
            continue
        except OSError:
            return
