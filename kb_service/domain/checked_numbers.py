"""Numbers that tell by their last digit whether they are one: identity cards (GB 11643) and bank cards (Luhn)."""

import re

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_NOT_OF_NUMBERS = re.compile(r"[^0-9Xx]")


def is_identity_number(written: str) -> bool:
    """``written``: with whatever stands between its digits."""
    number = _NOT_OF_NUMBERS.sub("", written).upper()
    if len(number) != 18 or not number[:17].isdigit() or not _is_day(number[10:14]):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return _CHECK_DIGITS[total % 11] == number[17]


def is_card_number(written: str) -> bool:
    number = _NOT_OF_NUMBERS.sub("", written)
    if not number.isdigit() or not 16 <= len(number) <= 19:
        return False
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number))]
    return sum(each // 10 + each % 10 for each in doubled) % 10 == 0


def _is_day(month_and_day: str) -> bool:
    return 1 <= int(month_and_day[:2]) <= 12 and 1 <= int(month_and_day[2:]) <= 31
