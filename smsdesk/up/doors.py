"""Is a port free, and does what should listen there answer?"""

from __future__ import annotations

import errno
import http.client
import socket


class DoorTaken(Exception):
    """A port or an address cannot be used; the message is one sentence that names the setting."""


def ensure_free(host: str, port: int, sentence: str) -> None:
    """Raises DoorTaken, with the sentence where another program listens there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind(address)
    except socket.gaierror:
        raise DoorTaken(f"HOST is “{host}”, which is no address; set it to 127.0.0.1 or leave it out.") from None
    except OSError as why:
        raise DoorTaken(_sentence(why, host, port, sentence)) from None


def answers(host: str, port: int, path: str = "/healthz") -> bool:
    """True where a GET is answered with 200."""
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def listens(host: str, port: int) -> bool:
    """True where somebody takes the call, whatever they would say."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def _sentence(why: OSError, host: str, port: int, taken: str) -> str:
    if why.errno == errno.EADDRINUSE:
        return taken
    if why.errno == errno.EACCES:
        return f"PORT is {port}, which only root may use; set PORT to a number above 1023."
    return f"HOST is “{host}”, where this machine cannot listen; set it to 127.0.0.1 or leave it out."
