"""From a cart to an order: ask for the money, then write the order down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi.concurrency import run_in_threadpool

from otel_monitoring import get_logger, record_metric, span

if TYPE_CHECKING:
    import httpx

    from examples.shop.database import Database, Order

DECLINED = 402
log = get_logger("shop.checkout")


class Declined(Exception):  # noqa: N818 - a card is declined, nothing went wrong
    """The payment service did not take the card, or there is nothing to pay."""


class Checkout:
    """Take the money for a cart through the payment service.

    Args:
        database: Where carts and orders are kept.
        payments: A client of the payment service.
    """

    def __init__(self, database: Database, payments: httpx.AsyncClient) -> None:
        self._database = database
        self._payments = payments

    async def pay(self, cart_id: str) -> Order:
        """Return the order that a cart became.

        Raises:
            Declined: The card was declined, or the cart is empty.
            httpx.HTTPError: The payment service is broken or does not answer.
        """
        total = await run_in_threadpool(self._database.total, cart_id)
        if not total.cents:
            msg = "the cart is empty"
            raise Declined(msg)
        with span("checkout", {"cart.items": total.items}):
            payment_id = await self._charge(cart_id, cents=total.cents)
            order = await run_in_threadpool(self._database.place, cart_id, payment_id=payment_id)
        record_metric("shop.revenue", total.cents / 100, unit="EUR", kind="counter")
        log.info("order placed", order_id=order.id, items=total.items)
        return order

    async def _charge(self, cart_id: str, *, cents: int) -> str:
        answer = await self._payments.post("/payments", json={"cart_id": cart_id, "cents": cents})
        if answer.status_code == DECLINED:
            msg = "the card was declined"
            raise Declined(msg)
        answer.raise_for_status()
        return str(answer.json()["payment_id"])
