"""What a client is told: headers about what is left, and the answer to a request that is refused.

Sources: draft-ietf-httpapi-ratelimit-headers-10 (``RateLimit-Policy``, ``RateLimit``), its revision 06
(``RateLimit-Limit``, ``-Remaining``, ``-Reset``), RFC 9110 (``Retry-After``), RFC 9457 (problem details).
"""

from __future__ import annotations

import json
import math
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from otel_monitoring.ratelimit.charge import Charge
    from otel_monitoring.ratelimit.limiter import Verdict

HeaderStyle: TypeAlias = Literal["both", "standard", "classic", "off"]
"""The two headers of the draft, the three of its older revisions, all of them, or ``Retry-After`` alone."""

Headers: TypeAlias = list[tuple[bytes, bytes]]

_TOO_MANY: Final = 429
_UNAVAILABLE: Final = 503
_KINDS: Final = {
    _TOO_MANY: ("urn:otel-monitoring:problem:too-many-requests", "Too Many Requests"),
    _UNAVAILABLE: ("urn:otel-monitoring:problem:unavailable", "Service Unavailable"),
}


def status_of(verdict: Verdict) -> int:
    """Return the status of the answer to a request that is refused."""
    return _UNAVAILABLE if verdict.outcome == "closed" else _TOO_MANY


def headers(verdict: Verdict, style: HeaderStyle) -> Headers:
    """Return what is said of windows that are the caller's own, and of the one that refused.

    What is left of a window that everyone shares would tell strangers how much others do.
    """
    found: Headers = []
    if verdict.refused_by is not None:
        found.append((b"retry-after", b"%d" % retry_after_s(verdict)))
    taken = verdict.taken
    if taken is None or style == "off":
        return found
    told = [
        (charge, max(0, charge.rate.limit - taken.used[at]), math.ceil(taken.reset_s[at]))
        for at, charge in enumerate(verdict.charges)
        if charge.rule.is_personal or charge is verdict.refused_by
    ]
    if not told:
        return found
    if style != "classic":
        found += _standard(told)
    if style != "standard":
        found += _classic(verdict.refused_by, told)
    return found


def body(verdict: Verdict) -> bytes:
    """Return the problem details of the answer to a request that is refused."""
    status, wait_s = status_of(verdict), retry_after_s(verdict)
    charge = verdict.refused_by
    if status == _UNAVAILABLE:
        detail = f"Limits cannot be checked at present; come again in {wait_s} s."
    elif charge is not None and charge.rule.is_personal:
        detail = f"At most {charge.rate}; come again in {wait_s} s."
    else:
        detail = f"Too many requests by everyone together; come again in {wait_s} s."
    kind, title = _KINDS[status]
    problem = {"type": kind, "title": title, "status": status, "detail": detail}
    return json.dumps({**problem, "retryAfterSeconds": wait_s}).encode()


def refusal(verdict: Verdict, style: HeaderStyle) -> tuple[Headers, bytes]:
    """Return the headers and the body of the answer to a request that is refused."""
    content = body(verdict)
    return [
        (b"content-type", b"application/problem+json"),
        (b"content-length", b"%d" % len(content)),
        (b"cache-control", b"no-store"),
        *headers(verdict, style),
    ], content


def retry_after_s(verdict: Verdict) -> int:
    """Return whole seconds, at least one: nobody who waits so long comes too early."""
    return max(1, math.ceil(verdict.retry_s))


def _standard(told: list[tuple[Charge, int, int]]) -> Headers:
    alone = len({charge.rule.name for charge, _, _ in told}) == len(told)
    policies, left = [], []
    for charge, remaining, reset_s in told:
        rate = charge.rate
        name = _policy_name(charge.rule.name if alone else f"{charge.rule.name} {rate}")
        policies.append(b"%b;q=%d;w=%d" % (name, rate.limit, rate.window_s))
        left.append(b"%b;r=%d;t=%d" % (name, remaining, reset_s))
    return [(b"ratelimit-policy", b", ".join(policies)), (b"ratelimit", b", ".join(left))]


def _classic(refused_by: Charge | None, told: list[tuple[Charge, int, int]]) -> Headers:
    charge, remaining, reset_s = next((one for one in told if one[0] is refused_by), None) or min(
        told, key=lambda one: one[1] / one[0].rate.limit
    )
    return [
        (b"ratelimit-limit", b"%d" % charge.rate.limit),
        (b"ratelimit-remaining", b"%d" % remaining),
        (b"ratelimit-reset", b"%d" % reset_s),
    ]


@lru_cache(maxsize=512)
def _policy_name(name: str) -> bytes:
    """Return the name of a policy, a string of structured fields."""
    return b'"%b"' % name.replace("\\", "\\\\").replace('"', '\\"').encode("ascii")
