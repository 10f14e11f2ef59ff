"""Secrets that are recognised by their own shape, wherever they stand.

Each finder returns the spans ``(start, end, kind)`` of what it found, in order. All patterns take time that
grows with the length of the text alone: repeats are possessive or bounded, and start at the edge of a run.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from otel_monitoring.context.redact.checks import iban_length, is_card

if TYPE_CHECKING:
    from collections.abc import Iterator

Span = tuple[int, int, str]
"""Where a secret starts and ends in a text, and its kind."""

MARK = "[redacted]"
"""What stands in the place of a secret."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A secret that its issuer gave a prefix.

    Attributes:
        kind: What it is counted as.
        prefixes: What it starts with, one of them.
        rest: A regular expression for what follows the prefix.
    """

    kind: str
    prefixes: tuple[str, ...]
    rest: str


SHAPES = (
    Shape("jwt", ("eyJ",), r"[\w\-]{5,}+(?:\.[\w\-]*+){1,4}"),
    Shape("aws_key", ("AKIA", "ASIA", "ABIA", "ACCA"), r"[A-Z0-9]{16}"),
    Shape("google_key", ("AIza",), r"[\w\-]{35}"),
    Shape("google_key", ("ya29.", "GOCSPX-"), r"[\w\-]{20,}+"),
    Shape("github_token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"), r"\w{20,}+"),
    Shape("gitlab_token", ("glpat-", "gldt-", "glrt-", "glptt-", "glcbt-", "glsoat-"), r"[\w\-.]{20,}+"),
    Shape(
        "slack_token",
        ("xoxa-", "xoxb-", "xoxe-", "xoxo-", "xoxp-", "xoxr-", "xoxs-", "xapp-"),
        r"[\w\-]{10,}+",
    ),
    Shape("stripe_key", ("sk_live_", "sk_test_", "rk_live_", "rk_test_"), r"\w{10,}+"),
    Shape("stripe_key", ("whsec_",), r"[\w+/]{16,}+=*"),
    Shape("ai_key", ("sk-",), r"(?=[\w\-]{0,60}?[0-9])[\w\-]{20,}+"),
    Shape("twilio_key", ("SK",), r"[0-9a-f]{32}"),
    Shape("sendgrid_key", ("SG.",), r"[\w\-]{16,}+\.[\w\-]{16,}+"),
    Shape("npm_token", ("npm_",), r"[A-Za-z0-9]{30,}+"),
    Shape("pypi_token", ("pypi-",), r"AgE[\w\-]{16,}+"),
    Shape("vendor_token", ("hf_", "dckr_pat_", "dop_v1_", "sbp_", "rubygems_", "lin_api_"), r"\w{20,}+"),
    Shape(
        "vendor_token",
        ("shpat_", "shpss_", "shpca_", "glsa_", "glc_", "figd_", "pscale_tkn_"),
        r"[\w=\-]{20,}+",
    ),
    Shape(
        "vendor_token", ("hvs.", "hvb.", "dp.pt.", "dp.st.", "ATATT3", "AGE-SECRET-KEY-1"), r"[\w=\-.]{20,}+"
    ),
    Shape("vendor_token", ("sq0atp-", "sq0csp-", "NRAK-", "PMAK-", "HRKU-"), r"[\w\-]{20,}+"),
    Shape("vendor_token", ("APA91b",), r"[\w\-]{60,}+"),
    Shape("vendor_token", ("EAA",), r"[A-Za-z0-9]{60,}+"),
    Shape("webhook", ("hooks.slack.com/",), r"(?:services|workflows|triggers)/[\w/+\-]{8,}+"),
    Shape("webhook", ("discord.com/api/", "discordapp.com/api/"), r"(?:v[0-9]{1,2}/)?webhooks/[\w/\-]{8,}+"),
    Shape("webhook", ("webhook.office.com/", "outlook.office.com/"), r"webhook[\w]{0,2}/[\w/@\-]{8,}+"),
    Shape("webhook", ("api.telegram.org/",), r"(?:file/)?bot[0-9]{6,12}+:[\w\-]{20,}+"),
)

_SEPARATORS = "_-."
_EDGE = r"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}))"


def _separated_hint() -> re.Pattern[str]:
    """Return a pattern for prefixes that end in a separator, looked for backwards from each separator.

    It begins with three characters, and asks first for the long run that follows a prefix, so that most
    texts are passed over quickly.
    """
    prefixes = [prefix for shape in SHAPES for prefix in shape.prefixes if prefix[-1] in _SEPARATORS]
    behind = "|".join(f"(?<={re.escape(prefix)})" for prefix in prefixes)
    return re.compile(rf"[_\-.](?=[\w\-.+/]{{14}})(?:{behind})", re.ASCII)


def _any_shape() -> re.Pattern[str]:
    branches = []
    for number, shape in enumerate(SHAPES):
        starts = "|".join(re.escape(prefix) for prefix in shape.prefixes)
        branches.append(f"(?P<{shape.kind}_{number}>(?:{starts}){shape.rest})")
    return re.compile(f"{_EDGE}(?:{'|'.join(branches)})", re.ASCII)


_SEPARATED_HINT = _separated_hint().search
_CAPITALS_HINT = re.compile(
    r"[AES](?:KIA|SIA|BIA|CCA|Iza|PA91b|TATT3|GE-SECRET|AA[A-Za-z0-9]|K[0-9a-f])"
).search
_SHAPE = _any_shape()
_KINDS = {f"{shape.kind}_{number}": shape.kind for number, shape in enumerate(SHAPES)}

_PEM = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----.*?"
    r"(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\Z)"
    r"|(?<![A-Za-z0-9+/=\s\\])[A-Za-z0-9+/=\s\\]{16,}+-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----",
    re.DOTALL,
)
_SCHEME = re.compile(
    r"(?<![A-Za-z])(?P<scheme>bearer|basic)[ \t]{1,8}(?P<value>[\w.~+/\-]{6,}+=*)", re.IGNORECASE
)
_USER_INFO = re.compile(
    r"://(?P<info>[^\s/?#\"'<>]*(?=@)"
    r"|[^\s/:@?#\"'<>]*+:(?![0-9]{1,5}(?:[/?#\s]|\Z))[^\s\"'<>@]{1,128}(?=@))@"
)
_DRIVER_DSN = re.compile(
    r"(?<![\w.\-])[\w.\-]{1,64}:(?P<go>[^\s@\"']{1,128})@(?=(?:tcp|unix)\()"
    r"|:thin:[\w.\-]{1,64}/(?P<oracle>[^\s@\"']{1,128})@"
)
_BOT_TOKEN = re.compile(r"(?<![0-9])[0-9]{8,10}:AA[\w\-]{33}(?![\w\-])")
_EMAIL = re.compile(
    r"(?<![\w.+\-])(?:[\w.+\-]|%2[Bb])++(?:@|%40)(?:[\w\-]++\.)+(?P<last>[A-Za-z]{2,24})(?!\w)"
)
_UUID = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_DIGITS = re.compile(
    rf"{_UUID}"
    r"|(?<![0-9A-Fa-f.])(?P<digits>[0-9](?:[ \-]?[0-9]){12,}+)"
    r"|(?<![0-9.])(?P<dotted>[0-9]{4}\.[0-9]{4}\.[0-9]{4}\.[0-9]{4})(?!\.?[0-9])"
)
_FOUR_DIGITS = re.compile(r"[0-9][0-9][0-9][ .\-]?[0-9]").search
_LONG_NUMBER = re.compile(r"[0-9][0-9 .\-]{9}[0-9]").search
_GROUP = re.compile(r"[0-9]+")
_SSN = re.compile(r"(?<![0-9\-])(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}(?![0-9\-])")
_IBAN_START = re.compile(r"[A-Z][A-Z][0-9][0-9]").search
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?:[ \-]?[A-Z0-9]){11,40}+")
_FILE_ENDINGS = (
    "png jpg jpeg gif svg webp ico js mjs css scss map json yaml yml toml html htm txt md pdf service socket "
    "target timer mount slice scope device"
)
_NO_TOP_LEVEL_DOMAINS = frozenset(_FILE_ENDINGS.split())
_SERVICE_USERS = frozenset(["git", "hg"])
_LONG_TOKEN_CHARS = 20
_MAX_CARD_DIGITS = 19


def may_hold_shape(text: str) -> bool:
    """Return whether it is worth while to look for shapes."""
    if "eyJ" in text or _SEPARATED_HINT(text) or _CAPITALS_HINT(text):
        return True
    return ("/" in text and ("hook" in text or "telegram" in text)) or ":AA" in text


def may_hold_number(text: str) -> bool:
    """Return whether it is worth while to look for cards and social security numbers."""
    return _FOUR_DIGITS(text) is not None and _LONG_NUMBER(text) is not None


def may_hold_account(text: str) -> bool:
    """Return whether it is worth while to look for bank accounts."""
    return _IBAN_START(text) is not None


def find_url_credentials(text: str) -> Iterator[Span]:
    """Find what stands before the ``@`` of a URL or a connection string; call it where there is an ``@``."""
    for found in _USER_INFO.finditer(text):
        info = found["info"]
        if info and info not in _SERVICE_USERS and info != MARK:
            yield (*found.span("info"), "url_credentials")


def find_driver_credentials(text: str) -> Iterator[Span]:
    """Find the password of ``user:password@tcp(host)``, as drivers in Go write it, and of Oracle's URLs."""
    for found in _DRIVER_DSN.finditer(text):
        yield (*found.span(found.lastgroup or 0), "url_credentials")


