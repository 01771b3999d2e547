import pytest
from argon2 import PasswordHasher, extract_parameters

from smena.access import passwords
from tests.access.cast import PASSWORD

pytestmark = pytest.mark.anyio


async def test_only_the_password_opens_its_hash() -> None:
    stored = await passwords.make(PASSWORD)
    assert await passwords.is_right(stored, PASSWORD)
    assert not await passwords.is_right(stored, PASSWORD + " ")
    assert not await passwords.is_right("not a hash", PASSWORD)


async def test_nobody_has_no_password() -> None:
    assert not await passwords.is_right(None, "\x00 nobody \x00")


async def test_an_unknown_person_costs_the_same_work_as_a_known_one() -> None:
    """The same function computes the same parameters; the work is all there is to measure."""
    known = await passwords.make(PASSWORD)
    assert extract_parameters(passwords.nobody_hash()) == extract_parameters(known)
    before = passwords.nobody_hash.cache_info().hits
    assert not await passwords.is_right(None, "не тот пароль")
    assert passwords.nobody_hash.cache_info().hits == before + 1, "its hash is computed as well"


async def test_weaker_hashes_are_noticed() -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    assert passwords.is_outdated(weak)
    assert not passwords.is_outdated(await passwords.make(PASSWORD))
