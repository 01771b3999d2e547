"""Bodies of webhooks on their way out: queued in the account's file for whoever subscribed."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec

from amocrm_emulator.account.clock import CrmClock
from amocrm_emulator.account.hooks.core.body import Change, encode
from amocrm_emulator.account.settings import AccountSettings
from amocrm_emulator.account.store import Store

CHANGES_IN_A_BODY = 20


class HookQueue:
    """What the sender of webhooks will take."""

    def __init__(self, store: Store, clock: CrmClock, account: AccountSettings) -> None:
        self._store = store
        self._clock = clock
        self._account = account

    def put(self, changes: Sequence[Change]) -> None:
        """Queue bodies for each hook that subscribed to any of the changes."""
        for hook, settings in self._store.rows("SELECT id, settings FROM hook WHERE disabled = 0"):
            wanted = set(msgspec.json.decode(settings))
            for told in self._groups([one for one in changes if one.setting in wanted]):
                for start in range(0, len(told), CHANGES_IN_A_BODY):
                    self._put_body(hook, told[start : start + CHANGES_IN_A_BODY])

    def _groups(self, changes: Sequence[Change]) -> Iterable[Sequence[Change]]:
        """Part the changes by their root, where a body has one."""
        if self._account.switches.joins_roots:
            return [changes]
        by_root: dict[str, list[Change]] = {}
        for change in changes:
            by_root.setdefault(change.root, []).append(change)
        return by_root.values()

    def _put_body(self, hook: int, changes: Sequence[Change]) -> None:
        account = self._account
        number = self._store.next_id("delivery", 0)
        self._store.run(
            "INSERT INTO delivery (id, hook, body, due, request_id) VALUES (?, ?, ?, ?, ?)",
            number,
            hook,
            encode(account.id, account.subdomain, account.base_url, changes),
            self._clock.exact(),
            str(UUID(int=number, version=4)),
        )