def find_private_keys(text: str) -> Iterator[Span]:
    """Find private keys in PEM, whole or cut at either end; call it where there is a ``-----``."""
    for found in _PEM.finditer(text):
        yield (*found.span(), "private_key")


def find_shapes(text: str) -> Iterator[Span]:
    """Find what an issuer's prefix gives away: tokens, keys, webhook addresses."""
    spans = [(*found.span(), _KINDS[found.lastgroup or ""]) for found in _SHAPE.finditer(text)]
    if ":AA" in text:
        spans += [(*found.span(), "vendor_token") for found in _BOT_TOKEN.finditer(text)]
    yield from sorted(spans)


def find_schemes(text: str) -> Iterator[Span]:
    """Find what follows ``Bearer`` or ``Basic``; call it where one of them occurs."""
    for found in _SCHEME.finditer(text):
        value = found["value"]
        is_basic = found["scheme"].lower() == "basic"
        if _is_user_and_password(value) if is_basic else looks_secret(value):
            yield (*found.span("value"), "basic_auth" if is_basic else "bearer")


def find_emails(text: str) -> Iterator[Span]:
    """Find e-mail addresses; call it where there is an ``@`` or a ``%40``."""
    for found in _EMAIL.finditer(text):
        user = found[0].partition("@")[0]
        if found["last"].lower() not in _NO_TOP_LEVEL_DOMAINS and user not in _SERVICE_USERS:
            yield (*found.span(), "email")


