"""A seeded generator (splitmix64): the same parts give the same throws on every machine."""

import math
from collections.abc import Mapping, Sequence
from typing import TypeVar

Thing = TypeVar("Thing")

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_FNV_START = 0xCBF29CE484222325
_FNV_PRIME = 0x100000001B3


def mixed(value: int) -> int:
    """Spread a number over 64 bits: the finishing step of splitmix64."""
    value &= _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


class Dice:
    """Throws that depend only on the parts given: `Dice(seed, "calls", person, day)`."""

    __slots__ = ("_state",)

    def __init__(self, *parts: int | str) -> None:
        state = _FNV_START
        for byte in "\x1f".join(map(str, parts)).encode():
            state = ((state ^ byte) * _FNV_PRIME) & _MASK
        self._state = state

    def roll(self) -> int:
        """Return 64 bits, for choices that are made later."""
        self._state = (self._state + _GOLDEN) & _MASK
        return mixed(self._state)

    def unit(self) -> float:
        """From 0 up to, never including, 1."""
        return (self.roll() >> 11) / (1 << 53)

    def chance(self, share: float) -> bool:
        return self.unit() < share

    def between(self, low: int, high: int) -> int:
        """Return a whole number, both ends included."""
        return low + self.roll() % (high - low + 1)

    def spread(self, low: float, high: float) -> float:
        return low + (high - low) * self.unit()

    def pick(self, things: Sequence[Thing]) -> Thing:
        return things[self.roll() % len(things)]

    def weighted(self, weights: Mapping[Thing, float]) -> Thing:
        """One key, as often as its weight says."""
        left = self.unit() * sum(weights.values())
        chosen = None
        for chosen, weight in weights.items():
            left -= weight
            if left < 0:
                return chosen
        if chosen is None:
            raise ValueError("nothing to choose from")
        return chosen

    def normal(self, mean: float, deviation: float) -> float:
        distance = math.sqrt(-2 * math.log(1 - self.unit()))
        return mean + deviation * distance * math.cos(2 * math.pi * self.unit())

    def long_tailed(self, median: float, sigma: float) -> float:
        """Log-normal: most are near the median, a few are many times longer."""
        return median * math.exp(self.normal(0, sigma))

    def pause(self, mean: float) -> float:
        """Exponential: the time until something that happens at its own will."""
        return -mean * math.log(1 - self.unit())
