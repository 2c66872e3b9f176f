"""Keys by which machines use the API."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from dishka import FromDishka
from litestar import Controller
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from ecommerce.application.identity.edit_api_keys import PERMISSION, ApiKeyEditor, KeyChange, KeyWish
from ecommerce.application.identity.staff_ports import ApiKeys
from ecommerce.application.shared.call import Call
from ecommerce.application.shared.records import LONGEST_NAME
from ecommerce.domain.identity.api_key import ApiKey, KeyRevoked
from ecommerce.domain.shared.kernel import InvalidValue, NotFound, StaleVersion
from ecommerce.entrypoints.http.cursors import Cursors
from ecommerce.entrypoints.http.etags import required_version
from ecommerce.entrypoints.http.faults import PreconditionRequired
from ecommerce.entrypoints.http.headers import IfMatch
from ecommerce.entrypoints.http.operation import staff
from ecommerce.entrypoints.http.pages import Links, Page
from ecommerce.entrypoints.http.parts import ListQuery, listed
from ecommerce.entrypoints.http.replies import NO_STORE, Reply
from ecommerce.entrypoints.http.routing import Query, delete, get, patch, post

KeyName = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_NAME, examples=["ERP"])]
Moment = Annotated[datetime, msgspec.Meta(tz=True, examples=["2126-11-22T12:00:00Z"])]


class ApiKeyView(msgspec.Struct, frozen=True, kw_only=True):
    """`prefix` is the key's beginning; `last_used_at` is told about once a minute."""

    id: UUID
    name: str
    prefix: str
    scopes: list[str]
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewApiKeyView(ApiKeyView, frozen=True, kw_only=True):
    """`key` is told here and never again."""

    key: str


class NewApiKeyBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Without `expires_at` the key is good until it is revoked."""

    name: KeyName
    scopes: Annotated[
        list[Annotated[str, msgspec.Meta(max_length=64)]],
        msgspec.Meta(min_length=1, max_length=100, examples=[["stock:read", "stock:write"]]),
    ]
    expires_at: Moment | None = None


class ApiKeyBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays as it is; with `expires_at` null it is good until it is revoked."""

    name: KeyName | UnsetType = UNSET
    expires_at: Moment | None | UnsetType = UNSET


class AdminApiKeyController(Controller):
    path = "/admin/api-keys"
    tags = ("Admin: API keys",)

    @get("/", policy=staff(PERMISSION), raises=(InvalidValue,))
    async def find(
        self,
        query: Query[ListQuery],
        keys: FromDishka[ApiKeys],
        cursors: FromDishka[Cursors],
        links: FromDishka[Links],
    ) -> Page[ApiKeyView]:
        """List every key, the newest first, revoked ones among them."""

        def place(key: ApiKey) -> list[str]:
            return [key.created_at.isoformat(), str(key.id)]

        return await listed("/admin/api-keys", query, cursors, links, keys.page, place, _view)

    @post("/", status=201, policy=staff(PERMISSION), step_up=True, idempotent=True, raises=(InvalidValue,))
    async def make(
        self, data: JSONBody[NewApiKeyBody], editor: FromDishka[ApiKeyEditor], call: FromDishka[Call]
    ) -> Reply[NewApiKeyView]:
        """Make a key, of permissions that you hold yourself: this answer alone tells it."""
        wish = KeyWish(name=data.name, scopes=data.scopes, expires_at=data.expires_at)
        made = await editor.make(wish, call.actor)
        shown = NewApiKeyView(**msgspec.structs.asdict(_view(made.key)), key=made.secret)
        return Reply(shown, headers=NO_STORE, etag=str(made.key.version))

    @get("/{key_id:uuid}", policy=staff(PERMISSION), raises=(NotFound,))
    async def show(self, key_id: FromPath[UUID], keys: FromDishka[ApiKeys]) -> Reply[ApiKeyView]:
        """Show what is known of a key."""
        return _reply(await keys.find(key_id))

    @patch(
        "/{key_id:uuid}",
        policy=staff(PERMISSION),
        step_up=True,
        idempotent=True,
        raises=(InvalidValue, NotFound, KeyRevoked, StaleVersion, PreconditionRequired),
    )
    async def change(
        self,
        key_id: FromPath[UUID],
        data: JSONBody[ApiKeyBody],
        editor: FromDishka[ApiKeyEditor],
        call: FromDishka[Call],
        if_match: IfMatch = None,
    ) -> Reply[ApiKeyView]:
        """Give a key another name, or another end."""
        change = KeyChange(data.name, data.expires_at)
        return _reply(await editor.change(key_id, required_version(if_match), change, call.actor))

    @delete(
        "/{key_id:uuid}",
        policy=staff(PERMISSION),
        step_up=True,
        idempotent=True,
        raises=(NotFound, StaleVersion, PreconditionRequired),
    )
    async def revoke(
        self,
        key_id: FromPath[UUID],
        editor: FromDishka[ApiKeyEditor],
        call: FromDishka[Call],
        if_match: IfMatch = None,
    ) -> None:
        """Revoke a key: it is refused everywhere within a second, and stays in the list."""
        await editor.revoke(key_id, required_version(if_match), call.actor)


def _view(key: ApiKey) -> ApiKeyView:
    values = {name: getattr(key, name) for name in ApiKeyView.__struct_fields__}
    return ApiKeyView(**{**values, "scopes": sorted(key.scopes)})


def _reply(key: ApiKey) -> Reply[ApiKeyView]:
    return Reply(_view(key), etag=str(key.version))
