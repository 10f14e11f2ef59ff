"""Which numbers are what they look like: payment cards and bank accounts have check digits."""

from __future__ import annotations

_CARD_RANGES: tuple[tuple[int, int, frozenset[int]], ...] = (
    (3000, 3059, frozenset([14, 16])),  # Diners Club
    (3095, 3095, frozenset([14, 16])),
    (3400, 3499, frozenset([15])),  # American Express
    (3528, 3589, frozenset([16, 17, 18, 19])),  # JCB
    (3600, 3699, frozenset([14, 16, 19])),  # Diners Club
    (3700, 3799, frozenset([15])),  # American Express
    (3800, 3999, frozenset([16, 19])),  # Diners Club
    (2200, 2204, frozenset([16, 17, 18, 19])),  # Mir
    (2221, 2720, frozenset([16])),  # Mastercard
    (4000, 4999, frozenset([13, 16, 19])),  # Visa
    (5000, 5099, frozenset([16, 18, 19])),  # Maestro
    (5100, 5599, frozenset([16])),  # Mastercard
    (5600, 5899, frozenset([16, 18, 19])),  # Maestro
    (6000, 6999, frozenset([16, 17, 18, 19])),  # Discover, UnionPay, Maestro, RuPay
)
"""First four digits from and to, and how many digits such a number has (ISO/IEC 7812)."""

_IBANS = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 "
    "EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 "
    "JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 "
    "NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 "
    "TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30"
)
_IBAN_LENGTHS = {entry[:2]: int(entry[2:]) for entry in _IBANS.split()}
"""How many characters an account number of a country has (ISO 13616, registry of SWIFT)."""

_MIN_CARD_DIGITS = 13
_MAX_CARD_DIGITS = 19
_LARGEST_DIGIT = 9


def is_card(digits: str) -> bool:
    """Return whether ``digits`` (0 to 9 alone) can be the number of a payment card."""
    if not _MIN_CARD_DIGITS <= len(digits) <= _MAX_CARD_DIGITS:
        return False
    first = int(digits[:4])
    fits = any(low <= first <= high and len(digits) in lengths for low, high, lengths in _CARD_RANGES)
    return fits and luhn(digits)


def luhn(digits: str) -> bool:
    """Return whether the last digit is the check digit of the others.

    Source: ISO/IEC 7812-1, annex B (H. P. Luhn, US patent 2,950,048).
    """
    total = 0
    for at, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + at % 2)
        total += value - _LARGEST_DIGIT if value > _LARGEST_DIGIT else value
    return total % 10 == 0


def iban_length(compact: str) -> int:
    """Return how many characters at the start of ``compact`` are an account number; 0 where none are.

    Args:
        compact: Capitals and digits, without separators.

    Source: ISO 13616 with the check digits of ISO/IEC 7064 (modulo 97).
    """
    length = _IBAN_LENGTHS.get(compact[:2], 0)
    if not length or len(compact) < length:
        return 0
    candidate = compact[4:length] + compact[:4]
    number = int("".join(str(int(char, 36)) for char in candidate))
    return length if number % 97 == 1 else 0
