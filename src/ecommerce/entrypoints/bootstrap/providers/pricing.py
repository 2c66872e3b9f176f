"""What things cost: rules, promotions, taxes, shipping."""

from dishka import Provider, Scope, provide

from ecommerce.adapters.memory.pricing import MemoryRulebooks
from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.pricing.facts import PgPricingFactsReader
from ecommerce.adapters.postgres.pricing.promotion_ledger import PgPromotionLedger
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.adapters.system.flat_rates import FlatShipping, FlatTax
from ecommerce.application.identity.contracts import EmailRules
from ecommerce.application.pricing.contracts import Pricer, PricingFactsReader, PromotionLedger
from ecommerce.application.pricing.ports import Rulebooks, ShippingRates, TaxTable
from ecommerce.application.pricing.quote import PricingRules, PricingService
from ecommerce.application.pricing.remembered_quotes import RememberedQuotes
from ecommerce.application.pricing.taxes import TableTaxes
from ecommerce.application.shared.customer_keys import CustomerKeys
from ecommerce.application.shared.tokens import Tokens
from ecommerce.entrypoints.bootstrap.settings import Settings


class PricingProvider(Provider):
    scope = Scope.APP

    @provide
    def rulebooks(self) -> Rulebooks:
        return MemoryRulebooks()

    @provide
    def taxes(self, rulebooks: Rulebooks, settings: Settings) -> TaxTable:
        return TableTaxes(rulebooks, settings.store.country, FlatTax(settings.store.tax_rate_ppm))

    @provide
    def shipping(self, settings: Settings) -> ShippingRates:
        return FlatShipping(settings.store.shipping_flat_amount, settings.store.shipping_countries)

    @provide
    def pricer(
        self, rulebooks: Rulebooks, taxes: TaxTable, shipping: ShippingRates, settings: Settings
    ) -> Pricer:
        rules = PricingRules(settings.store.tax_included, settings.store.tax_rounding)
        return RememberedQuotes(PricingService(rulebooks, taxes, shipping, rules))

    @provide
    def facts(self, database: Database) -> PricingFactsReader:
        return PgPricingFactsReader(database)

    @provide
    def customer_keys(self, tokens: Tokens, emails: EmailRules) -> CustomerKeys:
        return CustomerKeys(tokens, emails)

    @provide(scope=Scope.REQUEST)
    def promotions(self, uow: PgUnitOfWork) -> PromotionLedger:
        return PgPromotionLedger(uow)
