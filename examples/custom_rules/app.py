"""Rules of one's own and a webhook: an error on ``/orders`` becomes a message.

How to run it stands in ``examples/README.md``.
"""

from pathlib import Path

from fastapi import FastAPI

from otel_monitoring import setup_telemetry

app = FastAPI()
setup_telemetry(
    app,
    service_name="orders",
    telemetry={"collect_interval_s": 1},
    alerts={"rule_files": [str(Path(__file__).with_name("rules.yml"))]},
)

UNLUCKY = 13


@app.get("/orders/{number}")
def order(number: int) -> dict[str, int]:
    """Show an order; number 13 is broken."""
    if number == UNLUCKY:
        msg = "order 13 has no lines"
        raise LookupError(msg)
    return {"order": number}
