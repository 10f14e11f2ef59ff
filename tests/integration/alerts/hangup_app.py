"""The application of ``test_sighup``: its rules come from a file, and SIGHUP reads it anew."""

from __future__ import annotations

import os

from starlette.applications import Starlette

from otel_monitoring import setup_telemetry

app = Starlette()
setup_telemetry(
    app,
    api={"token": "t"},
    alerts={"rule_files": [os.environ["RULES"]], "default_rules": False, "reload_on_sighup": True},
    system={"enabled": False},
    instrumentation={"libraries": False},
)
