"""The pages' files, read once, and the headers they are served with."""

from pathlib import Path
from string import Template

from ecommerce.adapters.sandbox.web.messages import Response

FOLDER = Path(__file__).parent / "files"

HOME_PAGE = (FOLDER / "home.html").read_text(encoding="utf-8")
CHALLENGE_PAGE = Template((FOLDER / "challenge.html").read_text(encoding="utf-8"))
SCRIPT = (FOLDER / "home.js").read_bytes()
STYLE = (FOLDER / "style.css").read_bytes()


def page_response(page: str, *, form_action: str) -> Response:
    """No other host is asked for anything. Mails are shown in frames that inherit this policy."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self';"
        " img-src 'self' data:; frame-src 'self'; base-uri 'none'; frame-ancestors 'none';"
        f" form-action {form_action}"
    )
    headers = [
        ("content-security-policy", policy),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
    ]
    return Response(200, page.encode(), "text/html; charset=utf-8", headers)
