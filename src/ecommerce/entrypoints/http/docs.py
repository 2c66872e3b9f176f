"""The API's description: `/api/schema` for programs, `/api/docs` for people."""

from functools import cache
from pathlib import Path
from typing import Annotated, Any

import msgspec
from litestar import Controller, Litestar, Request
from litestar.params import HeaderParameter

from ecommerce.entrypoints.http.etags import is_known, tag_of
from ecommerce.entrypoints.http.html import page
from ecommerce.entrypoints.http.openapi import document
from ecommerce.entrypoints.http.operation import PUBLIC
from ecommerce.entrypoints.http.replies import RawReply
from ecommerce.entrypoints.http.routing import get

_STYLE = """
h2{text-transform:capitalize}h4{margin:1rem 0 .25rem}
details.operation{border:1px solid var(--line);border-radius:6px;margin:.4rem 0;padding:.4rem .7rem}
summary{cursor:pointer}summary span{opacity:.75}
code.get{color:#16803c}code.post{color:#2563eb}code.put,code.patch{color:#b45309}code.delete{color:#dc2626}
pre{background:var(--soft);border-radius:6px;overflow:auto;padding:.75rem;white-space:pre-wrap}
label{display:flex;gap:.75rem;margin:.3rem 0;align-items:center}label input{flex:1}
input,textarea{background:transparent;border:1px solid var(--line);border-radius:4px;box-sizing:border-box}
input,textarea{color:inherit;padding:.35rem .5rem}textarea,input[placeholder=Filter]{width:100%}
button{margin:.5rem 0;padding:.4rem 1.2rem}.answer:empty{display:none}
""".strip()
_SCRIPT = Path(__file__).with_name("docs_page.js").read_text()


@cache
def _encoded(app: Litestar) -> bytes:
    return msgspec.json.encode(document(app))


class DocumentationController(Controller):
    path = "/api"

    @get("/schema", policy=PUBLIC, also={304: "Not Modified"})
    async def schema(
        self,
        request: Request[Any, Any, Any],
        if_none_match: Annotated[str | None, HeaderParameter(name="If-None-Match")] = None,
    ) -> RawReply:
        """This document: OpenAPI 3.1."""
        body = _encoded(request.app)
        tag = tag_of(body)
        headers = {"ETag": f'"{tag}"', "Cache-Control": "public, max-age=0, must-revalidate"}
        if is_known(if_none_match, tag):
            return RawReply(304, b"", headers)
        return RawReply(200, body, {**headers, "Content-Type": "application/json"})

    @get("/docs", policy=PUBLIC, produces="text/html")
    async def docs(self) -> RawReply:
        """The API, to read and to try. It asks no other host for anything."""
        heading = '<h1>Ecommerce API</h1><div id="api">Loading…</div>'
        return page("Ecommerce API", heading, _STYLE, _SCRIPT, may_connect=True)
