"""What templates do to texts: match, replace, cut, escape."""

from __future__ import annotations

import ipaddress
import re
import urllib.parse
from html import escape

from otel_monitoring.templates.lexer import TemplateError

_WORD = re.compile(r"\w+(?:['.:\u00b7\u2019]\w+|(?<=\d)[,;](?=\d)\w+)*")
_LETTER = re.compile(r"[^\W\d_]")
_JS_ESCAPES = {
    "\\": "\\\\", "'": "\\'", '"': '\\"',
    "<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "=": "\\u003D",
}  # fmt: skip


def regex(pattern: str) -> re.Pattern[str]:
    """Compile under RE2's syntax, which is Go's and cannot be made to hang."""
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)  # type: ignore[no-any-return]
    except re2.error as error:
        msg = f"error parsing regexp {pattern!r}: {error}"
        raise TemplateError(msg) from None


def replace_all(pattern: str, replacement: str, text: str) -> str:
    """Replace every match; ``$1`` and ``${name}`` in the replacement stand for groups."""

    def expand(found: re.Match[str]) -> str:
        def group(reference: re.Match[str]) -> str:
            name = reference["braced"] or reference["plain"]
            if reference[0] == "$$":
                return "$"
            key: str | int = int(name) if name.isdigit() else name
            known = key <= found.re.groups if isinstance(key, int) else key in found.re.groupindex
            return (found[key] or "") if known else ""

        return re.sub(r"\$\$|\$\{(?P<braced>\w+)\}|\$(?P<plain>\w+)", group, replacement)

    out: list[str] = []
    at = 0
    for found in regex(pattern).finditer(text):
        if out and found.start() == found.end() == at:
            continue  # right after a match, Go has no empty one
        out += [text[at : found.start()], expand(found)]
        at = found.end()
    return "".join([*out, text[at:]])


def host_and_port(text: str) -> tuple[str, str]:
    """Split ``host:port`` or ``[host]:port``; the port is empty where there is none."""
    found = re.fullmatch(r"(?:\[([^\[\]]*)\]|([^:\[\]]*)):([^:\[\]]*)", text)
    return (found[1] or found[2] or "", found[3]) if found else (text, "")


def strip_domain(text: str) -> str:
    """Leave the first part of a host's name, and its port; an address stays."""
    host, port = host_and_port(text)
    try:
        ipaddress.ip_address(host)
    except ValueError:
        host = host.split(".")[0]
        return f"{host}:{port}" if port else host
    return text


def table_link(expression: str) -> str:
    """Return the path that shows an expression as a table."""
    return f"/graph?g0.expr={urllib.parse.quote_plus(expression)}&g0.tab=1"


def graph_link(expression: str) -> str:
    """Return the path that draws an expression."""
    return f"/graph?g0.expr={urllib.parse.quote_plus(expression)}&g0.tab=0"


def title(text: str) -> str:
    """Begin every word with a capital: its first letter, as in ``5Min`` and ``Don't``.

    Letters and digits, and what joins them (``don't``, ``a.b``, ``x_y``), are one word, as in Unicode's
    annex 29.
    """
    return _WORD.sub(lambda found: _LETTER.sub(lambda letter: letter[0].title(), found[0], count=1), text)


def js(text: str) -> str:
    """Escape for JavaScript."""
    return "".join(
        _JS_ESCAPES.get(character) or (f"\\u{ord(character):04X}" if character < " " else character)
        for character in text
    )


def html(text: str) -> str:
    """Escape for HTML."""
    return escape(text, quote=False).replace('"', "&#34;").replace("'", "&#39;")
