"""Every controller of the API in one list, and what stands before them."""

from collections.abc import Callable
from typing import Any

from litestar import Controller
from litestar.types import ASGIApp, ControllerRouterHandler

from ecommerce.entrypoints.http.probes import ProbeController
from ecommerce.entrypoints.http.problem_pages import ProblemController

# Under /api/v1.
CONTROLLERS: tuple[type[Controller], ...] = ()
# At the root.
ROOT_CONTROLLERS: tuple[ControllerRouterHandler, ...] = (ProbeController, ProblemController)
# ASGI layers between the gate and the routes, outermost first: see `app.Layer`.
LAYERS: tuple[Callable[[ASGIApp, Callable[[], Any]], ASGIApp], ...] = ()
