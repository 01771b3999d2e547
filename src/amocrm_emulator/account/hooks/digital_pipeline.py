"""The digital pipeline of an account: keeps triggers, queues what the moves of leads fire.

A firing is sent once: no repeats, nothing is switched off.
"""

from collections.abc import Iterable
from uuid import UUID

import msgspec

from amocrm_emulator.account.clock import CrmClock
from amocrm_emulator.account.hooks.core.body import Change
from amocrm_emulator.account.hooks.core.triggers import Move, Trigger, TriggerAccount, body, fire
from amocrm_emulator.account.store import Store, text_of

SCHEMA = """
CREATE TABLE IF NOT EXISTS dp_trigger (id INTEGER PRIMARY KEY, doc TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS delivery_once (
    id INTEGER PRIMARY KEY, destination TEXT NOT NULL, content_type TEXT NOT NULL
);
"""
NO_HOOK = 0
MOVES = {"add_lead", "status_lead"}


class DigitalPipeline:
    """Triggers in the stages of the account's pipelines."""

    def __init__(self, store: Store, clock: CrmClock) -> None:
        self._store = store
        self._clock = clock
        store.extend(SCHEMA)

    def triggers(self) -> dict[int, Trigger]:
        rows = self._store.rows("SELECT id, doc FROM dp_trigger ORDER BY id")
        return {row[0]: msgspec.json.decode(row[1], type=Trigger) for row in rows}

    def add(self, trigger: Trigger) -> int:
        """Put a trigger into its stages; leads that are there already are ignored."""
        return self._store.run("INSERT INTO dp_trigger (doc) VALUES (?)", text_of(trigger))

    def remove(self, number: int) -> bool:
        return bool(self._store.change("DELETE FROM dp_trigger WHERE id = ?", number))

    def put(self, changes: Iterable[Change], account: TriggerAccount) -> None:
        """Queue what the changes of a transaction fire."""
        moves = [move for change in changes if (move := _move(change))]
        if not moves:
            return
        for trigger in self.triggers().values():
            for move in moves:
                firing = fire(trigger, move)
                if firing is not None:
                    self._queue(trigger, body(trigger, move, firing, account, self._clock.now()))

    def _queue(self, trigger: Trigger, told: tuple[str, bytes]) -> None:
        content_type, content = told
        number = self._store.next_id("delivery", 0)
        self._store.run(
            "INSERT INTO delivery (id, hook, body, due, request_id) VALUES (?, ?, ?, ?, ?)",
            number,
            NO_HOOK,
            content,
            self._clock.exact(),
            str(UUID(int=number, version=4)),
        )
        self._store.run(
            "INSERT INTO delivery_once VALUES (?, ?, ?)", number, trigger.url, content_type
        )


def _move(change: Change) -> Move | None:
    """Return the move of a lead that a webhook tells of; None for other changes."""
    if change.setting not in MOVES:
        return None
    told = {name: int(value) for name, value in change.fields if isinstance(value, int)}
    status, pipeline = told["[status_id]"], told["[pipeline_id]"]
    old_status = told.get("[old_status_id]")
    if old_status is None:
        return Move(told["[id]"], pipeline, status)
    return Move(told["[id]"], pipeline, status, told.get("[old_pipeline_id]", pipeline), old_status)
