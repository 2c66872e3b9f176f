"""What a promotion must be to make sense. Pointers are into the body in which an admin writes it."""

from collections.abc import Mapping
from typing import assert_never

from ecommerce.domain.pricing.promotion import (
    WHOLE,
    AmountOff,
    Benefit,
    Bundle,
    BuyXGetY,
    Conditions,
    FixedPrice,
    FreeShipping,
    Level,
    Percentage,
    Promotion,
    Tiers,
)
from ecommerce.domain.pricing.target import Target
from ecommerce.domain.shared.kernel import InvalidValue
from ecommerce.domain.shared.money import MAX_AMOUNT

MAX_PRIORITY = 10_000
MAX_UNITS = 99_900  # of a full cart: 100 lines of 999
MAX_UNITS_OF_A_LINE = 999
MAX_FEATURES = 500
# Parts that mean the same lines are matched by trying their sets, of which there are 2 ** parts.
MAX_PARTS = 8
MAX_TIERS = 100


def check(promotion: Promotion) -> None:
    """Raises `InvalidValue` for one that contradicts itself or can't ever apply."""
    _within(promotion.priority, 0, MAX_PRIORITY, "/priority")
    _check_benefit(promotion.benefit)
    _check_conditions(promotion.conditions)
    amounts, minimum = promotion.amounts, promotion.conditions.min_subtotal
    if amounts is not None and minimum and amounts.keys().isdisjoint(minimum):
        raise InvalidValue("has no currency in common with the benefit", "/conditions/min_subtotal")


def _check_benefit(benefit: Benefit) -> None:
    match benefit:
        case Percentage():
            _check_percentage(benefit)
        case AmountOff():
            _check_level(benefit.level)
            _check_amounts(benefit.amounts, 1, "/benefit/amounts")
            _check_target(benefit.target, "/benefit/target")
        case FixedPrice():
            _check_amounts(benefit.prices, 0, "/benefit/prices")
            _check_target(benefit.target, "/benefit/target")
        case BuyXGetY():
            _check_buy_x_get_y(benefit)
        case Tiers():
            _check_tiers(benefit)
        case Bundle():
            _check_bundle(benefit)
        case FreeShipping():
            _check_ppm(benefit.ppm, "/benefit/ppm")
        case _:
            assert_never(benefit)


def _check_percentage(benefit: Percentage) -> None:
    _check_level(benefit.level)
    _check_ppm(benefit.ppm, "/benefit/ppm")
    _check_target(benefit.target, "/benefit/target")


def _check_buy_x_get_y(benefit: BuyXGetY) -> None:
    _within(benefit.buy_quantity, 1, MAX_UNITS_OF_A_LINE, "/benefit/buy_quantity")
    _within(benefit.get_quantity, 1, MAX_UNITS_OF_A_LINE, "/benefit/get_quantity")
    _check_times(benefit.times)
    _check_ppm(benefit.ppm, "/benefit/ppm")
    _check_target(benefit.buy, "/benefit/buy")
    _check_target(benefit.get, "/benefit/get")


def _check_tiers(benefit: Tiers) -> None:
    _within(len(benefit.tiers), 1, MAX_TIERS, "/benefit/tiers", "tiers")
    _check_target(benefit.target, "/benefit/target")
    quantity = ppm = 0
    for number, tier in enumerate(benefit.tiers):
        pointer = f"/benefit/tiers/{number}"
        _within(tier.quantity, 1, MAX_UNITS, f"{pointer}/quantity")
        _check_ppm(tier.ppm, f"{pointer}/ppm")
        if tier.quantity <= quantity:
            raise InvalidValue("must be more than in the tier before", f"{pointer}/quantity")
        if tier.ppm <= ppm:
            raise InvalidValue("must be more than in the tier before", f"{pointer}/ppm")
        quantity, ppm = tier.quantity, tier.ppm


def _check_bundle(benefit: Bundle) -> None:
    _within(len(benefit.parts), 1, MAX_PARTS, "/benefit/parts", "parts")
    for number, part in enumerate(benefit.parts):
        _within(part.quantity, 1, MAX_UNITS_OF_A_LINE, f"/benefit/parts/{number}/quantity")
        _check_target(part.target, f"/benefit/parts/{number}/target")
    _check_amounts(benefit.prices, 0, "/benefit/prices")
    _check_times(benefit.times)


def _check_conditions(conditions: Conditions) -> None:
    _within(conditions.min_quantity, 0, MAX_UNITS, "/conditions/min_quantity")
    if conditions.min_subtotal:
        _check_amounts(conditions.min_subtotal, 0, "/conditions/min_subtotal")
    _check_target(conditions.goods, "/conditions/goods")


def _check_target(target: Target, pointer: str) -> None:
    if len(target.features) + len(target.without) > MAX_FEATURES:
        raise InvalidValue(f"must name at most {MAX_FEATURES} things", pointer)
    if target.features and target.features <= target.without:
        raise InvalidValue("leaves nothing of what is named", f"{pointer}/without")


def _check_amounts(amounts: Mapping[str, int], least: int, pointer: str) -> None:
    if not amounts:
        raise InvalidValue("must have an amount in at least one currency", pointer)
    for currency, amount in sorted(amounts.items()):
        if not least <= amount <= MAX_AMOUNT:
            raise InvalidValue(f"must be from {least} to {MAX_AMOUNT} minor units of {currency}", pointer)


def _check_times(times: int | None) -> None:
    if times is not None:
        _within(times, 1, MAX_UNITS, "/benefit/times")


def _check_level(level: Level) -> None:
    if level is Level.SHIPPING:
        raise InvalidValue("what takes something off goods is for lines or the order", "/benefit/level")


def _check_ppm(ppm: int, pointer: str) -> None:
    _within(ppm, 1, WHOLE, pointer)


def _within(number: int, least: int, most: int, pointer: str, things: str = "") -> None:
    if not least <= number <= most:
        what = f"must have {least} to {most} {things}" if things else f"must be from {least} to {most}"
        raise InvalidValue(what, pointer)
