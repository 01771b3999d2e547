"""Verbs of panels; each works inside the caller's transaction."""

from smena.activity import store
from smena.kernel.db import Tx


async def ensure_panel(tx: Tx, name: str) -> None:
    """Give an account its first panel with the usual settings. Repeating is safe."""
    await store.ensure(tx, name)
