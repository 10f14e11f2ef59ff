"""Secrets that a name announces inside a text: ``password=…``, ``"token": "…"``, ``Cookie: …``, ``--key …``.

Logs, tracebacks, dumps of dictionaries and headers, connection strings and shell commands all write a name,
a separator and a value. The name decides; the rest of this module finds out where the value ends.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from otel_monitoring.context.redact.keys import Verdict
from otel_monitoring.context.redact.patterns import MARK, looks_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from otel_monitoring.context.redact.keys import KeyRules
    from otel_monitoring.context.redact.patterns import Span

KIND = "named"
"""What a secret is counted as that its name gave away."""

HINT = re.compile(
    "p(?:ass|w|in)|s(?:ecret|ess|rf|sn|ignature)|t(?:oken|ax_id)|key|"  # codespell:ignore ecret
    "a(?:uth|ssertion|ccount.n)|c(?:ookie|red|ard|v[vc]|ode|srf)|iban|otp|jwt|bearer|routing|"
    "\\?s(?:id|ig)|&s(?:id|ig)|hmac|-u"
)
"""What occurs, in lower case, in every name that the built-in rules know."""

_QUOTE = r"(?:\\{0,7}[\"']|&(?:quot|apos|\#34|\#39);)"
_PAIR = re.compile(
    rf"""
    (?:(?<![A-Za-z0-9_])|(?<=%[0-9A-Fa-f]{{2}})|(?<=\\[nrt]))   # where a name starts
    (?P<name>(?:(?:api|access|secret|private|credit|card|session|security|account)[ ])?
             [A-Za-z_][A-Za-z0-9_.\-]{{1,80}}+)
    (?P<close>{_QUOTE}?\]?)
    (?P<separator>[ \t]{{0,8}}(?:=>|:=|==|[=:]|%3[DdAa])[ \t]{{0,8}})
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ITEM = re.compile(r"""[(\[]b?(["'])(?P<name>[A-Za-z][\w.\-]{1,80})\1[ ]?,[ ]?(?=b?["'])""")
_QUOTED_WORD = re.compile(
    r"""(?<![A-Za-z0-9])(?P<name>password|passwd|passphrase|passcode|pwd)[ \t]{1,2}(?=["'])""", re.IGNORECASE
)
_FLAG = re.compile(r"(?<![\w\-])--?(?P<name>[A-Za-z][\w\-]{1,80})[ \t]{1,8}(?![\-&|;<>])(?=\S)")
_USER_FLAG = re.compile(
    r"(?<![\w\-])(?:-u|--user|--proxy-user)[ =\t]{1,8}[\"']?[^\s:\"']{1,128}:(?P<value>[^\s\"']{1,256})"
)
_ELEMENT = re.compile(
    r"<(?P<name>[A-Za-z][\w:.\-]{1,80})(?:[ \t][^<>]{0,256})?>(?P<value>[^<]{1,4096})</(?P=name)"
)

_OPENING = re.compile(rf"[bBuUrRfF]{{0,2}}(?P<quote>{_QUOTE})")
_INSIDE_DOUBLE = re.compile(r'(?:[^"\\]|\\.){0,4096}+(?=")', re.DOTALL)
_INSIDE_SINGLE = re.compile(r"(?:[^'\\]|\\.){0,4096}+(?=')", re.DOTALL)
_BARE = re.compile(
    r"""(?: [^\s&;,"'<]
          | , (?! [\s"'] | [\w.\-]{1,40}[=:] )
          | ; (?! [\s"'] | [\w.\-\ ]{1,40}= | \Z )
          | & (?! [\w.\-\[\]%]{1,60}= | amp; | \#?\w{2,5}; | [\s"'] | \Z )
          | ["'] (?! [\s,;:)\]}>&.] | \Z )
          | < (?! / ) )+""",
    re.VERBOSE,
)
_LINE = re.compile(r"[^\r\n]*")
_BRACKETS = {"[": "]", "(": ")", "{": "}"}
_MAX_BRACKETED_CHARS = 2048
_SHORTEST_CODE = 4
_TRAILING = "'\")]}>.,:;`\\"
_LINE_HEADERS = frozenset(["authorization", "proxy-authorization", "cookie", "set-cookie"])
_PATH_NAMES = frozenset(["PWD", "OLDPWD"])

