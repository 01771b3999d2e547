"""Event numbers: 26 lower-case characters whose order follows time."""

from functools import lru_cache

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
_LOW = 32**4
_PAIRS = tuple(high + low for high in _DIGITS for low in _DIGITS)


def event_id(moment: int, counter: int) -> str:
    """Return a number for the `counter`-th event of the account's life, at Unix second `moment`."""
    high, low = divmod(counter, _LOW)
    return _base32(moment * 1000, 10) + _base32(high, 12) + _base32(low, 4)


@lru_cache(maxsize=1 << 14)
def _base32(value: int, length: int) -> str:
    """Write a number in an even count of digits, two at a time."""
    pairs = []
    for _ in range(length // 2):
        value, rest = divmod(value, len(_PAIRS))
        pairs.append(_PAIRS[rest])
    return "".join(reversed(pairs))
