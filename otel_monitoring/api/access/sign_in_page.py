"""The page to sign in with, and what is shown at the front until there is a dashboard."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from otel_monitoring.api.plain_page import HEADERS, document

if TYPE_CHECKING:
    from otel_monitoring.api.access.caller import Caller

_REFERRER: Final = "same-origin"
PAGE_HEADERS: Final = {**HEADERS, "Referrer-Policy": _REFERRER}
"""A form says where it comes from only where the policy lets it."""

_WORDS: Final = (
    ("health", "How the application does"),
    ("alerts", "What fires"),
    ("rules", "Rules"),
    ("endpoints", "Endpoints"),
    ("insights", "Insights"),
    ("events", "Events"),
    ("audit", "Who changed what"),
    ("metrics", "Series, for a Prometheus"),
    ("openapi.json", "All routes"),
)


def sign_in_page(*, action: str = "", problem: str = "") -> str:
    """Write the page that asks for a token or a key.

    Args:
        action: Where the form is sent; without it to the address of the page itself. A browser then keeps
            what stands behind its ``#``, and shows the very view that a link led to.
        problem: Why the last try did not work.
    """
    said = problem or "Enter the token that was printed when the application started, or an API key."
    hint = (
        "<p>Programs send it as <code>Authorization: Bearer</code>. "
        "Set <code>OTEL_MONITORING_API__TOKEN</code> to choose the token.</p>"
    )
    to = f' action="{escape(action)}"' if action else ""
    form = (
        f'<form method="post"{to}>'
        '<label>Token or key<input name="token" type="password" required autocomplete="current-password">'
        '</label><button type="submit">Sign in</button></form>'
    )
    body = f"<h1>Sign in</h1><p>{escape(said)}</p>{form}{hint}"
    return document("Sign in", body, mood="ask", referrer=_REFERRER)


def front_page(root: str, caller: Caller) -> str:
    """Write the page that leads to the main routes."""
    at = escape(root)
    items = "".join(
        f'<li class="info"><b><a href="{at}/{path}">{escape(text)}</a></b></li>' for path, text in _WORDS
    )
    out = f'<form method="post" action="{at}/sign-out"><button type="submit">Sign out</button></form>'
    who = f"<p>Signed in as {escape(caller.name)} ({caller.role}).</p>"
    body = f"<h1>Monitoring</h1>{who}<ul>{items}</ul>{out}"
    return document("Monitoring", body, mood="ask", referrer=_REFERRER)
