"""Every problem the API may answer: its status, its title, and what to do about it. Never renamed."""

from typing import NamedTuple


class Problem(NamedTuple):
    status: int
    title: str
    explanation: str


PROBLEMS = {
    "malformed-request": Problem(
        400,
        "Malformed request",
        "The request can't be parsed: broken JSON or UTF-8, a lone surrogate, a number that is not "
        "finite, or JSON nested deeper than 32 levels. Mend the request; sending it again changes "
        "nothing.",
    ),
    "host-not-allowed": Problem(
        421,
        "Host not served here",
        "The Host header names a host this shop is not reached by. Use the shop's own address.",
    ),
    "unauthenticated": Problem(
        401,
        "Not signed in",
        "The request carries no credentials, or ones that are unknown, expired or revoked. Sign in, "
        "or refresh the access token, and try again.",
    ),
    "invalid-credentials": Problem(
        401,
        "Wrong credentials",
        "The e-mail address, the password or the code is wrong. Which one is not told.",
    ),
    "token-reused": Problem(
        401,
        "Refresh token used twice",
        "This refresh token was spent before. Its session has ended, since one of the two users of it "
        "was not its owner. Sign in again.",
    ),
    "mfa-required": Problem(
        401,
        "Second factor needed",
        "The password was right; a code from the authenticator app, or a recovery code, is still needed.",
    ),
    "mfa-already-enabled": Problem(
        409,
        "Second factor set up already",
        "The account has an authenticator app. Remove it (DELETE /auth/mfa/totp) before setting up another.",
    ),
    "mfa-not-pending": Problem(
        409,
        "Nothing to confirm",
        "No secret waits to be confirmed, or it waited for longer than a day. Ask for one with POST "
        "/auth/mfa/totp.",
    ),
    "step-up-required": Problem(
        403,
        "Confirm it is you",
        "This needs a recent proof of identity. Call POST /auth/step-up with a password or a code, "
        "then try again with the new access token.",
    ),
    "forbidden": Problem(
        403,
        "Not allowed",
        "The caller is known, but may not do this.",
    ),
    "not-found": Problem(
        404,
        "Not found",
        "There is nothing here, or nothing that the caller may see: the two are not told apart.",
    ),
    "method-not-allowed": Problem(
        405,
        "Method not allowed",
        "The path exists, but not for this method. The Allow header lists those that it takes.",
    ),
    "conflict": Problem(
        409,
        "Conflict",
        "The present state does not allow this. Read it again, then decide.",
    ),
    "concurrent-update": Problem(
        409,
        "Changed by somebody else",
        "Somebody else changed the same thing at the same moment. Nothing was done; doing it again "
        "may succeed.",
    ),
    "illegal-transition": Problem(
        409,
        "Not possible in this state",
        "What was asked for can't be done in the state that the order, payment or shipment is in.",
    ),
    "precondition-failed": Problem(
        412,
        "Changed since it was read",
        "If-Match names a version that is no longer the current one. Nothing was changed. Read it again.",
    ),
    "payload-too-large": Problem(
        413,
        "Body too large",
        "The body is larger than this route takes: 1 MB unless its description says otherwise.",
    ),
    "unsupported-media-type": Problem(
        415,
        "Media type not supported",
        "The body must be sent as application/json, unless the route's description says otherwise.",
    ),
    "validation-failed": Problem(
        422,
        "Invalid request",
        "The request can be parsed, but not all of it is valid. `errors` names each fault that could "
        "be told, with a JSON pointer into the body, or /query/<name> for query parameters.",
    ),
    "idempotency-key-reused": Problem(
        422,
        "Idempotency-Key used before",
        "The same Idempotency-Key came with another body before. Use a new key for a new request, and "
        "the same body with the same key.",
    ),
    "idempotency-key-in-use": Problem(
        409,
        "First request still running",
        "A request with the same Idempotency-Key is being worked on. Try again after Retry-After to "
        "get its answer.",
    ),
    "precondition-required": Problem(
        428,
        "If-Match needed",
        "Changing this needs an If-Match header with the ETag of the version that the change is based on.",
    ),
    "rate-limited": Problem(
        429,
        "Too many requests",
        "More requests came than the policy named in the RateLimit headers allows. Wait for the "
        "seconds in Retry-After.",
    ),
    "internal-error": Problem(
        500,
        "Something went wrong",
        "A fault of ours, logged under the request_id. The same request may succeed later; quote the "
        "request_id when asking for help.",
    ),
    "unavailable": Problem(
        503,
        "Not available right now",
        "Something the shop depends on does not answer. Nothing was half-done; try again after Retry- "
        "After, with the same Idempotency-Key.",
    ),
    "email-taken": Problem(
        409,
        "E-mail address taken",
        "There is an account with this address already. Sign in, or reset its password.",
    ),
    "insufficient-stock": Problem(
        409,
        "Not enough in stock",
        "Fewer units are available than were asked for: `available` tells how many.",
    ),
    "cart-empty": Problem(
        409,
        "The cart is empty",
        "There is nothing in the cart to order.",
    ),
    "cart-changed": Problem(
        409,
        "The cart changed",
        "The cart was changed while the order was being placed. Look at it again, then place it.",
    ),
    "price-changed": Problem(
        409,
        "The price changed",
        "The total is no longer what the customer was shown: see `expected_total` and `actual_total`. "
        "Show the new one and ask again.",
    ),
    "coupon-not-applicable": Problem(
        422,
        "Coupon not applicable",
        "The coupon does not apply to this cart: `reason` says why. Unknown, expired and foreign "
        "codes are answered alike.",
    ),
    "coupon-exhausted": Problem(
        409,
        "Coupon used up",
        "The coupon was used as often as it may be, or as often as one customer may (`reason`: `exhausted` "
        "or `customer-limit`). Nothing was ordered or charged; remove it from the cart to go on without it.",
    ),
    "area-taken": Problem(
        409,
        "Area of another zone",
        "Another zone (`zone_id`) has exactly the area at `pointer`: which of the two holds there would be "
        "chance. Draw one of them more precisely, by regions or postal codes, or take it out of the other.",
    ),
    "limit-below-use": Problem(
        409,
        "Limit below what is used",
        "The promotion was used more often, or took off more, than the new limit or budget would allow: see "
        "its `used` and `spent`.",
    ),
    "code-taken": Problem(
        409,
        "Code in use",
        "A promotion has this code already. Retire that code first, or choose another.",
    ),
    "shipping-unavailable": Problem(
        422,
        "No shipping there",
        "None of the shipping methods goes to this address with these goods.",
    ),
    "currency-unavailable": Problem(
        409,
        "No price in this currency",
        "Some products in the cart have no price in the currency; `products` names them.",
    ),
    "too-many-unpaid-orders": Problem(
        409,
        "Too many unpaid orders",
        "Pay or cancel an earlier order before placing another.",
    ),
    "payment-declined": Problem(
        409,
        "Payment declined",
        "The provider declined the payment: `decline_code` says why. The order and its stock are "
        "kept; try another card.",
    ),
    "payment-pending": Problem(
        409,
        "Payment being processed",
        "The provider has not decided about the payment yet. Wait for it, or ask POST /payments/{id}/sync.",
    ),
    "refund-refused": Problem(
        409,
        "Refund not possible",
        "The provider refuses this refund, or the payment is in a state that allows none.",
    ),
    "invalid-signature": Problem(
        400,
        "Forged or damaged webhook",
        "The signature does not fit the body, its time is too far off, or it was made with another secret.",
    ),
    "undeliverable-message": Problem(
        409,
        "Message not deliverable",
        "The message can't be sent: the address does not exist, or its owner wants no messages.",
    ),
    "address-book-full": Problem(
        409,
        "Address book full",
        "There are as many addresses as one person may keep. Remove one first.",
    ),
    "orders-under-way": Problem(
        409,
        "Parcels on their way",
        "Parts of the orders named in `orders` have been sent and have not arrived: until then it must be "
        "known where they go. Ask again when they have.",
    ),
    "export-too-large": Problem(
        409,
        "Export too large",
        "There is more about this person than one archive may hold. Ask the shop for it.",
    ),
    "last-admin": Problem(
        409,
        "The last admin",
        "Without this one nobody could give roles any more. Make somebody else an admin first.",
    ),
    "built-in-role": Problem(
        409,
        "Built-in role",
        "The roles that come with the shop can't be changed or removed. Make a role of your own instead.",
    ),
    "role-taken": Problem(
        409,
        "Role name taken",
        "There is a role with this name already. Choose another, or change that one.",
    ),
    "role-in-use": Problem(
        409,
        "Somebody has this role",
        "A role that somebody has can't be removed: take it from them first. `holders` tells how many.",
    ),
    "key-revoked": Problem(
        409,
        "The key was revoked",
        "A revoked API key stays as it is and is never good again. Make another.",
    ),
    "refund-exceeds-captured": Problem(
        409,
        "Refund too large",
        "More would be refunded than was captured and not yet refunded: `available` is left.",
    ),
}
