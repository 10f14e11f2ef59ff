"""Somebody who looks at the dashboard in a real browser, and keeps note of whatever goes wrong."""

from __future__ import annotations

import datetime as dt
import json
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote_plus, urlsplit

from playwright.sync_api import Error, expect, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, Response

    from tests.browser.demo import Demo
    from tests.browser.places import Place

_OPTIONS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_POLL_MS = 100
_PATIENCE_MS = 90_000
"""A machine that does other things as well may take so long for what takes a second elsewhere."""

expect.set_options(timeout=_PATIENCE_MS)
_REMEMBERED = 40
_QUIET = """() => new Promise((done) => {
  const quiet = () => setTimeout(done, 400);
  let timer = quiet();
  setTimeout(done, 5000);
  new MutationObserver(() => { clearTimeout(timer); timer = quiet(); })
    .observe(document.body, { subtree: true, childList: true, characterData: true });
})"""
_LOADED = """() => {
  const loading = document.querySelector('main :is([aria-label=Loading], [aria-busy=true])');
  loading?.scrollIntoView(); // panels are asked for once they are in sight
  if (!loading) window.scrollTo(0, 0);
  return !loading && document.querySelector('h1');
}"""
_PIECES = """() => [...document.querySelectorAll('main :is(tr, li, dl > div, section, [aria-pressed])')]
  .map((one) => one.innerText.replace(/\\s+/g, ' ').trim())"""
_WIDER = """() => {
  const width = document.documentElement.clientWidth;
  return document.documentElement.scrollWidth > width
    ? [...document.querySelectorAll('main *')].filter((one) => one.getBoundingClientRect().right > width + 1)
        .slice(0, 3).map((one) => one.outerHTML.slice(0, 120))
    : [];
}"""

Scheme = Literal["light", "dark"]


@dataclass(frozen=True, slots=True)
class Look:
    """How somebody looks at a page.

    Attributes:
        name: What pictures of it are called.
        scheme: Of the colours.
        width: Of the screen, in pixels.
        height: The same.
    """

    name: str
    scheme: Scheme
    width: int
    height: int


LIGHT = Look("light", "light", 1400, 1000)
DARK = Look("dark", "dark", 1400, 1000)
PHONE = Look("phone", "light", 390, 844)


class Visit:
    """One page of the dashboard.

    Attributes:
        page: The page itself.
        problems: Errors on the console, exceptions, refused questions, requests to other hosts.
    """

    def __init__(self, page: Page, demo: Demo) -> None:
        self.page = page
        self.problems: list[str] = []
        self._demo = demo
        self._answers: dict[str, list[Response]] = {}
        self._refused: set[int] = set()
        self._log: deque[str] = deque(maxlen=_REMEMBERED)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.problems.append(f"exception: {error}"))
        page.on("request", self._on_request)
        page.on("response", self._on_response)

    def sign_in(self) -> None:
        """Come in by the printed link."""
        self.page.goto(self._demo.link)
        self.page.wait_for_url(f"{self._demo.page}*")

    def open(self, place: Place) -> None:
        """Go to a place, as by a link that somebody sent, and wait until it is drawn."""
        path = place.path_of(self._demo)
        self.page.goto("about:blank")
        self._answers.clear()
        self.problems.clear()
        self.page.goto(f"{self._demo.page}{path}")
        self.settle()

    def may_be_refused(self, status: int) -> None:
        """Let the browser say as often as it likes that the server refused something with this status."""
        self._refused.add(status)

    def settle(self) -> None:
        """Wait until nothing loads any more and the page stands still, at most five seconds."""
        self.page.wait_for_function(_LOADED)
        self.page.evaluate(_QUIET)

    def answer(self, path: str, about: str = "") -> Any:
        """Return what the API said to the page last; ``None`` where it was not asked.

        Args:
            path: What was asked.
            about: What the question holds, of several to one path.
        """
        found = [one for one in self._answers.get(path, ()) if about in unquote_plus(urlsplit(one.url).query)]
        if not found:
            return None
        response = found[-1]
        try:
            return json.loads(response.body())
        except Error:
            return None  # the page went on meanwhile, and the browser let go of it

    def text(self) -> str:
        """Return what the page says."""
        return self.page.locator("main").inner_text()

    def pieces(self) -> list[str]:
        """Return what each part of the page says, on one line: rows, entries, figures, cards, legends."""
        found: list[str] = self.page.evaluate(_PIECES)
        return found

    def until(self, look: Callable[[], bool], *, timeout_s: float = 60.0) -> bool:
        """Look again and again, and say whether it came to be true; the browser goes on meanwhile."""
        for _ in range(int(timeout_s * 1000 / _POLL_MS)):
            if look():
                return True
            self.page.wait_for_timeout(_POLL_MS)
        return look()

    def is_focused(self, one: Locator) -> bool:
        """Tell whether it gets the focus: the page gives it away a moment after what was pressed."""
        return self.until(lambda: bool(one.evaluate("(one) => one === document.activeElement")))

    def wider_than_the_screen(self) -> list[str]:
        """Return what makes the page scroll sideways, at most three elements."""
        found: list[str] = self.page.evaluate(_WIDER)
        return found

    def account(self) -> str:
        """Return what explains a failure: what was asked last, what went wrong, what is shown."""
        try:
            shown = self.page.locator("main").inner_text(timeout=_POLL_MS * 10)
        except Error as error:
            shown = f"nothing: {error}"
        return "\n".join(
            ["asked:", *self._log, "", "problems:", *self.problems, "", f"{self.page.url}:", shown]
        )

    def picture(self, path: Path) -> None:
        """Keep what the whole page looks like."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path, full_page=True, animations="disabled")

    def _on_console(self, message: ConsoleMessage) -> None:
        is_meant = any(f" status of {status} " in message.text for status in self._refused)
        if message.type == "error" and not is_meant:
            self.problems.append(f"console: {message.text} {message.location.get('url', '')}")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self._demo.origin, "about:", "data:", "blob:")):
            self.problems.append(f"another host: {request.url}")

    def _on_response(self, response: Response) -> None:
        at = dt.datetime.now(tz=dt.UTC).time().isoformat(timespec="milliseconds")
        self._log.append(f"{at} {response.status} {response.request.method} {response.url}")
        path = urlsplit(response.url).path.removeprefix(f"{self._demo.prefix}/")
        if "json" in response.headers.get("content-type", ""):
            self._answers.setdefault(path, []).append(response)


@contextmanager
def running_browser(program: Path) -> Iterator[Browser]:
    """Run a browser until the end of the block.

    While it runs, this thread counts as one with an event loop: ``asyncio.run`` is refused in it.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(_OPTIONS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visiting(browser: Browser, demo: Demo, look: Look = LIGHT) -> Iterator[Visit]:
    """Look at the demo, signed in, until the end of the block."""
    context = browser.new_context(
        viewport={"width": look.width, "height": look.height}, color_scheme=look.scheme, locale="en-GB"
    )
    context.set_default_timeout(_PATIENCE_MS)
    visit = Visit(context.new_page(), demo)
    try:
        visit.sign_in()
        yield visit
    except Exception as error:
        error.add_note(visit.account())
        raise
    finally:
        context.close()
