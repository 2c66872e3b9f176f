"""Who may talk to the sandbox at all, and who may change it."""

import hmac

from ecommerce.adapters.sandbox.web.messages import Request, Response, problem

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
TOKEN_HEADER = "x-sandbox-token"  # noqa: S105 (the header's name, not a secret)


def refuse_foreign_host(request: Request) -> Response | None:
    """Turn away a Host that isn't loopback: a web page may have pointed its own name here (DNS rebinding)."""
    name, separator, port = request.headers.get("host", "").lower().rpartition(":")
    if not separator or not port.isdigit():
        name = request.headers.get("host", "").lower()
    if name in LOOPBACK_NAMES:
        return None
    return problem(421, "The sandbox answers on loopback names only.")


def refuse_without_token(request: Request, token: str) -> Response | None:
    given = request.headers.get(TOKEN_HEADER)
    if given is None:
        return problem(401, "X-Sandbox-Token is needed for everything that changes the sandbox.")
    if not hmac.compare_digest(given.encode(), token.encode()):
        return problem(403, "X-Sandbox-Token is not this sandbox's.")
    return None
