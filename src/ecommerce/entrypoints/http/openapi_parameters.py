"""Path, query and header parameters of an operation."""

from collections.abc import Callable
from typing import Any

import msgspec
from litestar.enums import ParamType
from litestar.handlers import HTTPRouteHandler
from litestar.params import ParameterKwarg

from ecommerce.entrypoints.http.openapi_examples import named_example
from ecommerce.entrypoints.http.operation import Operation
from ecommerce.entrypoints.http.query import shape_of

SchemaOf = Callable[[Any], dict[str, Any]]
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "1 to 255 printable ASCII characters: the same key gets the same answer for 24 hours. "
    "A first call without credentials needs a UUID.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "example": "01940000-0000-7000-8000-0000000000aa",
}


def parameters_of(
    path: str, handler: HTTPRouteHandler, operation: Operation, schema_of: SchemaOf
) -> list[dict[str, Any]]:
    found = [*_path(handler, path), *_query(operation, schema_of), *_headers(handler)]
    return [*found, _KEY] if operation.idempotent else found


def _path(handler: HTTPRouteHandler, path: str) -> list[dict[str, Any]]:
    fields = handler.parsed_fn_signature.parameters
    found = []
    for part in path.split("/"):
        if not part.startswith("{"):
            continue
        name = part.strip("{}")
        is_id = name in fields and "UUID" in str(fields[name].annotation)
        schema = {"type": "string", "format": "uuid"} if is_id else {"type": "string"}
        found.append(
            {
                "name": name,
                "in": "path",
                "required": True,
                "schema": schema,
                "example": named_example(name, is_id),
            }
        )
    return found


def _query(operation: Operation, schema_of: SchemaOf) -> list[dict[str, Any]]:
    if operation.query is None:
        return []
    shape = shape_of(operation.query)
    found = []
    for field in msgspec.structs.fields(operation.query):
        name, schema = field.encode_name, _given(schema_of(field.type))
        parameter: dict[str, Any] = {
            "name": name,
            "in": "query",
            "required": field.required,
            "schema": schema,
        }
        if name in shape.repeated:
            parameter |= {"style": "form", "explode": True}
        if name in shape.prefixed:
            parameter |= {
                "name": f"{name}.name",
                "description": f"Any `{name}.<name>`, repeated for one of several values.",
                "schema": {"type": "array", "items": {"type": "string"}},
            }
        if isinstance(field.default, str | int | float | bool):
            parameter["schema"] = {**schema, "default": field.default}
        found.append(parameter)
    return found


def _given(schema: dict[str, Any]) -> dict[str, Any]:
    """Without null, which no query can say: what is left out has no schema."""
    kinds = [each for each in schema.get("anyOf", []) if each != {"type": "null"}]
    return kinds[0] if len(kinds) == 1 else schema


def _headers(handler: HTTPRouteHandler) -> list[dict[str, Any]]:
    found = []
    for field in handler.parsed_fn_signature.parameters.values():
        declared = field.kwarg_definition
        if isinstance(declared, ParameterKwarg) and declared.param_type == ParamType.HEADER:
            name = declared.name or field.name
            described: dict[str, Any] = {"name": name, "in": "header", "required": not field.is_optional}
            if declared.description:
                described["description"] = declared.description
            found.append({**described, "schema": {"type": "string"}})
    return found
