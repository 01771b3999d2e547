"""Merging: what hung on one card hangs on another one afterwards.

Nothing of it is told by itself: notes, tasks and links move without an event, a webhook or a new
`updated_at`; the log names only the two cards.
"""

from amocrm_emulator.account.core.kinds import CARDS, SINGULAR
from amocrm_emulator.account.links import Links
from amocrm_emulator.account.records import Records
from amocrm_emulator.account.talks import Talks
from amocrm_emulator.account.tasks import Tasks
from amocrm_emulator.account.unit_of_work import UnitOfWork


class Merging:
    """Moves what belongs to a card that is about to disappear."""

    def __init__(
        self, work: UnitOfWork, records: Records, links: Links, tasks: Tasks, talks: Talks
    ) -> None:
        self._store = work.store
        self._records = records
        self._links = links
        self._tasks = tasks
        self._talks = talks

    def move(self, kind: str, absorbed: int, into: int) -> None:
        """Give the survivor all links, notes, tasks and conversations of the other card."""
        self._move_links(kind, absorbed, into)
        self._move_children("notes", kind, absorbed, into)
        self._move_children("tasks", kind, absorbed, into)
        for number in (absorbed, into):
            self._tasks.refresh_closest({"entity_type": kind, "entity_id": number})
        self._move_talks(kind, absorbed, into)

    def _move_links(self, kind: str, absorbed: int, into: int) -> None:
        """Keep the survivor's own company and main contact; a link that both had is one."""
        for other in CARDS:
            has_company = other == "companies" and self._store.links(kind, into, other)
            known = {number for number, _is_main in self._store.links(kind, into, other)}
            for target, _is_main in self._store.links(kind, absorbed, other):
                # Who was the main contact of a lead is written on the lead's side of the link.
                was_main = (absorbed, True) in self._store.links(other, target, kind)
                self._links.drop((kind, absorbed), (other, target))
                if not has_company and (target not in known or was_main):
                    self._links.put((kind, into), (other, target), is_main=was_main)

    def _move_children(self, child: str, kind: str, absorbed: int, into: int) -> None:
        """Move notes or tasks, those in the bin too: they may come back."""
        self._store.run(
            "UPDATE entity SET parent = ?, doc = json_set(doc, '$.entity_id', ?)"
            " WHERE kind = ? AND parent_kind = ? AND parent = ?",
            into,
            into,
            child,
            kind,
            absorbed,
        )

    def _move_talks(self, kind: str, absorbed: int, into: int) -> None:
        """Conversations follow their contact, and the lead they are about."""
        if kind == "contacts":
            self._store.run(
                "UPDATE entity SET parent = ?, doc = json_set(doc, '$.contact_id', ?)"
                " WHERE kind = 'talks' AND parent_kind = 'contacts' AND parent = ?",
                into,
                into,
                absorbed,
            )
            self._rename("$.contact_id", absorbed, into)
        else:
            self._rename("$.entity_id", absorbed, into, SINGULAR[kind])
        self._talks.reload()

    def _rename(self, path: str, old: int, new: int, entity_type: str | None = None) -> None:
        only = "" if entity_type is None else " AND json_extract(doc, '$.entity_type') = ?"
        self._store.run(
            "UPDATE entity SET doc = json_set(doc, ?, ?)"  # noqa: S608 -- constants
            f" WHERE kind IN ('talks', 'messages') AND json_extract(doc, ?) = ?{only}",
            path,
            new,
            path,
            old,
            *(() if entity_type is None else (entity_type,)),
        )
