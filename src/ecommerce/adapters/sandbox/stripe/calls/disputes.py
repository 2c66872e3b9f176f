"""What the shop may do about a dispute."""

from ecommerce.adapters.sandbox.state.objects import StripeObject
from ecommerce.adapters.sandbox.stripe.books import Books
from ecommerce.adapters.sandbox.stripe.calls.call import Call, Operation
from ecommerce.adapters.sandbox.stripe.calls.disputing import OPEN_STATUSES, close_dispute
from ecommerce.adapters.sandbox.stripe.calls.lists import list_objects
from ecommerce.adapters.sandbox.stripe.objects.money_movements import EVIDENCE_FIELDS
from ecommerce.adapters.sandbox.stripe.wire.errors import StripeError

# Evidence texts that decide a test dispute at once, as in Stripe's test mode.
DECISIVE = {"winning_evidence": True, "losing_evidence": False}


def retrieve(call: Call) -> StripeObject:
    call.params.done()
    return call.books.get("dispute", call.ids["id"])


def update(call: Call) -> StripeObject:
    books, params = call.books, call.params
    dispute = books.get("dispute", call.ids["id"])
    if dispute["status"] not in OPEN_STATUSES:
        raise StripeError("This dispute is closed already.", code="dispute_already_closed")
    evidence = params.group("evidence")
    submit = params.flag("submit")
    dispute["metadata"] = params.metadata(dispute["metadata"])
    params.done()
    if evidence is not None:
        for field in EVIDENCE_FIELDS:
            if evidence.has(field):
                dispute["evidence"][field] = evidence.text(field, limit=150_000)
        evidence.accept("enhanced_evidence")
        evidence.done()
    given = any(dispute["evidence"][field] for field in EVIDENCE_FIELDS)
    dispute["evidence_details"]["has_evidence"] = given
    # Evidence is sent to the bank unless the caller only wants to stage it.
    if evidence is not None and given and submit is not False:
        send_evidence(books, dispute)
    else:
        books.update(dispute)
        books.emit("charge.dispute.updated", dispute)
    return dispute


def send_evidence(books: Books, dispute: StripeObject) -> None:
    previous = {"status": dispute["status"]}
    is_inquiry = dispute["status"].startswith("warning_")
    dispute["evidence_details"]["submission_count"] += 1
    dispute["evidence_details"]["submission_method"] = "manual"
    dispute["status"] = "warning_under_review" if is_inquiry else "under_review"
    books.update(dispute)
    books.emit("charge.dispute.updated", dispute, previous)
    verdict = DECISIVE.get(dispute["evidence"]["uncategorized_text"] or "")
    if verdict is not None:
        close_dispute(books, dispute, won=verdict)


def close(call: Call) -> StripeObject:
    """The shop gives in."""
    call.params.done()
    dispute = call.books.get("dispute", call.ids["id"])
    close_dispute(call.books, dispute, won=False)
    return dispute


def list_all(call: Call) -> StripeObject:
    return list_objects(call, "dispute", "/v1/disputes", "charge", "payment_intent")


OPERATIONS = (
    Operation("GET", "/v1/disputes", list_all),
    Operation("GET", "/v1/disputes/{id}", retrieve),
    Operation("POST", "/v1/disputes/{id}", update),
    Operation("POST", "/v1/disputes/{id}/close", close),
)
