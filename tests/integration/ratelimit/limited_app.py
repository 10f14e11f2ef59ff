"""An application with limits, for several workers: what holds is said by the environment."""

from __future__ import annotations

import os

from fastapi import FastAPI

from otel_monitoring import setup_telemetry

app = FastAPI()


@app.get("/{path:path}")
async def answer(path: str) -> str:
    """Return the path."""
    return path


setup_telemetry(
    app,
    service_name=os.environ["SPACE"],
    storage={"url": "memory"},
    api={"enabled": False},
    http={"trusted_proxies": ["127.0.0.1"]},
    rate_limits={
        "rules": os.environ["RULES"],
        "redis_url": os.environ["REDIS_URL"],
        "redis_timeout_s": float(os.environ["TIMEOUT_S"]),
        "redis_retry_s": 0.2,
        "workers": 4,
    },
)
