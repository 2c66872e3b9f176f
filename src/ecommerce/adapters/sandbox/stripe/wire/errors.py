"""Stripe's error object and its statuses."""

from typing import Any

from ecommerce.adapters.sandbox.state.objects import StripeObject


class StripeError(Exception):
    """An answer of Stripe's that is an error.

    `began` says whether the call got past its parameters: only then is the answer kept under the
    idempotency key. `keeps_work` says that what was written stays, as after a declined card.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        began: bool = True,
        keeps_work: bool = False,
        details: StripeObject | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.code = code
        self.param = param
        self.began = began
        self.keeps_work = keeps_work
        self.details = details or {}

    def body(self) -> dict[str, Any]:
        error: dict[str, Any] = {"message": str(self), "type": self.kind}
        if self.code:
            error["code"] = self.code
            error["doc_url"] = f"https://docs.stripe.com/error-codes#{self.code.replace('_', '-')}"
        if self.param:
            error["param"] = self.param
        return {"error": error | self.details}


def invalid_parameter(message: str, param: str, code: str | None = None) -> StripeError:
    """A parameter that is wrong in itself, whatever the state is."""
    return StripeError(message, param=param, code=code, began=False)


def missing_parameter(param: str) -> StripeError:
    return invalid_parameter(f"Missing required param: {param}.", param, "parameter_missing")


def no_such(kind: str, object_id: str, param: str = "id") -> StripeError:
    """404 for the object in the path, 400 for one that a parameter names."""
    return StripeError(
        f"No such {kind}: '{object_id[:255]}'",
        status=404 if param == "id" else 400,
        code="resource_missing",
        param=param,
    )


def unauthenticated(message: str, code: str | None = None) -> StripeError:
    return StripeError(message, status=401, code=code, began=False)
