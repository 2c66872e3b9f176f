"""Stripe's rules about amounts. See https://docs.stripe.com/currencies."""

from ecommerce.adapters.sandbox.stripe.wire.errors import StripeError, invalid_parameter

LARGEST_AMOUNT = 99_999_999

SUPPORTED = frozenset(
    """
    aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf
    chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl hrk
    htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd
    mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd
    rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx usd uyu uzs
    vnd vuv wst xaf xcd xcg xof xpf yer zar zmw
    """.split()
)
MINIMUM = {
    "usd": 50, "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250,
    "eur": 50, "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200, "nok": 300,
    "nzd": 50, "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000,
}  # fmt: skip
THREE_DECIMAL = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
# Currencies without a minor unit that are nevertheless sent times 100.
WHOLE_HUNDREDS = frozenset({"isk", "ugx"})


def read_currency(value: str) -> str:
    currency = value.lower()
    if currency not in SUPPORTED:
        raise invalid_parameter(f"Invalid currency: {value[:20]}", "currency")
    return currency


def check_amount(amount: int, currency: str, param: str = "amount") -> None:
    """Refuse what can't be charged. Raises `StripeError`."""
    if amount < 1:
        raise invalid_parameter("This value must be at least 1.", param, "parameter_invalid_integer")
    if amount > LARGEST_AMOUNT:
        raise StripeError(f"The largest amount is {LARGEST_AMOUNT}.", code="amount_too_large", param=param)
    if amount < MINIMUM.get(currency, 1):
        least = MINIMUM[currency]
        raise StripeError(
            f"The smallest amount in {currency.upper()} is {least}.", code="amount_too_small", param=param
        )
    if currency in THREE_DECIMAL and amount % 10:
        raise invalid_parameter(f"Amounts in {currency.upper()} must be multiples of ten.", param)
    if currency in WHOLE_HUNDREDS and amount % 100:
        raise invalid_parameter(f"Amounts in {currency.upper()} must be multiples of 100.", param)
