"""The options of who may use the pages."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from otel_monitoring.settings.group import option
from otel_monitoring.settings.proofs import ProofSettings
from otel_monitoring.settings.types import Count, Seconds


class AccessSettings(ProofSettings):
    """Who may use the pages, besides whoever has `api.token`."""

    session_s: Seconds = option(default=43_200.0, description="How long a browser stays signed in.")
    secure_cookies: Literal["auto", "always", "never"] = option(
        default="auto", description="Whether cookies are for `https` alone; `auto` as the request came."
    )
    hsts_s: int = Field(
        default=0,
        ge=0,
        description="For how long browsers come back by `https` alone; it holds for the whole host.",
    )
    lockout_failures: Count = option(
        default=10, description="Wrong credentials of an address within the window, before it has to wait."
    )
    lockout_window_s: Seconds = option(default=60.0, description="The window in which they are counted.")
    lockout_s: Seconds = option(
        default=30.0, description="The first wait; each further one is twice as long."
    )
    lockout_longest_s: Seconds = option(default=3600.0, description="The longest wait.")
