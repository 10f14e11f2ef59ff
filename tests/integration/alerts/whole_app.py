"""The application of ``test_default_metrics.py``: ``python whole_app.py <port>``; it has a database."""

from __future__ import annotations

import sys

import sqlalchemy
import uvicorn
from fastapi import FastAPI

from otel_monitoring import setup_telemetry


def main() -> None:
    app = FastAPI()
    setup_telemetry(
        app,
        service_name="whole",
        telemetry={"collect_interval_s": 1, "circuit_failures": 1, "export_interval_s": 1},
        system={"interval_s": 1},
        api={"token": "whole"},
    )
    engine = sqlalchemy.create_engine("sqlite://", poolclass=sqlalchemy.QueuePool)

    @app.get("/count")
    def count() -> int:
        with engine.connect() as connection:
            return int(connection.scalar(sqlalchemy.text("SELECT 1")) or 0)

    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error")


if __name__ == "__main__":
    main()
