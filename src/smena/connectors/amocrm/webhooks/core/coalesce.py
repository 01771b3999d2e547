"""Join bodies that came one after another, as far as no state of a card is lost.

A lead that went through two stages was in both: what happened in between may matter to somebody.
A body that came twice, or a thousand bodies of a thousand leads, are taken in as one.
"""

from collections.abc import Iterable

from smena.crm.model.entities import Changes, Company, Contact, Lead, Source, Task

Row = Lead | Contact | Company | Task


class _Group:
    """Bodies that may be taken in as one: no card in two states."""

    def __init__(self) -> None:
        self.leads: dict[int, Lead] = {}
        self.contacts: dict[int, Contact] = {}
        self.companies: dict[int, Company] = {}
        self.tasks: dict[int, Task] = {}

    def takes(self, body: Changes) -> bool:
        return (
            all(self.leads.get(row.id, row) == row for row in body.leads)
            and all(self.contacts.get(row.id, row) == row for row in body.contacts)
            and all(self.companies.get(row.id, row) == row for row in body.companies)
            and all(self.tasks.get(row.id, row) == row for row in body.tasks)
        )

    def add(self, body: Changes) -> None:
        self.leads |= {row.id: row for row in body.leads}
        self.contacts |= {row.id: row for row in body.contacts}
        self.companies |= {row.id: row for row in body.companies}
        self.tasks |= {row.id: row for row in body.tasks}

    def changes(self) -> Changes:
        return Changes(
            source=Source.WEBHOOK,
            leads=tuple(self.leads.values()),
            contacts=tuple(self.contacts.values()),
            companies=tuple(self.companies.values()),
            tasks=tuple(self.tasks.values()),
        )


def coalesce(bodies: Iterable[Changes]) -> list[Changes]:
    """Return the bodies joined, in their order; those that say nothing are left out."""
    groups: list[_Group] = []
    for body in bodies:
        if not (body.leads or body.contacts or body.companies or body.tasks):
            continue
        if not groups or not groups[-1].takes(body):
            groups.append(_Group())
        groups[-1].add(body)
    return [group.changes() for group in groups]
