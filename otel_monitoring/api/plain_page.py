"""A page of plain HTML for a phone or a desk, with nothing from elsewhere: no script, no font, no image."""

from __future__ import annotations

import base64
import hashlib
from html import escape

STYLE = """
:root{color-scheme:light dark;--page:#f3f4f6;--card:#fff;--text:#111827;--quiet:#4b5563;--line:#e5e7eb;
--accent:#1d4ed8;--edge:#b45309}
@media(prefers-color-scheme:dark){:root{--page:#0b0f19;--card:#161c2a;--text:#f3f4f6;--quiet:#a3adbd;
--line:#2b3446;--accent:#2563eb}}
*{box-sizing:border-box}
body{margin:0;padding:24px 16px;background:var(--page);color:var(--text);
font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif}
main{max-width:520px;margin:0 auto;background:var(--card);border:1px solid var(--line);border-radius:12px;
padding:24px;overflow-wrap:anywhere}
h1{font-size:22px;line-height:1.3;margin:0 0 8px}
p{margin:0 0 16px;color:var(--quiet)}
ul{list-style:none;margin:0 0 16px;padding:0}
li{margin:0 0 8px;padding:12px 14px;border:1px solid var(--line);border-left:4px solid var(--edge);
border-radius:8px}
li b{display:block;font-weight:600;line-height:1.35}
li span{display:block;margin-top:2px;color:var(--quiet);font-size:14px}
.critical{--edge:#dc2626}.info{--edge:#2563eb}.warning{--edge:#d97706}
label{display:block;font-size:14px;font-weight:600;margin:0 0 16px}
input,select{display:block;width:100%;margin-top:6px;padding:11px 12px;font:inherit;font-size:16px;
font-weight:400;color:inherit;background:var(--card);border:1px solid #8b94a3;border-radius:8px}
button{width:100%;padding:14px;font:inherit;font-weight:600;color:#fff;background:var(--accent);border:0;
border-radius:8px;cursor:pointer}
form+p{margin:16px 0 0;font-size:14px}
button:focus-visible,input:focus-visible,select:focus-visible{outline:3px solid #93c5fd;outline-offset:2px}
code{font:13px/1.6 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;color:var(--text)}
.mark{width:44px;height:44px;margin:0 0 14px;border-radius:50%;font-size:22px;line-height:44px;
text-align:center;color:#fff;background:#6b7280}
.done .mark{background:#15803d}
.done p:last-child,.late p:last-child{margin-bottom:0}
"""

_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}
"""What keeps the page from showing, loading or giving away anything else."""


def document(title: str, body: str, *, mood: str, referrer: str = "no-referrer") -> str:
    """Write a page.

    Args:
        title: What it is called, as plain text.
        body: What it shows, as HTML.
        mood: The class of its main part.
        referrer: What its links and forms say about where they are.
    """
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta name="referrer" content="{referrer}"><meta name="robots" content="noindex,nofollow">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f'<body><main class="{mood}">{body}</main></body></html>'
    )
