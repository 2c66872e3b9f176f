"""The document that the API publishes, as tests walk it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ecommerce.entrypoints.bootstrap.openapi import openapi_json

API = "/api/v1"
PROBLEM = "application/problem+json"
# Lists that are whole: what they hold is bounded.
WITHOUT_ENVELOPE = {"/api/v1/categories", "/api/v1/search/suggest"}
_CATALOGUE = re.compile(rf"{API}/(categories|products|search)\b")
_KEYED = re.compile(rf"{API}/(cart/items|cart/coupons|orders(/.*)?|payments/(?!stripe/webhook).*)")


@dataclass(frozen=True, eq=False)
class Operation:
    """One of the document's, and what the contract says of its like: by path and method, not by name."""

    method: str
    path: str
    spec: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.spec["operationId"])

    @property
    def is_probe(self) -> bool:
        return self.path in {"/healthz", "/ready", "/startup", "/metrics"}

    @property
    def is_catalogue(self) -> bool:
        return self.method == "GET" and bool(_CATALOGUE.match(self.path))

    @property
    def is_personal(self) -> bool:
        return self.path.startswith(
            tuple(f"{API}/{n}" for n in "auth cart orders payments users admin".split())
        )

    @property
    def is_admin(self) -> bool:
        return self.path.startswith(f"{API}/admin/")

    @property
    def is_idempotent(self) -> bool:
        """Whether it honours `Idempotency-Key`."""
        if self.is_admin:
            return self.method != "GET"
        return self.method == "POST" and bool(_KEYED.fullmatch(self.path))

    @property
    def is_versioned(self) -> bool:
        """Whether it writes what carries an `ETag` of its own."""
        kept = self.path.startswith(f"{API}/cart") and not self.path.endswith(("/quote", "/explain"))
        return self.method != "GET" and (
            kept or (self.is_admin and self.method in {"PUT", "PATCH", "DELETE"})
        )

    @property
    def is_protected(self) -> bool:
        """Whether it takes nobody without credentials."""
        return bool(self.spec["security"]) and {} not in self.spec["security"]

    @property
    def ignores_credentials(self) -> bool:
        """Signing in and its like: a token that is no good any more must not be in the way."""
        return self.is_probe or self.path.startswith(f"{API}/auth/") or self.path.startswith("/.well-known")

    @property
    def success(self) -> list[str]:
        return [status for status in self.spec["responses"] if status[0] == "2"]

    @property
    def body(self) -> Mapping[str, Any] | None:
        """The schema of its JSON body, if it takes one that it reads."""
        content = self.spec.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        return resolved(schema) if schema else None

    @property
    def takes_anything(self) -> bool:
        return "requestBody" in self.spec and self.body is None

    def parameters(self, where: str) -> dict[str, Mapping[str, Any]]:
        return {each["name"]: each for each in self.spec["parameters"] if each["in"] == where}

    def content(self, status: int) -> Mapping[str, Any]:
        """By media type."""
        content: Mapping[str, Any] = self.spec["responses"][str(status)].get("content", {})
        return content

    def codes(self, status: int) -> set[str]:
        """The problems that are documented under a status."""
        return set(self.content(status).get(PROBLEM, {}).get("examples", {}))

    def __str__(self) -> str:
        return self.id


DOCUMENT: dict[str, Any] = json.loads(openapi_json())
SCHEMAS: Mapping[str, Any] = DOCUMENT["components"]["schemas"]
OPERATIONS = tuple(
    Operation(method.upper(), path, spec)
    for path, methods in DOCUMENT["paths"].items()
    for method, spec in methods.items()
)
BY_ID = {each.id: each for each in OPERATIONS}


def methods_of(path: str) -> set[str]:
    return {each.method for each in OPERATIONS if each.path == path}


def resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        schema = SCHEMAS[schema["$ref"].rpartition("/")[2]]
    return schema


def choices(schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What a value may be, without null."""
    schema = resolved(schema)
    inner = schema.get("anyOf") or schema.get("oneOf")
    found = [each for one in inner for each in choices(one)] if inner else [schema]
    return [each for each in found if each.get("type") != "null"]


def properties_within(schema: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Every property at any depth of a value of this schema: whose it is, its name, its schema."""
    seen: set[int] = set()
    waiting = [schema]
    while waiting:
        for each in choices(waiting.pop()):
            if id(each) in seen:
                continue
            seen.add(id(each))
            for name, inner in each.get("properties", {}).items():
                yield each.get("title", ""), name, inner
                waiting.append(inner)
            waiting += [
                each[key] for key in ("items", "additionalProperties") if isinstance(each.get(key), dict)
            ]
