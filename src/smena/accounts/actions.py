"""Verbs of connecting and activating; each works inside the caller's transaction."""

from datetime import datetime
from urllib.parse import urlsplit

from smena.accounts.core import choices
from smena.accounts.core.activation import check
from smena.accounts.model import (
    CONSENT_VERSION,
    AccountState,
    Activation,
    Choices,
    ContactPerson,
    Flaw,
    FormInput,
    Giver,
    Misfit,
    Module,
    NewAccount,
)
from smena.accounts.store import accounts, activation, settings
from smena.kernel.db import Tx


async def connect(tx: Tx, new: NewAccount, now: datetime) -> None:
    """Remember an account, or refresh what is known of it."""
    await accounts.connect(tx, new, now)


async def set_state(tx: Tx, state: AccountState, reason: str = "") -> None:
    """Note that the CRM lets us in, or why it does not."""
    await accounts.set_state(tx, tx.account, state, reason)


async def shut_out(tx: Tx, reason: str) -> bool:
    """Note that the CRM lets us in no more; False when the account was not at work anyway."""
    connected, shut = AccountState.CONNECTED, AccountState.SIGN_IN_AGAIN
    return await accounts.turn(tx, tx.account, connected, shut, reason)


async def let_in_again(tx: Tx) -> bool:
    """Note that the CRM lets us in again; False when somebody disconnected the account."""
    connected, shut = AccountState.CONNECTED, AccountState.SIGN_IN_AGAIN
    return await accounts.turn(tx, tx.account, shut, connected, "")


async def warn(tx: Tx, reason: str) -> None:
    """Note what its administrators should do while the account still works."""
    await accounts.set_reason(tx, tx.account, reason)


async def move(tx: Tx, base_url: str) -> None:
    """Note that the account lives at another address now."""
    label = (urlsplit(base_url).hostname or "").partition(".")[0]
    await accounts.move(tx, tx.account, base_url, label)


async def disconnect(tx: Tx, reason: str = "") -> None:
    """Stop working for the account; the mirror stays."""
    await accounts.set_state(tx, tx.account, AccountState.DISCONNECTED, reason)


async def activate(tx: Tx, given: FormInput, giver: Giver, now: datetime) -> dict[str, Flaw]:
    """Record the consent and whom to call; return what is wrong with the form instead."""
    contact = check(given)
    if not isinstance(contact, ContactPerson):
        return contact
    await activation.give(tx, Activation(CONSENT_VERSION, contact, giver, now))
    return {}


async def note_time_zone(tx: Tx, zone: str) -> None:
    """Note the zone in which the CRM counts now; a zone that the account has chosen stays."""
    await accounts.note_time_zone(tx, tx.account, zone)


async def choose(tx: Tx, time_zone: str, language: str) -> dict[str, Misfit]:
    """Keep what was chosen, empty texts follow; return what is wrong with the form instead."""
    chosen = choices.check(time_zone, language)
    if not isinstance(chosen, Choices):
        return chosen
    await settings.choose(tx, chosen)
    return {}


async def switch(tx: Tx, module: Module, now: datetime, *, is_on: bool) -> None:
    """Switch a module on or off; the moment counts only when something changes."""
    await settings.switch(tx, module, is_on, now)
