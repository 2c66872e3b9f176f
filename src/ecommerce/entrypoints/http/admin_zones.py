"""Tax zones and shipping zones, by staff."""

from ecommerce.application.pricing.shipping_zones import ShippingZoneDefinition, ShippingZoneEditor
from ecommerce.application.pricing.tax_zones import TaxZoneDefinition, TaxZoneEditor
from ecommerce.domain.pricing.refusals import AreaTaken
from ecommerce.entrypoints.http.admin_records import record_controller

AdminTaxZoneController = record_controller(
    "/admin/tax-zones", "tax zone", TaxZoneDefinition, TaxZoneEditor, read="tax:write", raises=(AreaTaken,)
)
AdminShippingZoneController = record_controller(
    "/admin/shipping-zones",
    "shipping zone",
    ShippingZoneDefinition,
    ShippingZoneEditor,
    read="shipping:read",
    raises=(AreaTaken,),
)
