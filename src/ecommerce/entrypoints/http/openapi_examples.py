"""Examples for the document, made from schemas: what a name means decides what stands there."""

from collections.abc import Mapping
from typing import Any

_UUID = "01940000-0000-7000-8000-000000000001"
_TIME = "2026-11-22T09:30:00Z"
_NAMED: Mapping[str, Any] = {
    "email": "ada@example.com",
    "password": "correct horse battery staple",
    "current_password": "correct horse battery staple",
    "new_password": "a much better passphrase",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "name": "Ceramic mug",
    "slug": "ceramic-mug",
    "product_slug": "ceramic-mug",
    "title": "Sturdy",
    "sku": "MUG-1",
    "number": "ORD-7K2M9QXW4T",
    "order_number": "ORD-7K2M9QXW4T",
    "line1": "1 Main Street",
    "city": "Springfield",
    "region": "IL",
    "postal_code": "62701",
    "country": "US",
    "phone_number": "+12175550123",
    "currency": "USD",
    "amount": 249999,
    "quantity": 1,
    "available": 12,
    "code": "WELCOME10",
    "token": "q1w2e3r4t5y6u7i8o9p0",
    "refresh_token": "q1w2e3r4t5y6u7i8o9p0",
    "access_token": "eyJhbGciOiJFZERTQSJ9.e30.c2ln",
    "token_type": "Bearer",
    "expires_in": 600,
    "count": 1,
    "next": None,
    "previous": None,
    "page_size": 24,
    "url": "https://shop.example.com/media/mug.webp",
    "note": "Leave it at the door",
    "shipping_option_id": "standard",
    "vat_number": "DE136695976",
    "starts_at": _TIME,
    "ends_at": "2026-12-01T00:00:00Z",
}
# Trees are shown with a few levels.
_DEEPEST = 5


def named_example(name: str, is_id: bool = False) -> Any:
    if is_id or (name not in _NAMED and (name == "id" or name.endswith("_id"))):
        return _UUID
    return _NAMED.get(name, "example")


def example(schema: Mapping[str, Any], components: Mapping[str, Any], name: str = "", depth: int = 0) -> Any:
    """A value that the schema allows, as good as its names let us guess."""
    if schema.get("examples"):  # beside a reference, too
        return schema["examples"][0]
    schema = _resolved(schema, components)
    for given in ("examples", "enum"):
        if schema.get(given):
            return schema[given][0]
    if "const" in schema:
        return schema["const"]
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        if name in _NAMED and _NAMED[name] is None:
            return None
        is_null = depth > _DEEPEST and {"type": "null"} in choices
        chosen = next((each for each in choices if (each.get("type") == "null") is is_null), choices[0])
        return example(chosen, components, name, depth)
    return _of_type(schema, components, name, depth)


def _of_type(schema: Mapping[str, Any], components: Mapping[str, Any], name: str, depth: int) -> Any:
    kind = schema.get("type")
    if kind == "object":
        properties = schema.get("properties", {})
        return {key: example(inner, components, key, depth + 1) for key, inner in properties.items()}
    if kind == "array":
        shown = "items" in schema and (depth <= _DEEPEST or "minItems" in schema)
        item = example(schema["items"], components, name, depth + 1) if shown else None
        return [] if item is None else [item]
    if kind == "integer":
        return _number(schema, name)
    if kind == "string":
        return _text(schema, name)
    return {"boolean": True, "number": 4.5}.get(str(kind))


def _number(schema: Mapping[str, Any], name: str) -> int:
    named = _NAMED.get(name)
    wanted = named if isinstance(named, int) else 1
    return int(min(max(wanted, schema.get("minimum", wanted)), schema.get("maximum", max(wanted, 1))))


def _text(schema: Mapping[str, Any], name: str) -> str:
    time = _NAMED.get(name, _TIME)
    by_format = {"uuid": _UUID, "date-time": time, "date": _TIME[:10]}.get(schema.get("format", ""))
    if by_format:
        return str(by_format)
    if name.endswith("_at"):
        return str(time)
    named = named_example(name)
    text = named if isinstance(named, str) else "example"
    return text[: schema.get("maxLength", len(text))].ljust(schema.get("minLength", 0), "x")


def _resolved(schema: Mapping[str, Any], components: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        schema = components[schema["$ref"].rpartition("/")[2]]
    return schema
