"""Sealed secrets and signed addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.kernel.crypto import Vault
from smena.kernel.errors import GiveUp

OLD, NEW = "the key of last year, long enough", "the key of this year, long enough"


@given(st.binary(max_size=2000))
def test_what_was_sealed_opens_and_does_not_show(secret: bytes) -> None:
    sealed = Vault(NEW).seal(secret)
    assert Vault(NEW).open(sealed) == secret
    assert len(secret) < 8 or secret not in sealed


def test_an_older_key_still_opens_and_the_new_one_seals() -> None:
    both = Vault(NEW, OLD)
    assert both.open(Vault(OLD).seal(b"token")) == b"token"
    assert Vault(NEW).open(both.seal(b"token")) == b"token"


@pytest.mark.parametrize("spoil", [lambda s: s[:-1], lambda s: s[::-1], lambda _s: b""])
def test_a_spoiled_or_strange_secret_is_told(spoil: object) -> None:
    assert callable(spoil)
    with pytest.raises(GiveUp, match=r"kernel\.other_key"):
        Vault(NEW).open(spoil(Vault(NEW).seal(b"token")))
    with pytest.raises(GiveUp):
        Vault(NEW).open(Vault(OLD).seal(b"token"))


@given(st.text(max_size=60), st.text(max_size=70))
def test_only_the_key_makes_a_signature(text: str, guess: str) -> None:
    vault = Vault(NEW, OLD)
    right = vault.sign(text)
    assert vault.is_signed(text, right)
    assert vault.is_signed(text, right[:40])
    assert vault.is_signed(text, Vault(OLD).sign(text))
    assert not vault.is_signed(text, right[:39])
    assert not vault.is_signed(text + ".", right)
    assert not vault.is_signed(text, Vault("somebody else's key").sign(text))
    assert guess == right[: len(guess)] or not vault.is_signed(text, guess)


def test_a_signature_tells_nothing_about_the_seal() -> None:
    assert Vault(NEW).sign("x") != Vault(NEW).seal(b"x").hex()
    assert Vault(NEW).seal(b"x") != Vault(NEW).seal(b"x"), "equal secrets do not look equal"
