"""Where this process stands between its start and its end."""


class Lifecycle:
    """`started` turns true once the process has been ready; `draining` once it is about to end."""

    __slots__ = ("draining", "started")

    def __init__(self) -> None:
        self.started = False
        self.draining = False

    def drain(self) -> None:
        """Say no at `/ready` and close connections after their next answer, but go on answering."""
        self.draining = True
