"""How customers are known again in a test."""

from ecommerce.adapters.contact.email_addresses import CheckedEmailAddresses
from ecommerce.adapters.system.tokens import SecretTokens
from ecommerce.application.identity.check_address import EmailChecker
from ecommerce.application.shared.customer_keys import CustomerKeys

SECRET = "k" * 40


def customer_keys() -> CustomerKeys:
    return CustomerKeys(SecretTokens(SECRET), EmailChecker(CheckedEmailAddresses(reserved=True)))
