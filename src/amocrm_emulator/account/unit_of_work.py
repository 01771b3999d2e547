"""A group of verbs as one commit: its events, and the webhooks that leave with it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from amocrm_emulator.account.core.ulid import event_id
from amocrm_emulator.account.hooks.core.body import Change
from amocrm_emulator.account.settings import AccountSettings
from amocrm_emulator.account.store import Doc, Store, text_of


class UnitOfWork:
    """Synchronous: the server and the team take turns in one thread.

    `publish` queues what the changes of a transaction tell outside, within it; `undo` forgets
    what a failed transaction changed in memory.
    """

    def __init__(
        self,
        store: Store,
        account: AccountSettings,
        *,
        publish: Callable[[Sequence[Change]], None],
        undo: Callable[[], None],
    ) -> None:
        self.store = store
        self.account = account
        self._publish = publish
        self._undo = undo
        self._client: str | None = None
        self._told: list[Change] = []

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Group many verbs into one commit; what they tell to hooks leaves with the commit."""
        if self.store.in_transaction:
            yield  # the outermost one commits, or undoes everything
            return
        try:
            with self.store.transaction():
                yield
                if self._told:
                    self._publish(self._told)
        except BaseException:
            self._undo()
            raise
        finally:
            self._told.clear()

    def log(  # noqa: PLR0917 -- the columns of the log, in its order
        self,
        by: int,
        at: int,
        kind: str,
        entity_type: str,
        entity_id: int,
        before: Sequence[Any] = (),
        after: Sequence[Any] = (),
        *,
        contact: int | None = None,
    ) -> str:
        """Append to the account's event log; `contact` is whose conversation it is about."""
        number = event_id(at, self.store.next_id("event", 0))
        doc: Doc = {
            "id": number,
            "type": kind,
            "entity_id": entity_id,
            "entity_type": entity_type,
            "created_by": by,
            "created_at": at,
            "value_after": after,
            "value_before": before,
            "account_id": self.account.id,
        }
        if contact is not None:
            doc["linked_talk_contact_id"] = contact
        if self._client is not None:
            doc["oauth_client_uuid"] = self._client
        row = (number, at, by, kind, entity_type, entity_id, text_of(doc))
        with self.transaction():
            self.store.run("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?)", *row)
        return number

    def tell(self, *changes: Change) -> None:
        """Queue webhooks about changes; they leave when the transaction ends."""
        self._told += changes

    @contextmanager
    def acting_through(self, client: str) -> Iterator[None]:
        """Mark the events of the block as made by an integration under somebody's name.

        The platform's documents do not show this field; readers of the log must do without it.
        """
        self._client = client
        try:
            yield
        finally:
            self._client = None
