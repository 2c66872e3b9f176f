"""Which promotions are considered, and which of them can't apply whatever is in the cart."""

from uuid import UUID

from ecommerce.application.pricing.contracts import PricingFacts
from ecommerce.application.pricing.rulebook import ActivePromotion, Rulebook
from ecommerce.domain.pricing.snapshot import Candidate


def candidates(rulebook: Rulebook, facts: PricingFacts, currency: str) -> tuple[Candidate, ...]:
    """Those whose window is open: the automatic ones, and those that a code in the cart opens."""
    held: dict[UUID, bool] = {}  # by promotion: whether all its codes in the cart are used up
    for coupon in facts.coupons:
        held[coupon.promotion_id] = coupon.used_up and held.get(coupon.promotion_id, True)
    found = []
    for active in rulebook.promotions:
        if not active.window.is_open(facts.at) or (active.by_code and active.id not in held):
            continue
        budget_left = None
        if active.budget is not None:
            spent = facts.limited[active.id].spent if active.id in facts.limited else 0
            budget_left = active.budget - spent
        refused = _refused(active, active.by_code and held[active.id], facts, currency)
        found.append(Candidate(active.promotion, budget_left, refused))
    return tuple(found)


def _refused(active: ActivePromotion, used_up: bool, facts: PricingFacts, currency: str) -> str | None:
    gone = facts.limited.get(active.id)
    if used_up or (gone is not None and active.max_uses is not None and gone.used >= active.max_uses):
        return "exhausted"
    if active.budget_currency not in (None, currency):
        return "currency"
    if active.per_customer is not None and facts.customer_uses.get(active.id, 0) >= active.per_customer:
        return "customer-limit"
    return None
