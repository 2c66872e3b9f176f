"""Why the shop can't open, in words for whoever typed the command."""


class CannotOpen(Exception):
    """The way there is barred: a taken port, a folder in use, a part that does not start."""


class WrongUse(Exception):
    """What was asked for makes no sense on one machine."""
