"""The payment service: a second process, so that traces cross from one service to another.

It declines one card in forty, and ``POST /outage`` breaks it for a while: every payment then ends in an
error, as when a release went wrong.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from typing import Annotated

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

from otel_monitoring import get_logger, setup_telemetry

app = FastAPI(title="Payments")
setup_telemetry(app, service_name="payments", logs={"configure": True})
log = get_logger("payments")

DECLINED_ONE_IN = 40


class Payment(BaseModel):
    """What is to be paid."""

    cart_id: str
    cents: Annotated[int, Field(gt=0)]


class Outage:
    """Whether the service is broken at the moment."""

    def __init__(self) -> None:
        self._until_s = 0.0

    def begin(self, seconds: float) -> None:
        """Be broken for so many seconds from now on."""
        self._until_s = time.monotonic() + seconds

    def check(self) -> None:
        """Raise ``ConnectionError`` while the service is broken."""
        if time.monotonic() < self._until_s:
            msg = "the card network does not answer"
            raise ConnectionError(msg)


outage = Outage()


@app.post("/payments", status_code=201)
async def pay(payment: Payment) -> dict[str, str]:
    """Charge a card: 201 when it is paid, 402 when it is declined."""
    outage.check()
    await asyncio.sleep(0.02)
    if secrets.randbelow(DECLINED_ONE_IN) == 0:
        log.warning("card declined", cart_id=payment.cart_id)
        raise HTTPException(402, "card declined")
    payment_id = secrets.token_hex(8)
    log.info("paid", payment_id=payment_id, cents=payment.cents)
    return {"payment_id": payment_id}


@app.post("/outage", status_code=202)
async def break_down(seconds: float = 20.0) -> dict[str, float]:
    """Break the service for so many seconds."""
    outage.begin(seconds)
    return {"seconds": seconds}
