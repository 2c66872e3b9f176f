"""What every controller of records does, over the fake."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
from dishka import Provider, Scope, provide

from ecommerce.adapters.memory.audit import MemoryAuditLog
from ecommerce.adapters.memory.records import MemoryRecords
from ecommerce.adapters.memory.unit_of_work import MemoryUnitOfWork
from ecommerce.adapters.system.clock import SystemClock
from ecommerce.adapters.system.ids import Uuid7Ids
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.records import Definition, Desk, RecordEditor, Records
from ecommerce.domain.shared.kernel import InvalidValue
from ecommerce.entrypoints.http.admin_records import record_controller
from ecommerce.entrypoints.http.openapi import document
from tests.factories.http_door import TestDoor, open_test_door

pytestmark = pytest.mark.anyio
PATH = "/api/v1/admin/odd-things"
EDITOR = {"Authorization": "Bearer editor"}


class OddThing(Definition, frozen=True, kw_only=True):
    size: Annotated[int, msgspec.Meta(ge=1)]
    note: str | None = None


class OddThingEditor(RecordEditor[OddThing]):
    permission = "things:write"
    topic = "oddities.odd_thing"

    async def check(self, definition: OddThing, record_id: UUID | None) -> OddThing:
        if definition.size % 2 == 0:
            raise InvalidValue("must be odd", "/size")
        return definition


@dataclass
class Oddities(Provider):
    scope = Scope.REQUEST
    uow: MemoryUnitOfWork = field(default_factory=MemoryUnitOfWork)
    audit: MemoryAuditLog = field(default_factory=MemoryAuditLog)

    def __post_init__(self) -> None:
        super().__init__()
        self.kept = MemoryRecords[OddThing](self.uow, "odd_thing")

    @provide
    def records(self) -> Records[OddThing]:
        return self.kept

    @provide
    def editor(self, records: Records[OddThing], call: Call) -> OddThingEditor:
        call.holds_key = call.idempotency_key is not None
        return OddThingEditor(Desk(self.uow, self.audit, Uuid7Ids(), SystemClock(), call), records)


@dataclass
class Shop:
    door: TestDoor
    oddities: Oddities

    async def ask(self, method: str, path: str = "", json: Any = None, **headers: str) -> httpx.Response:
        sent = {**EDITOR, **{name.replace("_", "-"): value for name, value in headers.items()}}
        url = path if path.startswith("http") else PATH + path
        return await self.door.client.request(method, url, json=json, headers=sent)

    async def made(self, name: str = "Thing", size: int = 1) -> dict[str, Any]:
        reply = await self.ask("POST", json={"name": name, "size": size})
        assert reply.status_code == 201, reply.text
        body: dict[str, Any] = reply.json()
        return body


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    oddities = Oddities()
    controller = record_controller(
        "/admin/odd-things", "odd thing", OddThing, OddThingEditor, read="things:write"
    )
    async with open_test_door([controller], [oddities]) as door:
        yield Shop(door, oddities)


async def test_what_was_made_is_shown_flat_with_its_version(shop: Shop) -> None:
    made = await shop.ask("POST", json={"name": "  Nut ", "size": 3})
    shown = await shop.ask("GET", f"/{made.json()['id']}")

    assert made.status_code == 201
    assert made.json() == shown.json()
    assert list(shown.json()) == ["id", "name", "size", "note", "created_at", "updated_at"]
    assert (shown.json()["name"], shown.json()["size"], shown.json()["note"]) == ("Nut", 3, None)
    assert made.headers["etag"] == shown.headers["etag"] == '"1"'
    assert shown.headers["cache-control"] == "no-store"


async def test_it_is_replaced_as_a_whole_by_who_knows_the_version(shop: Shop) -> None:
    made = await shop.ask("POST", json={"name": "Nut", "size": 3, "note": "old"})
    path = f"/{made.json()['id']}"

    changed = await shop.ask("PUT", path, {"name": "Nut", "size": 5}, If_Match='"1"')
    late = await shop.ask("PUT", path, {"name": "Nut", "size": 7}, If_Match='"1"')
    any_version = await shop.ask("PUT", path, {"name": "Nut", "size": 9}, If_Match="*")

    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert (changed.json()["size"], changed.json()["note"]) == (5, None)
    assert (late.status_code, late.json()["code"]) == (412, "precondition-failed")
    assert (any_version.status_code, any_version.headers["etag"]) == (200, '"3"')


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_who_names_no_version_changes_nothing(shop: Shop, method: str) -> None:
    made = await shop.made()
    body = {"name": "Other", "size": 5} if method == "PUT" else None

    reply = await shop.ask(method, f"/{made['id']}", body)

    assert (reply.status_code, reply.json()["code"]) == (428, "precondition-required")
    assert (await shop.ask("GET", f"/{made['id']}")).json() == made


@pytest.mark.parametrize("tag", ['"2"', 'W/"1"', '"one"', '"99999999999999999999"', '"-1"', '"١"'])
async def test_a_tag_that_is_not_the_versions_changes_nothing(shop: Shop, tag: str) -> None:
    made = await shop.made()

    reply = await shop.door.client.delete(
        f"{PATH}/{made['id']}", headers=[(b"authorization", b"Bearer editor"), (b"if-match", tag.encode())]
    )

    assert reply.status_code in (412, 422)
    assert (await shop.ask("GET", f"/{made['id']}")).status_code == 200


async def test_what_was_removed_is_absent(shop: Shop) -> None:
    made = await shop.made()

    removed = await shop.ask("DELETE", f"/{made['id']}", If_Match='"1"')
    replies = [
        await shop.ask("GET", f"/{made['id']}"),
        await shop.ask("PUT", f"/{made['id']}", {"name": "Back", "size": 1}, If_Match='"1"'),
        await shop.ask("DELETE", f"/{uuid4()}", If_Match='"1"'),
    ]

    assert (removed.status_code, removed.content) == (204, b"")
    assert [reply.status_code for reply in replies] == [404, 404, 404]


async def test_every_change_is_in_the_audit_log(shop: Shop) -> None:
    made = await shop.made("Nut", 3)
    path = f"/{made['id']}"
    await shop.ask("PUT", path, {"name": "Nut", "size": 5}, If_Match='"1"')
    await shop.ask("DELETE", path, If_Match='"2"')

    entries = shop.oddities.audit.entries
    whole = {"name": "Nut", "size": 3, "note": None}
    assert [each[1] for each in entries] == [
        "oddities.odd_thing_created",
        "oddities.odd_thing_changed",
        "oddities.odd_thing_removed",
    ]
    assert {(each[0], each[2]) for each in entries} == {("staff:editor", f"odd_thing:{made['id']}")}
    assert [each[3] for each in entries] == [None, {"size": 3}, {**whole, "size": 5}]
    assert [each[4] for each in entries] == [whole, {"size": 5}, None]


async def test_what_the_check_refuses_is_told_by_a_pointer(shop: Shop) -> None:
    made = await shop.made()
    replies = [
        await shop.ask("POST", json={"name": "Even", "size": 2}),
        await shop.ask("PUT", f"/{made['id']}", {"name": "Even", "size": 2}, If_Match='"1"'),
    ]

    for reply in replies:
        assert reply.status_code == 422
        assert [fault["pointer"] for fault in reply.json()["errors"]] == ["/size"]
    assert len(shop.oddities.audit.entries) == 1


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "Nut", "size": 1, "colour": "red"}, "/colour"),
        ({"name": "Nut", "size": 1, "id": str(uuid4())}, "/id"),
        ({"name": "", "size": 1}, "/name"),
        ({"name": "  ", "size": 1}, "/name"),
        ({"name": "a\nb", "size": 1}, "/name"),
        ({"name": "x" * 101, "size": 1}, "/name"),
        ({"name": "Nut", "size": 0}, "/size"),
        ({"name": "Nut", "size": True}, "/size"),
        ({"name": "Nut"}, "/size"),
    ],
)
async def test_a_wrong_field_is_told_by_a_pointer(shop: Shop, body: dict[str, object], pointer: str) -> None:
    reply = await shop.ask("POST", json=body)

    assert reply.status_code == 422
    assert pointer in [fault["pointer"] for fault in reply.json()["errors"]]
    assert not shop.oddities.kept.kept


async def test_who_may_not_write_may_not_look_either(shop: Shop) -> None:
    made = await shop.made()
    for method, path in [
        ("GET", ""),
        ("POST", ""),
        ("GET", f"/{made['id']}"),
        ("PUT", f"/{made['id']}"),
        ("DELETE", f"/{made['id']}"),
    ]:
        known = await shop.ask(method, path, Authorization="Bearer clerk")
        unknown = await shop.door.client.request(method, PATH + path)
        assert (known.status_code, unknown.status_code) == (403, 401), method


async def test_a_list_is_walked_to_its_end_and_back(shop: Shop) -> None:
    for name in "abcde":
        await shop.made(name)

    pages = [(await shop.ask("GET", "?page_size=2")).json()]
    while pages[-1]["next"]:
        pages.append((await shop.ask("GET", pages[-1]["next"])).json())
    back = [pages[-1]]
    while back[-1]["previous"]:
        back.append((await shop.ask("GET", back[-1]["previous"])).json())

    def names(page: dict[str, Any]) -> str:
        return "".join(each["name"] for each in page["results"])

    assert [names(page) for page in pages] == ["ed", "cb", "a"]
    assert [names(page) for page in back] == ["a", "cb", "ed"]
    assert {page["count"] for page in pages} == {5}
    assert pages[0]["previous"] is None
    assert names((await shop.ask("GET", "?page_size=2&page=2")).json()) == "cb"


async def test_a_cursor_is_good_for_its_list_alone(shop: Shop) -> None:
    for name in "abc":
        await shop.made(name)
    following = (await shop.ask("GET", "?page_size=2")).json()["next"]

    replies = [
        await shop.ask("GET", following.replace("page_size=2", "page_size=1")),
        await shop.ask("GET", following + "x"),
        await shop.ask("GET", "?cursor=anything"),
        await shop.ask("GET", "?page=1000&page_size=100"),
        await shop.ask("GET", "?page_size=101"),
        await shop.ask("GET", "?sort=name"),
    ]

    assert [reply.status_code for reply in replies] == [422] * 6


async def test_the_same_key_makes_one(shop: Shop) -> None:
    key = str(uuid4())
    body = {"name": "Nut", "size": 1}

    first = await shop.ask("POST", json=body, Idempotency_Key=key)
    second = await shop.ask("POST", json=body, Idempotency_Key=key)

    assert second.content == first.content
    assert len(shop.oddities.kept.kept) == 1


async def test_each_operation_is_in_the_document(shop: Shop) -> None:
    paths = document(shop.door.app)["paths"]
    found = {operation["operationId"] for path in paths.values() for operation in path.values()}

    assert found >= {f"admin_odd_thing_{name}" for name in ("find", "create", "show", "replace", "remove")}
    replaced = paths["/api/v1/admin/odd-things/{record_id}"]["put"]
    assert set(replaced["responses"]) >= {"200", "404", "412", "422", "428"}
    assert "If-Match" in [each["name"] for each in replaced["parameters"]]
    assert "`things:write`" in replaced["description"]