_PLACEHOLDER = re.compile(
    r"""%\(\w*\)s | %[srd] | \{[\w.!:]*\} | \$\{[\w:.\-]*\}? | \$[A-Z_][A-Z0-9_]* | \$[0-9]+ | [*•x]{3,} | \?
      | [\[<(](?:redacted|filtered|masked|hidden|removed|scrubbed|secret|undefined|empty)[\]>)]
      | redacted | filtered | masked | none | null | nil | true | false | "" | '' | <[a-z_]\w*(?:\.\w+)+
      | (?:self|cls|settings|config|cfg|request|req|os|env|environ|args|kwargs|app|obj|params)(?:\.[a-z_]\w*)+
      | (?-i:[a-z_.]+)\((?-i:[a-z_., ]*)\)? """,
    re.VERBOSE | re.IGNORECASE,
)
"""Values that hold no secret: what a template, a mask or a line of source code puts in its place."""

_CODE = re.compile(
    r"(?:str|bytes|int|bool|float|Any|Optional|Annotated|SecretStr|Union|Literal|Depends|Field)\b(?!\()"
)
_PROSE = frozenset(
    [
        *(
            "a",
            "an",
            "and",
            "are",
            "at",
            "be",
            "bad",
            "before",
            "cannot",
            "changed",
            "check",
            "created",
            "denied",
        ),
        *(
            "deleted",
            "did",
            "does",
            "empty",
            "error",
            "expected",
            "expired",
            "failed",
            "failure",
            "field",
            "for",
        ),
        *(
            "found",
            "from",
            "generated",
            "has",
            "if",
            "in",
            "incorrect",
            "input",
            "invalid",
            "is",
            "it",
            "length",
        ),
        *(
            "lookup",
            "malformed",
            "may",
            "mismatch",
            "missing",
            "must",
            "need",
            "needs",
            "no",
            "not",
            "of",
            "ok",
        ),
        *("on", "only", "or", "please", "refresh", "refreshed", "rejected", "required", "reset", "revoked"),
        *(
            "rotated",
            "set",
            "should",
            "string",
            "the",
            "this",
            "to",
            "too",
            "unable",
            "unexpected",
            "unknown",
        ),
        *(
            "unset",
            "unsupported",
            "updated",
            "use",
            "used",
            "using",
            "valid",
            "value",
            "verified",
            "was",
            "we",
        ),
        *("weak", "will", "with", "wrong", "you", "your", "yes"),
    ]
)


def may_hold_pair(text: str) -> bool:
    """Return whether there is a separator that could stand between a name and a value."""
    if "=" in text or ":" in text:
        return True
    return " -" in text or "%3" in text or "</" in text or "'" in text or '"' in text


def find_pairs(text: str, rules: KeyRules) -> Iterator[Span]:
    """Find the values of secret names in ``text``, in order.

    Args:
        text: Anything; call it where HINT occurs.
        rules: Which names announce a secret.
    """
    spans = list(_pairs(text, rules))
    verdict = rules.verdict
    if "<" in text:
        spans += _spans_of(_ELEMENT, text, verdict)
    if "-" in text:
        spans += [(*found.span("value"), KIND) for found in _USER_FLAG.finditer(text)]
        spans += _opened(_FLAG, text, verdict)
    if "'" in text or '"' in text:
        spans += _opened(_QUOTED_WORD, text, verdict)
    if "'," in text or '",' in text:
        spans += _opened(_ITEM, text, verdict)
    yield from sorted(spans)


def _pairs(text: str, rules: KeyRules) -> Iterator[Span]:
    found = _PAIR.search(text)
    while found:
        resume = found.end()
        judged = rules.verdict(found["name"])
        if not judged and text[found.start() - 1 : found.start()] in {"?", "&"}:
            judged = Verdict.SECRET if rules.in_query(found["name"]) else judged
        if judged:
            start, end = _value(text, found)
            if end > start and not _is_harmless(text[start:end], found, judged):
                yield start, end, KIND
                resume = end
        found = _PAIR.search(text, resume)


