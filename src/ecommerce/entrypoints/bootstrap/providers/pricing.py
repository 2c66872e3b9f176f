"""What things cost: rules, promotions, taxes, shipping."""

from dishka import Provider, Scope, provide

from ecommerce.adapters.postgres.database import Database
from ecommerce.adapters.postgres.pricing.facts import PgPricingFactsReader
from ecommerce.adapters.postgres.pricing.promotion_ledger import PgPromotionLedger
from ecommerce.adapters.postgres.pricing.rulebook import PgRulebookSource
from ecommerce.adapters.postgres.unit_of_work import PgUnitOfWork
from ecommerce.adapters.system.flat_rates import FlatShipping, FlatTax
from ecommerce.application.identity.contracts import EmailRules
from ecommerce.application.pricing.contracts import Pricer, PricingFactsReader, PromotionLedger
from ecommerce.application.pricing.ports import Rulebooks, RulebookSource, ShippingRates, TaxTable
from ecommerce.application.pricing.quote import PricingRules, PricingService
from ecommerce.application.pricing.remembered_quotes import RememberedQuotes
from ecommerce.application.pricing.rulebooks_at_hand import RulebooksAtHand
from ecommerce.application.pricing.shipping import TableShipping
from ecommerce.application.pricing.taxes import TableTaxes
from ecommerce.application.shared.customer_keys import CustomerKeys
from ecommerce.application.shared.tokens import Tokens
from ecommerce.entrypoints.bootstrap.settings import Settings


class PricingProvider(Provider):
    scope = Scope.APP

    @provide
    def rulebook_source(self, database: Database) -> RulebookSource:
        return PgRulebookSource(database)

    @provide
    def rulebooks(self, source: RulebookSource) -> Rulebooks:
        return RulebooksAtHand(source)

    @provide
    def taxes(self, rulebooks: Rulebooks, settings: Settings) -> TaxTable:
        return TableTaxes(rulebooks, settings.store.country, FlatTax(settings.store.tax_rate_ppm))

    @provide
    def shipping(self, rulebooks: Rulebooks, settings: Settings) -> ShippingRates:
        store = settings.store
        return TableShipping(rulebooks, FlatShipping(store.shipping_flat_amount, store.shipping_countries))

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