def find_numbers(text: str) -> Iterator[Span]:
    """Find payment cards by range and check digit, and social security numbers."""
    found = list(_cards(text))
    found += [(*number.span(), "ssn") for number in _SSN.finditer(text)] if text.count("-") > 1 else []
    yield from sorted(found)


def find_accounts(text: str) -> Iterator[Span]:
    """Find international bank account numbers by country, length and check digits."""
    for found in _IBAN.finditer(text):
        places = [at for at in range(*found.span()) if text[at] not in " -"]
        length = iban_length("".join(text[at] for at in places))
        if length and (length == len(places) or places[length] - places[length - 1] > 1):
            yield places[0], places[length - 1] + 1, "iban"


def looks_secret(value: str) -> bool:
    """Return whether ``value`` looks made by a machine rather than taken from a dictionary."""
    if any(char.isdigit() for char in value):
        return True
    mixed = value.lower() != value and value.upper() != value and not value.istitle()
    return len(value) >= _LONG_TOKEN_CHARS or mixed


def _cards(text: str) -> Iterator[Span]:
    for found in _DIGITS.finditer(text):
        if found["dotted"] and is_card(found["dotted"].replace(".", "")):
            yield (*found.span(), "card")
        if found["digits"]:
            yield from _cards_of_run(text, *found.span())


def _cards_of_run(text: str, start: int, end: int) -> Iterator[Span]:
    """Find cards among neighbouring groups of digits, as a card may follow another number."""
    groups = [group.span() for group in _GROUP.finditer(text, start, end)]
    at = 0
    while at < len(groups):
        stop = _card_from(text, groups[at : at + _MAX_CARD_DIGITS])
        if stop:
            yield groups[at][0], groups[at + stop - 1][1], "card"
        at += stop or 1


def _card_from(text: str, groups: list[tuple[int, int]]) -> int:
    """Return how many of ``groups``, from the first on, make a card; 0 where none do."""
    digits = ""
    for count, (start, end) in enumerate(groups, 1):
        digits += text[start:end]
        if len(digits) > _MAX_CARD_DIGITS:
            return 0
        if is_card(digits):
            return count
    return 0


def _is_user_and_password(value: str) -> bool:
    try:
        return b":" in base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
