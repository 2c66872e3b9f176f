"""Every controller of the API, in one list."""

from litestar import Controller

CONTROLLERS: tuple[type[Controller], ...] = ()
