"""Which names announce a secret: of attributes, headers, parameters, and of ``name=value`` in a text.

A name is taken apart into words (``userApiKey``, ``user-api-key`` and ``USER_API_KEY`` are the same three),
and the words are looked up. What merely speaks about a secret (``token_count``, ``password_reset_url``)
is not one.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import TYPE_CHECKING

from otel_monitoring.context.redact.unicode import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

_MAX_KEY_CHARS = 160
_CACHE_SIZE = 4096
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


class Verdict(IntEnum):
    """What a name says of its value."""

    HARMLESS = 0
    DOUBTFUL = 1
    """A secret, except in prose, where ``token: expected a comma`` is none."""
    SECRET = 2


SECRET_WORDS = _words(
    "password passwords passwd pwd pw passphrase passcode secret secrets credential credentials "
    "authorization apikey apikeys cookie cookies csrf xsrf jwt cvv cvc ssn iban otp totp "
    "phpsessid jsessionid aspsessionid xsrftoken csrftoken csrfmiddlewaretoken connectionstring"
)
"""Words that make a name secret wherever they stand in it."""

DOUBTFUL_WORDS = frozenset(["token", "bearer"])
"""The same, but used in prose as well."""

LAST_WORDS = frozenset(["auth", "session", "sess", "pass", "pin"])
"""Words that count only at the end of a name: ``proxy_auth``, not ``auth_backend``."""

PAIRS = frozenset(
    tuple(pair.split("_"))
    for pair in _words(
        "api_key api_keys access_key access_keys private_key private_keys secret_key encryption_key "
        "signing_key signature_key auth_key account_key shared_key master_key subscription_key "
        "session_key session_id session_token service_key license_key licence_key ssh_key "
        "rsa_key gpg_key deploy_key webhook_key aes_key hmac_key jwt_key cookie_key app_key "
        "credit_card debit_card card_number card_num card_no card_pin card_code cc_number cc_num pin_code "
        "user_pin security_code verification_code mfa_code reset_code recovery_code recovery_codes "
        "backup_codes auth_code account_number routing_number social_security passport_number tax_id "
        "access_tokens refresh_tokens api_tokens auth_tokens bearer_tokens id_tokens "
        "db_pass user_pass smtp_pass mail_pass ftp_pass admin_pass root_pass redis_pass database_pass "
        "amz_signature goog_signature basic_auth client_assertion"
    )
)
"""Neighbouring words that are secret together."""

SECRET_ENDINGS = (
    "password",
    "passwd",
    "passphrase",
    "secret",
    "apikey",
    "accesskey",
    "privatekey",
    "secretkey",
    "accountkey",
    "sessionid",
    "sessid",
    "creditcard",
    "cardnumber",
)
DOUBTFUL_ENDINGS = ("token", "pwd")
"""Ends of words that were written together: ``dbpassword``, ``accesstoken``."""

TALK_AFTER = _words(
    "count counts counter type types name names id ids length len size limit limits ttl expiry expires "
    "expired expiration at age url uri urls endpoint path file policy strength valid validity validator is "
    "required enabled disabled usage used per ratio rate total min max index version algorithm alg kind "
    "status state error errors field fields provider reset changed change consent domain samesite secure "
    "lifetime duration timeout bucket buckets budget cost price table column method scheme prefix format "
    "label store manager backend service class model rotation scope scopes issuer audience visible present "
    "missing attempts failures form reuse source mode arn"
)
"""Words behind a secret word that show that only something about the secret is told."""

TALK_BEFORE = _words(
    "has is num number n max min total avg mean needs requires require no without prompt completion input "
    "output cached reasoning first"
)
"""Words in front of a secret word that do the same."""

ALLOWED_NAMES = frozenset(
    [
        "session.id",
        "session.previous_id",
        "enduser.pseudo.id",
        "user.hash",
        "code.function.name",
        "gen_ai.token.type",
        "db.client.connection.pool.name",
    ]
)
"""Names of the semantic conventions that only sound like secrets."""

PERSONAL_NAMES = frozenset(["user.email", "user.name", "user.full_name", "enduser.name", "enduser.email"])
"""Names of the semantic conventions that hold personal data."""

QUERY_NAMES = frozenset(["sig", "signature", "sid", "auth", "awsaccesskeyid", "x-goog-credential", "hmac"])
"""Parameter names that hold a secret in a URL, and often something else in other places."""


class KeyRules:
    """Tell secret names from harmless ones.

    Args:
        words: Words that make a name secret wherever they stand, in place of the built-in ones.
        extra: Further names or words that are secret.
        allow: Names that are harmless, whatever the rules say.
    """

    def __init__(
        self, *, words: Iterable[str] | None = None, extra: Iterable[str] = (), allow: Iterable[str] = ()
    ) -> None:
        self._words = SECRET_WORDS if words is None else frozenset(word.lower() for word in words)
        self._own_words = words is not None
        self._extra = frozenset(name.lower() for name in extra)
        self._extra_words = frozenset(" ".join(split(name)) for name in extra)
        self._allow = frozenset(name.lower() for name in allow)
        self._cache: dict[str, Verdict] = {}

    @property
    def is_builtin(self) -> bool:
        """Return whether only built-in words name secrets, so that hints made for them suffice."""
        return not self._own_words and not self._extra

    def is_allowed(self, name: str) -> bool:
        """Return whether the user declared ``name`` harmless."""
        return name.lower() in self._allow

    def verdict(self, name: str) -> Verdict:
        """Return what ``name`` says of its value; remembered, so that asking again is cheap."""
        found = self._cache.get(name)
        if found is None:
            found = self._judge(name[:_MAX_KEY_CHARS])
            if len(self._cache) >= _CACHE_SIZE:
                self._cache.clear()
            if len(name) <= _MAX_KEY_CHARS:
                self._cache[name] = found
        return found

    def in_query(self, name: str) -> bool:
        """Return whether the query parameter ``name`` holds a secret."""
        if self.verdict(name):
            return True
        return name.lower() in QUERY_NAMES and not self.is_allowed(name)

    def _judge(self, name: str) -> Verdict:
        name = plain(name)
        lowered = name.lower()
        words = split(name)
        if lowered in self._allow or "_".join(words) in self._allow:
            return Verdict.HARMLESS
        if lowered in self._extra or self._has_extra(words):
            return Verdict.SECRET
        if lowered in ALLOWED_NAMES or not words:
            return Verdict.HARMLESS
        if lowered in PERSONAL_NAMES:
            return Verdict.SECRET
        return self._judge_words(words)

    def _has_extra(self, words: list[str]) -> bool:
        if not self._extra_words:
            return False
        sentence = f" {' '.join(words)} "
        return any(f" {extra} " in sentence for extra in self._extra_words)

    def _judge_words(self, words: list[str]) -> Verdict:
        worst = Verdict.HARMLESS
        last = len(words) - 1
        for at, word in enumerate(words):
            pair = (word, words[at + 1]) if at < last else (word, "")
            found = self._judge_word(word, pair, is_last=at == last)
            if not found:
                continue
            after = at + (2 if pair in PAIRS else 1)
            if after <= last and words[after] in TALK_AFTER and (words[after - 1], words[after]) not in PAIRS:
                continue
            if at > 0 and words[at - 1] in TALK_BEFORE:
                continue
            worst = max(worst, found)
        return worst

    def _judge_word(self, word: str, pair: tuple[str, str], *, is_last: bool) -> Verdict:
        if word in self._words:
            return Verdict.SECRET
        if self._own_words:
            return Verdict.HARMLESS
        if pair in PAIRS or word.endswith(SECRET_ENDINGS):
            return Verdict.SECRET
        if word in DOUBTFUL_WORDS or (is_last and word in LAST_WORDS) or word.endswith(DOUBTFUL_ENDINGS):
            return Verdict.DOUBTFUL
        return Verdict.HARMLESS


def split(name: str) -> list[str]:
    """Return the words of ``name`` in lower case: ``userApiKey`` gives ``user``, ``api``, ``key``."""
    return [word.lower() for word in _WORD.findall(name)]
