"""The demo and a browser, as the browser tests have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.demo import Demo, running_demo
from tests.browser.visit import running_browser
from tests.integration.servers import program
from tools.frontend import build, packages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tools.frontend.node import Node


@pytest.fixture(scope="module")
def node() -> Node:
    """A Node that is new enough for all that runs here."""
    try:
        found = packages.node_of_at_least((22, 19))
        packages.install(found, build.FRONTEND)
    except packages.UnavailableError as error:
        pytest.skip(str(error))
    return found


@pytest.fixture(scope="module")
def demo(node: Node, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:  # noqa: ARG001 - builds with it
    """The demo, with the dashboard of the sources that are there now."""
    if not build.is_current():
        build.build()
    with running_demo(tmp_path_factory.mktemp("demo")) as demo:
        yield demo


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser(program("chromium")) as browser:
        yield browser
