"""How controllers declare routes: `get`, `post`, `put`, `patch` and `delete`.

Each takes the place of Litestar's decorator of the same name. A handler says what it needs by its
parameters, and the binding (see `binding`) finds it:

- `data: JSONBody[AddItemBody]` the body, a struct that forbids unknown fields; `JSONBody[X | None]` if it may
  be left out. A route without it takes no body.
- `query: Query[ProductQuery]` the query parameters, a struct of them. A route without it takes none.
- `raw: RawBytes` the body as it came (webhooks, uploads).
- `number: FromPath[str]`, and any header by `Annotated[str | None, HeaderParameter(name="X-Cart-Token")]`.
- `handler: FromDishka[AddItemHandler]` anything the container has, without a further `@inject`.

It returns a struct (or None for no body), or a `Reply` where status or headers are its own; `also` tells the
document of such statuses (`also={200: "The same order as before"}`), `raises` of the errors a use case has.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, TypeAlias, TypeVar

from litestar.handlers import HTTPRouteHandler
from litestar.types import Method

from ecommerce.domain.shared.kernel import DomainError
from ecommerce.entrypoints.http.binding import QUERY, RAW, bind
from ecommerce.entrypoints.http.faults import Refused
from ecommerce.entrypoints.http.operation import OPT, Policy

T = TypeVar("T")

Query: TypeAlias = Annotated[T, QUERY]
RawBytes: TypeAlias = Annotated[bytes, RAW]
_Handler: TypeAlias = Callable[[Callable[..., Any]], HTTPRouteHandler]


def _route(method: Method, status: int) -> Callable[..., _Handler]:
    def route(
        path: str | Sequence[str] = "/",
        *,
        policy: Policy,
        status: int = status,
        rate_limit: str = "default",
        idempotent: bool = False,
        cacheable: bool = False,
        step_up: bool = False,
        also: Mapping[int, str] | None = None,
        raises: tuple[type[DomainError | Refused], ...] = (),
        consumes: str = "application/json",
        produces: str = "application/json",
        max_body: int | None = None,
    ) -> _Handler:
        def decorate(handler: Callable[..., Any]) -> HTTPRouteHandler:
            bound, operation = bind(
                handler,
                policy=policy,
                status=status,
                rate_limit=rate_limit,
                idempotent=idempotent,
                cacheable=cacheable,
                step_up=step_up,
                also=also or {},
                raises=raises,
                consumes=consumes,
                produces=produces,
                max_body=max_body,
            )
            # The status is the binding's business; Litestar checks return types against its own.
            return HTTPRouteHandler(
                path, http_method=method, status_code=200, include_in_schema=False, opt={OPT: operation}
            )(bound)

        return decorate

    return route


get = _route("GET", 200)
post = _route("POST", 200)
put = _route("PUT", 200)
patch = _route("PATCH", 200)
delete = _route("DELETE", 204)
