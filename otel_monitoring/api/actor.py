"""Who does what a request asks for, as the audit trail keeps it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import StringConstraints

from otel_monitoring.api.access.acting import API_ACTOR

__all__ = ["API_ACTOR", "By", "Name"]

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"\S")]
"""The name of a person or a program; not blank."""

By = Annotated[Name, Query(description="Who does it, for the audit trail.", examples=["kim"])]
"""The parameter of requests that have no body to say it in."""
