"""A small shop: a catalogue, carts, a slow search, and orders that another service takes the money for.

Run it beside its payment service:

    uvicorn examples.shop.payments:app --port 8001
    SHOP_PAYMENTS_URL=http://127.0.0.1:8001 uvicorn examples.shop.app:app --port 8000
"""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import httpx
from fastapi import FastAPI, Header, HTTPException
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field

from examples.shop.checkout import Checkout, Declined
from examples.shop.database import Database, Item
from examples.shop.search import ranked
from otel_monitoring import SLO, availability, get_logger, latency, set_user, setup_telemetry

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HERE = Path(__file__).parent
log = get_logger("shop")


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Fill the catalogue; at the end let go of what was opened."""
    await run_in_threadpool(database.prepare)
    yield
    await payments.aclose()
    database.close()


app = FastAPI(title="Shop", lifespan=lifespan)
setup_telemetry(
    app,
    service_name="shop",
    service_version="1.4.0",
    logs={"configure": True},
    alerts={"rule_files": [str(HERE / "rules.yml")]},
    slos=[
        SLO(name="orders", target=0.99, sli=availability(route="/orders", method="POST"), min_events=5000),
        SLO(name="answers-in-time", target=0.95, sli=latency(threshold_s=0.5), min_events=5000),
    ],
)
database = Database(os.environ.get("SHOP_DATABASE", "sqlite:///shop.db"))
payments = httpx.AsyncClient(
    base_url=os.environ.get("SHOP_PAYMENTS_URL", "http://127.0.0.1:8001"), timeout=2.0
)
checkout = Checkout(database, payments)


class Line(BaseModel):
    """So many of one item."""

    item_id: int
    quantity: Annotated[int, Field(ge=1, le=20)] = 1


class NewOrder(BaseModel):
    """The cart to pay for."""

    cart_id: str


@app.get("/items")
def items(limit: Annotated[int, Field(ge=1, le=100)] = 20) -> list[dict[str, str | int]]:
    """List the catalogue."""
    return [shown(item) for item in database.items(limit=limit)]


@app.get("/items/{item_id}")
def item(item_id: int) -> dict[str, str | int]:
    """Show one item."""
    found = database.item(item_id)
    if found is None:
        raise HTTPException(404, "no such item")
    return shown(found)


@app.get("/search")
def search(q: Annotated[str, Field(min_length=1, max_length=40)]) -> list[dict[str, str | int]]:
    """Find items by a word; slow, as searches are that nobody has looked at yet."""
    return [shown(found) for found in ranked(q, database.named_like(q))]


@app.post("/carts/{cart_id}/items", status_code=201)
def put(cart_id: str, line: Line) -> dict[str, int]:
    """Put an item into a cart."""
    if database.item(line.item_id) is None:
        raise HTTPException(404, "no such item")
    database.put(cart_id, item_id=line.item_id, quantity=line.quantity)
    return {"items": database.total(cart_id).items}


@app.get("/carts/{cart_id}")
def cart(cart_id: str) -> dict[str, int]:
    """Show what a cart comes to."""
    total = database.total(cart_id)
    return {"items": total.items, "cents": total.cents}


@app.post("/orders", status_code=201)
async def order(wanted: NewOrder, visitor: Annotated[str | None, Header()] = None) -> dict[str, int]:
    """Pay for a cart: 201, 402 when the card is declined, and 500 when the payment service is broken."""
    if visitor is not None:
        set_user(visitor)
    try:
        placed = await checkout.pay(wanted.cart_id)
    except Declined as declined:
        log.warning("payment declined", cart_id=wanted.cart_id)
        raise HTTPException(402, str(declined)) from None
    return {"order_id": placed.id, "cents": placed.total_cents}


@app.get("/orders/{order_id}")
def placed_order(order_id: int) -> dict[str, int]:
    """Show one order."""
    found = database.order(order_id)
    if found is None:
        raise HTTPException(404, "no such order")
    return {"order_id": found.id, "cents": found.total_cents}


def shown(item: Item) -> dict[str, str | int]:
    """Return an item as the API shows it."""
    return {"id": item.id, "name": item.name, "price_cents": item.price_cents}
