from typing import Any

import msgspec
import pytest

from ecommerce.application.catalog.products import Edge, Ordering
from ecommerce.application.shared.faults import InvalidValues
from ecommerce.domain.shared.kernel import InvalidValue
from ecommerce.entrypoints.http.config import HttpConfig
from ecommerce.entrypoints.http.cursors import Cursors
from ecommerce.entrypoints.http.faults import ValidationFailed
from ecommerce.entrypoints.http.product_query import ProductQuery, cursor_of, search_of
from ecommerce.entrypoints.http.query import decode_query

CURSORS = Cursors(b"k" * 32)
CONFIG = HttpConfig(
    env="test",
    base_url="http://shop.test",
    cursor_key=b"k" * 32,
    rate_limits={},
    currencies=("USD", "JPY"),
)


def read(text: str) -> Any:
    return search_of(decode_query(text.encode(), ProductQuery), CONFIG, CURSORS)[0]


def test_prices_are_in_major_units_of_the_requests_currency() -> None:
    assert read("price_min=12.50&price_max=500").filters.price_min == 1_250
    assert read("price_max=500&currency=JPY").filters.price_max == 500


@pytest.mark.parametrize(
    "text",
    [
        "price_max=12.345",
        "price_max=1.5&currency=JPY",
        "price_min=-1",
        "price_min=NaN",
        "price_min=",
        "price_min=9999999999999999999999",
        "currency=EUR",
        "ids=1,2",
        "expand=reviews",
        "page=418",
        "page=2&cursor=abc",
        "cursor=abc",
    ],
)
def test_what_means_nothing_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        read(text)


@pytest.mark.parametrize(
    "text",
    [
        "colour=red",
        "attr=red",
        "ordering=cheap",
        "page_size=0",
        "page_size=101",
        "page=0",
        "rating_min=6",
        "rating_min=nan",
        "in_stock=maybe",
        "currency=usd",
        "country=Germany",
        "lang=!",
        "q=a&q=b",
        "q=%00",
        "currency=%F0%9F%98%80",
    ],
)
def test_unknown_parameters_and_values_are_refused(text: str) -> None:
    with pytest.raises(ValidationFailed):
        read(text)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(InvalidValues) as refused:
        read("price_min=-1&price_max=x&ids=z&expand=everything")
    assert len(refused.value.faults) == 4


def test_the_default_order_depends_on_words() -> None:
    assert read("").ordering is Ordering.POPULARITY_DOWN
    assert read("q=lamp").ordering is Ordering.RELEVANCE
    assert read("q=%20").filters.q is None
    assert read("ordering=relevance").ordering is Ordering.POPULARITY_DOWN


def test_attributes_repeat_and_keep_no_order() -> None:
    expected = (("brand", ("a",)), ("color", ("blue", "red")))
    assert read("attr.color=red&attr.brand=a&attr.color=blue").filters.attributes == expected


def test_a_cursor_is_bound_to_filters_order_and_currency_but_not_to_the_size_of_a_page() -> None:
    edge = Edge(False, (5, 7), None)
    text = "attr.color=red&price_min=1"
    _, fingerprint = search_of(decode_query(text.encode(), ProductQuery), CONFIG, CURSORS)
    cursor = cursor_of(edge, CURSORS, fingerprint)

    assert read(f"{text}&cursor={cursor}&page_size=3&expand=images").edge == edge
    for other in ("price_min=1", f"{text}&ordering=price", f"{text}&currency=JPY"):
        with pytest.raises(InvalidValue):
            read(f"{other}&cursor={cursor}")


def test_the_query_can_be_documented() -> None:
    assert "properties" in msgspec.json.schema(ProductQuery)["$defs"]["ProductQuery"]
