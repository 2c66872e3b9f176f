"""Small pages of our own: one file each, no other host, a policy that allows just what is in them."""

import base64
from hashlib import sha256

from ecommerce.entrypoints.http.replies import RawReply

STYLE = """
:root{color-scheme:light dark;--line:#8884;--soft:#8881;--accent:#2563eb}
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:2rem 1rem}
code,pre,textarea,input,select{font:14px/1.45 ui-monospace,monospace}
a{color:var(--accent)}table{border-collapse:collapse}td,th{padding:.25rem .75rem;text-align:left}
td,th{border-bottom:1px solid var(--line);vertical-align:top}
""".strip()


def page(title: str, body: str, style: str = "", script: str = "", *, may_connect: bool = False) -> RawReply:
    """`body` is HTML that was escaped already."""
    style = STYLE + style
    document = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,">'
        f"<style>{style}</style></head><body>{body}"
        f"{f'<script>{script}</script>' if script else ''}</body></html>"
    )
    policy = [
        "default-src 'none'",
        f"style-src {_hash(style)}",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        *([f"script-src {_hash(script)}"] if script else []),
        *(["connect-src 'self'"] if may_connect else []),
    ]
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": "; ".join(policy),
        "Cache-Control": "public, max-age=300",
    }
    return RawReply(200, document.encode(), headers)


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"
