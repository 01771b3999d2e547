"""Links between cards: one company a card, one main contact a lead."""

from amocrm_emulator.account.core.kinds import SINGULAR, Card
from amocrm_emulator.account.records import Records
from amocrm_emulator.account.unit_of_work import UnitOfWork


class Links:
    """What people do with links."""

    def __init__(self, work: UnitOfWork, records: Records) -> None:
        self._work = work
        self._store = work.store
        self._records = records

    def add(self, by: int, at: int, source: Card, target: Card, *, is_main: bool = False) -> None:
        """Link two cards: ("leads", 1) and ("contacts", 2); raises KeyError when one is absent."""
        with self._work.transaction():
            self._records.existing(*source)
            self._records.existing(*target)
            self.put(source, target, is_main=is_main)
            after = [{"link": {"entity": {"type": SINGULAR[target[0]], "id": target[1]}}}]
            self._work.log(by, at, "entity_linked", SINGULAR[source[0]], source[1], after=after)
            self._records.touch(source[0], source[1], by, at)

    def remove(self, by: int, at: int, source: Card, target: Card) -> None:
        """Part two cards; raises KeyError when the first is absent."""
        with self._work.transaction():
            self._records.existing(*source)
            self.drop(source, target)
            before = [{"unlink": {"entity": {"type": SINGULAR[target[0]], "id": target[1]}}}]
            self._work.log(by, at, "entity_unlinked", SINGULAR[source[0]], source[1], before)
            self._records.touch(source[0], source[1], by, at)

    def put(self, source: Card, target: Card, *, is_main: bool = False) -> None:
        """Write a link in both directions, and nothing else: no event, no author."""
        pair = {source[0]: source, target[0]: target}
        if "companies" in pair:
            self._drop_companies(target if source[0] == "companies" else source)
        if pair.keys() == {"leads", "contacts"}:
            source, target = pair["leads"], pair["contacts"]
            others = [
                main
                for number, main in self._store.links(*source, "contacts")
                if number != target[1]
            ]
            is_main = is_main or not any(others)
            if is_main:
                self._store.run(
                    "UPDATE link SET is_main = 0"
                    " WHERE from_kind = 'leads' AND from_id = ? AND to_kind = 'contacts'",
                    source[1],
                )
        for one, two, main in ((source, target, is_main), (target, source, False)):
            self._store.run(
                "INSERT OR REPLACE INTO link VALUES (?, ?, ?, ?, ?)", *one, *two, int(main)
            )

    def drop(self, source: Card, target: Card) -> None:
        """Take a link away in both directions, and nothing else."""
        for one, two in ((source, target), (target, source)):
            self._store.run(
                "DELETE FROM link"
                " WHERE from_kind = ? AND from_id = ? AND to_kind = ? AND to_id = ?",
                *one,
                *two,
            )

    def _drop_companies(self, source: Card) -> None:
        self._store.run(
            "DELETE FROM link WHERE from_kind = 'companies' AND to_kind = ? AND to_id = ?", *source
        )
        self._store.run(
            "DELETE FROM link WHERE from_kind = ? AND from_id = ? AND to_kind = 'companies'",
            *source,
        )
