"""Where this process stands between its start and its end."""


class Lifecycle:
    """`started` turns true once the process has been ready; `draining` once it is about to end.

    `in_flight` is how many requests are being answered.
    """

    __slots__ = ("draining", "in_flight", "started")

    def __init__(self) -> None:
        self.started = False
        self.draining = False
        self.in_flight = 0

    def drain(self) -> None:
        """Say no at `/ready`, but go on answering.

        Connections stay open: a client notices when an idle one is closed, but not when one that it has just
        opened is, and closing them now would make it open many.
        """
        self.draining = True
