"""Ports: those that were asked for must be free, the others are free ones that stay."""

import random
import socket

import psutil  # type: ignore[import-untyped]  # it ships no types

from ecommerce.entrypoints.bootstrap.local_shop.failures import CannotOpen

# Below those that the kernel gives to outgoing connections, so that one kept is free again tomorrow.
_LOWEST, _HIGHEST = 20_000, 32_000


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def demand(port: int, purpose: str) -> None:
    """Raises `CannotOpen`, naming the port and who has it, where it is taken."""
    if not is_free(port):
        raise CannotOpen(
            f"port {port}, meant for {purpose}, is taken{_holder(port)}: choose another with --port"
        )


def settle(ports: dict[str, int], names: tuple[str, ...]) -> dict[str, int]:
    """The same ports as before where they are free, else others."""
    settled: dict[str, int] = {}
    for name in names:
        port = ports.get(name, 0)
        while not port or port in settled.values() or not is_free(port):
            port = random.randint(_LOWEST, _HIGHEST)  # noqa: S311  # nothing secret
        settled[name] = port
    return settled


def _holder(port: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN and connection.laddr[1:2] == (port,)
            if listens and connection.pid:
                return f" by process {connection.pid} ({psutil.Process(connection.pid).name()})"
    except psutil.Error:  # not ours to see: the port alone must do
        return ""
    return ""
