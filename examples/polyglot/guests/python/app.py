"""The shop, in Python. `componentize-py` makes the bindings from the text of the interfaces. An error of an import is raised as
`Err`, and an `Err` that is raised here is the error of the export."""

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports.shop import (
    Discount,
    Discount_None_,
    Discount_Percent,
    Discount_Voucher,
    Item,
    Receipt,
    ShopError,
)
from wit_world.imports import warehouse

# The names, in the order in which they were first sold, and how many.
SOLD: dict[str, int] = {}


class Shop(exports.Shop):
    def checkout(self, items: list[Item], discount: Discount) -> Receipt:
        if not items:
            raise Err(ShopError.EMPTY_BASKET)
        if not all(in_stock(item) for item in items):
            raise Err(ShopError.OUT_OF_STOCK)
        percent = percentage(discount)
        warehouse.take([(item.name, item.count) for item in items])
        for item in items:
            SOLD[item.name] = SOLD.get(item.name, 0) + item.count
        total = sum(item.price * item.count for item in items)
        lines = [f"{item.count} x {item.name}" for item in items]
        return Receipt(lines, total * max(100 - percent, 0) // 100)

    def sold(self) -> list[tuple[str, int]]:
        return list(SOLD.items())


def in_stock(item: Item) -> bool:
    left = warehouse.stock(item.name)
    return left is not None and left >= item.count


def percentage(discount: Discount) -> int:
    match discount:
        case Discount_None_():
            return 0
        case Discount_Percent(percent):
            return percent
        case Discount_Voucher(code):
            try:
                return warehouse.redeem(code)
            except Err as refused:
                raise Err(ShopError.BAD_VOUCHER) from refused
