"""What a caller takes for granted about the state it changes."""

from ecommerce.domain.shared.kernel import Conflict


class PreconditionFailed(Conflict):
    """The state moved on since the caller read it. Nothing was changed."""

    code = "precondition-failed"
