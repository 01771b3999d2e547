from statistics import median
from time import perf_counter

import pytest
from argon2 import PasswordHasher

from smena.access import passwords
from tests.access.cast import PASSWORD

pytestmark = pytest.mark.anyio


async def seconds(stored: str | None) -> float:
    begun = perf_counter()
    await passwords.is_right(stored, "не тот пароль")
    return perf_counter() - begun


async def test_only_the_password_opens_its_hash() -> None:
    stored = await passwords.make(PASSWORD)
    assert await passwords.is_right(stored, PASSWORD)
    assert not await passwords.is_right(stored, PASSWORD + " ")
    assert not await passwords.is_right("not a hash", PASSWORD)


async def test_nobody_has_no_password() -> None:
    assert not await passwords.is_right(None, "\x00 nobody \x00")


async def test_an_unknown_person_takes_as_long_as_a_known_one() -> None:
    stored = await passwords.make(PASSWORD)
    await seconds(None)
    pairs = [(await seconds(stored), await seconds(None)) for _ in range(9)]
    known, unknown = (median(times) for times in zip(*pairs, strict=True))
    assert known / 2 < unknown < known * 2


async def test_weaker_hashes_are_noticed() -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    assert passwords.is_outdated(weak)
    assert not passwords.is_outdated(await passwords.make(PASSWORD))
