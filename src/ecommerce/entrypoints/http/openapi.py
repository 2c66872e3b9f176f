"""The OpenAPI 3.1 document, made from what the routes declare: nothing in it is written twice."""

from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from importlib.metadata import version
from types import NoneType, UnionType
from typing import Any, NamedTuple, Union, get_args, get_origin

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from ecommerce.entrypoints.http.openapi_examples import example
from ecommerce.entrypoints.http.openapi_parameters import parameters_of
from ecommerce.entrypoints.http.openapi_problems import ProblemDetails, problem_responses
from ecommerce.entrypoints.http.operation import OPT, Operation
from ecommerce.entrypoints.http.replies import RawReply, Reply

_REF = "#/components/schemas/{name}"
_ABOUT = (
    "A headless commerce backend. Money is in integer minor units, times are UTC, ids are UUIDs. Every "
    "refusal is `application/problem+json`; its `code` is explained at `/problems/{code}`. Unknown body "
    "fields and query parameters are refused, so that a typo never passes silently."
)
_SECURITY = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "An access token from `/auth/login`, or an API key (`sk_...`).",
    },
    "cartToken": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Cart-Token",
        "description": "Holds a guest's cart; answered by the first write to it.",
    },
    "orderToken": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Order-Token",
        "description": "Holds a guest's order; answered when it is placed.",
    },
}
_TOKENS = {"X-Cart-Token": "cartToken", "X-Order-Token": "orderToken"}


class Route(NamedTuple):
    path: str
    method: str
    handler: HTTPRouteHandler
    operation: Operation


def document(app: Litestar) -> dict[str, Any]:
    """Raises `ValueError` when two operations have the same id."""
    routes = sorted(routes_of(app), key=lambda route: (route.path, route.method))
    schemas = Schemas(routes)
    paths: dict[str, dict[str, Any]] = {}
    ids: set[str] = set()
    for route in routes:
        if route.operation.name in ids:
            raise ValueError(f"two operations are named {route.operation.name}")
        ids.add(route.operation.name)
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Ecommerce API", "version": version("ecommerce"), "description": _ABOUT},
        "tags": [{"name": name} for name in sorted({_tag(route.path) for route in routes})],
        "paths": paths,
        "components": {"schemas": schemas.components, "securitySchemes": _SECURITY},
    }


def routes_of(app: Litestar) -> Iterator[Route]:
    """Every route that declares an operation, but for those that show the document itself."""
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            continue
        for handler in route.route_handlers:
            operation = handler.opt.get(OPT)
            if isinstance(operation, Operation):
                for method in handler.http_methods:
                    yield Route(route.path_format, str(method), handler, operation)


class Schemas:
    """JSON schemas of everything that goes in or comes out; structs by reference."""

    def __init__(self, routes: Iterable[Route]) -> None:
        types: list[Any] = [ProblemDetails]
        for route in routes:
            types += [route.operation.body, *results_of(route.operation)]
            if route.operation.query is not None:
                types += [field.type for field in msgspec.structs.fields(route.operation.query)]
        self._types = [each for each in types if each is not None]
        found, self.components = msgspec.json.schema_components(
            self._types, schema_hook=_anything, ref_template=_REF
        )
        self._found = list(found)
        for schema in self.components.values():
            _tell_times(schema)

    def of(self, wanted: Any) -> dict[str, Any]:
        return next(schema for each, schema in zip(self._types, self._found, strict=True) if each == wanted)

    def content(self, wanted: Any, media_type: str) -> dict[str, Any]:
        schema = self.of(wanted)
        return {media_type: {"schema": schema, "example": example(schema, self.components)}}

    def content_of_one(self, wanted: list[Any], media_type: str) -> dict[str, Any]:
        """One of several types; the first is shown."""
        shown = self.content(wanted[0], media_type)[media_type]
        return {media_type: {**shown, "schema": {"anyOf": [self.of(each) for each in wanted]}}}


def _tell_times(schema: Mapping[str, Any]) -> None:
    """msgspec tells the format of those times only whose zone it checks. Ours are named for what they are."""
    for name, inner in schema.get("properties", {}).items():
        for each in inner.get("anyOf", [inner]):
            if each.get("type") == "string" and (name == "at" or name.endswith("_at")):
                each["format"] = "date-time"


def results_of(operation: Operation) -> list[Any]:
    """The types a handler may answer with: what its annotation says inside `Reply`."""
    inner = [each for outer in _members(operation.result) for each in _members(_inside(outer))]
    return [each for each in inner if each not in (None, NoneType, RawReply, Reply, bytes)]


def _members(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


def _inside(annotation: Any) -> Any:
    return get_args(annotation)[0] if get_origin(annotation) is Reply else annotation


def _operation(route: Route, schemas: Schemas) -> dict[str, Any]:
    operation = route.operation
    parameters = parameters_of(route.path, route.handler, operation, schemas.of)
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [_tag(route.path)],
        "security": _security(operation, parameters),
        "parameters": parameters,
        "responses": {
            **_success(operation, schemas),
            **problem_responses(route.path, route.method, operation),
        },
    }
    text = operation.description
    if operation.policy.permission:
        text += f"\n\nNeeds the permission `{operation.policy.permission}`."
    if text.strip() != operation.summary:
        described["description"] = text.strip()
    if operation.raw_body:
        described["requestBody"] = {"required": True, "content": {operation.consumes: {"schema": {}}}}
    elif operation.body is not None:
        optional = NoneType in get_args(operation.body)
        content = schemas.content(operation.body, "application/json")
        described["requestBody"] = {"required": not optional, "content": content}
    return described


def _security(operation: Operation, parameters: list[dict[str, Any]]) -> list[dict[str, list[str]]]:
    if operation.policy.kind in ("customer", "staff"):
        return [{"bearer": []}]
    if operation.policy.kind != "guest-or-customer":
        return []
    tokens: list[dict[str, list[str]]] = [
        {_TOKENS[each["name"]]: []} for each in parameters if each["name"] in _TOKENS
    ]
    return [{"bearer": []}, *tokens, {}]


def _success(operation: Operation, schemas: Schemas) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": HTTPStatus(operation.status).phrase}
    results = results_of(operation)
    if len(results) == 1:
        answer["content"] = schemas.content(results[0], operation.produces)
    elif results:
        answer["content"] = schemas.content_of_one(results, operation.produces)
    elif operation.status not in (204, 304) and operation.produces != "application/json":
        answer["content"] = {operation.produces: {"schema": {"type": "string"}}}
    elif operation.result is RawReply:
        answer["content"] = {operation.produces: {"schema": {"type": "object"}}}
    also = {**operation.also, **({304: "Not Modified"} if operation.cacheable else {})}
    others = {str(status): {**answer, "description": text} for status, text in also.items()}
    for status in {"204", "304", "308"} & set(others):
        others[status].pop("content", None)
    return {str(operation.status): answer, **others}


def _tag(path: str) -> str:
    parts = path.removeprefix("/api/v1").strip("/").split("/")
    if not path.startswith("/api/v1"):
        return "operations"
    return f"admin {parts[1]}" if parts[0] == "admin" and len(parts) > 1 else parts[0]


def _anything(_: type) -> dict[str, Any]:
    """The schema of what only the handler knows."""
    return {}
