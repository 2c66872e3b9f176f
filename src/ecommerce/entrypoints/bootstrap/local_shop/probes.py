"""Whether something answers."""

import socket
from http.client import HTTPConnection, HTTPException
from urllib.parse import SplitResult, urlsplit

_PATIENCE = 2.0


def answers(url: str, token: str = "") -> bool:
    """Whether a GET of the URL gets 200."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=_PATIENCE)
    try:
        connection.request("GET", parts.path, headers={"X-Sandbox-Token": token} if token else {})
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def listens(url: SplitResult) -> bool:
    try:
        with socket.create_connection((url.hostname or "", url.port or 0), timeout=_PATIENCE):
            return True
    except OSError:
        return False
