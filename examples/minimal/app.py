"""The smallest application: run it with ``uvicorn examples.minimal.app:app``."""

from fastapi import FastAPI

from otel_monitoring import setup_telemetry

app = FastAPI()
monitoring = setup_telemetry(app, service_name="minimal")


@app.get("/hello/{name}")
def hello(name: str) -> dict[str, str]:
    """Greet somebody."""
    return {"hello": name}