def _opened(pattern: re.Pattern[str], text: str, verdict: Callable[[str], Verdict]) -> Iterator[Span]:
    """Find values that start where ``pattern`` ends."""
    for found in pattern.finditer(text):
        if verdict(found["name"]):
            start, end = _quoted_or_bare(text, found.end())
            if end > start and not _PLACEHOLDER.fullmatch(text, start, end):
                yield start, end, KIND


def _spans_of(pattern: re.Pattern[str], text: str, verdict: Callable[[str], Verdict]) -> Iterator[Span]:
    for found in pattern.finditer(text):
        if verdict(found["name"]) and not _PLACEHOLDER.fullmatch(found["value"]):
            yield (*found.span("value"), KIND)


def _value(text: str, pair: re.Match[str]) -> tuple[int, int]:
    """Return where the value of ``pair`` starts and ends."""
    at = pair.end()
    name = pair["name"].lower()
    if name in _LINE_HEADERS and not pair["close"] and not _OPENING.match(text, at):
        return _rest_of_line(text, at, quote=text[pair.start() - 1 : pair.start()])
    return _quoted_or_bare(text, at)


def _quoted_or_bare(text: str, at: int) -> tuple[int, int]:
    if text.startswith(MARK, at):
        return at, at
    opening = _OPENING.match(text, at)
    if opening:
        return opening.end(), _end_of_quoted(text, opening.end(), opening["quote"])
    closer = _BRACKETS.get(text[at : at + 1])
    if closer:
        end = text.find(closer, at, at + _MAX_BRACKETED_CHARS) + 1
        if end:
            return at, at if _PLACEHOLDER.fullmatch(text, at, end) else end
    bare = _BARE.match(text, at)
    if bare is None or _PLACEHOLDER.fullmatch(bare[0]):
        return at, at
    if "(" in bare[0] and ")" not in bare[0]:  # a call, whose further arguments belong to it
        end = text.find(")", bare.end(), bare.end() + _MAX_BRACKETED_CHARS)
        if end > 0:
            return at, end
    return at, at + len(bare[0].rstrip(_TRAILING))


def _end_of_quoted(text: str, at: int, quote: str) -> int:
    """Return where the closing ``quote`` is, or the end of the line where there is none."""
    if quote in {'"', "'"}:
        inside = (_INSIDE_DOUBLE if quote == '"' else _INSIDE_SINGLE).match(text, at)
        if inside:
            return inside.end()
    else:
        end = text.find(quote, at)
        while end > at and quote[0] == "\\" and text[end - 1] == "\\":  # quoted once more, so still inside
            end = text.find(quote, end + 1)
        if end >= 0:
            return end
    line = _LINE.match(text, at)
    return line.end() if line else at


def _rest_of_line(text: str, at: int, *, quote: str) -> tuple[int, int]:
    """Return the span of a header's value: to the quote that opened before its name, or to the line's end."""
    if quote in {'"', "'"}:
        return at, _end_of_quoted(text, at, quote)
    line = _LINE.match(text, at)
    value = line[0] if line else ""
    escaped = value.find("\\r\\n")
    return at, at + (len(value.rstrip()) if escaped < 0 else escaped)


def _is_harmless(value: str, pair: re.Match[str], judged: Verdict) -> bool:
    if _PLACEHOLDER.fullmatch(value) or value == pair["name"]:
        return True
    if pair["name"] in _PATH_NAMES and value.startswith("/"):
        return True
    if len(value) < _SHORTEST_CODE and value.isdigit() and judged is Verdict.DOUBTFUL:
        return True
    if pair["close"] or ":" not in pair["separator"]:
        return False
    return _is_prose(value, pair, judged)


def _is_prose(value: str, pair: re.Match[str], judged: Verdict) -> bool:
    """Return whether ``name: value`` reads like a sentence or a type, not like a secret."""
    if _CODE.match(value):
        return True
    if not pair["separator"].endswith((" ", "\t")):
        return False
    if value.strip(_TRAILING).lower() in _PROSE:
        return True
    return judged is Verdict.DOUBTFUL and not looks_secret(value)
