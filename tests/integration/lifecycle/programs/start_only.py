"""Set up, start as a server does, and end without a flush: what is contacted until then?"""

from __future__ import annotations

import os

from fastapi import FastAPI

from otel_monitoring import setup_telemetry

app = FastAPI()
monitoring = setup_telemetry(app, service_name="start")
monitoring.start()
print("started", flush=True)
os._exit(0)
