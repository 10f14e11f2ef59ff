"""The options of the pages under our own prefix."""

from __future__ import annotations

from pydantic import Field

from otel_monitoring.settings.group import Group, option
from otel_monitoring.settings.types import SecretText


class ApiSettings(Group):
    """The pages under our own prefix."""

    enabled: bool = option(default=True, description="Have pages at all.")
    mount: bool = option(
        default=True,
        description="Put the pages on the application; else they are where `monitoring.pages` is mounted.",
    )
    prefix: str = Field(
        default="/monitoring", pattern=r"^(/[A-Za-z0-9._~-]+)+$", description="Path under which the API lies."
    )
    token: SecretText | None = option(
        default=None, description="Bearer token of the API; without one, one is made and printed."
    )
    streams: int = Field(default=32, ge=0, description="How many live streams may be open at a process.")
    admin_port: int | None = Field(
        default=None,
        ge=0,
        le=65_535,
        description="Serve the pages on a port of their own, not on the application; needs uvicorn.",
    )
    admin_host: str = Field(
        default="127.0.0.1", min_length=1, description="The address that this port is listened on."
    )
    admin_probes: bool = option(
        default=True,
        description="With such a port: answer `health/live` and `health/ready` on the application too.",
    )
