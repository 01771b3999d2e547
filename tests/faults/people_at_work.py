"""Everything that people, customers and other programs do in an account, at random by a seed.

It acts by the emulator's own verbs, so no fault of the API is in its way.
"""

import contextlib
import random
from typing import Any

from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.spec import ROBOT
from tests.connectors.amocrm.account import ANNA, BORIS, BOSS, SALES, VERA
from tests.connectors.amocrm.stand import Stand
from tests.connectors.amocrm.team import Team

CARDS = ("leads", "leads", "contacts", "companies")
FIELDS = (
    {"name": "Город", "type": "text"},
    {"name": "Сумма", "type": "numeric"},
    {"name": "Срочно", "type": "checkbox"},
    {"name": "Что", "type": "multiselect", "enums": [{"value": "А"}, {"value": "Б"}]},
)
WORDS = ("Тула", "Омск & Ко", "[скобки]", "Ю" * 300)


class People:
    """Random work on every kind of data; the same seed does the same to the same account."""

    def __init__(self, made: Stand, seed: int) -> None:
        self._stand = made
        self._dice = random.Random(seed)
        self._fields: dict[str, list[dict[str, Any]]] = {}
        self.team = Team(made, seed)

    @property
    def _crm(self) -> Crm:
        return self._stand.emulator.crm

    def open(self, leads: int = 3) -> None:
        self.team.begin(leads)
        for plural in ("leads", "contacts", "companies"):
            made = [self._crm.fields.add(plural, field) for field in FIELDS]
            self._fields[plural] = made

    def act(self) -> None:
        """Do one thing; what is about somebody who is gone by now is not done."""
        verbs = (
            *(self.team.act,) * 8, self._fill, self._fill, self._tag, self._tag, self._merge,
            self._edit_note, self._edit_task, self._drop_or_raise_task, self._chat, self._chat,
            self._end_chat, self._ask_by_form, self._ask_by_chat, self._sort, self._sort,
            self._staff, self._mass_action,
        )  # fmt: skip
        with contextlib.suppress(KeyError):
            self._dice.choice(verbs)()

    def _now(self) -> int:
        return self._stand.now()

    def _who(self) -> int:
        return self._dice.choice((BOSS, ANNA, BORIS, VERA, ROBOT))

    def card(self) -> tuple[str, int]:
        plural = self._dice.choice(CARDS)
        return plural, self._dice.choice(getattr(self.team, plural))

    def _change(self, plural: str, number: int, **fields: Any) -> None:
        if plural == "leads":
            self._crm.leads.change(self._who(), self._now(), number, **fields)
        else:
            self._crm.cards.change(plural, self._who(), self._now(), number, **fields)

    def _fill(self) -> None:
        plural, number = self.card()
        field = self._dice.choice(self._fields[plural])
        given = [{"field_id": field["id"], "values": self._values(field)}]
        before = self._crm.records.existing(plural, number)["custom_fields_values"]
        filled = self._crm.fields.merged(plural, before, given)
        self._change(plural, number, custom_fields_values=filled)

    def _values(self, field: dict[str, Any]) -> list[dict[str, Any]] | None:
        if self._dice.random() < 0.2:
            return None
        if field["type"] == "multiselect":
            return [{"enum_id": one["id"]} for one in field["enums"][: self._dice.randint(1, 2)]]
        values: dict[str, Any] = {
            "text": self._dice.choice(WORDS), "numeric": str(self._dice.randrange(99) / 4),
            "checkbox": True,
        }  # fmt: skip
        return [{"value": values[field["type"]]}]

    def _tag(self) -> None:
        plural, number = self.card()
        tag = self._crm.tags.add(plural, f"метка {self._dice.randrange(3)}")
        tags = self._crm.records.existing(plural, number)["tags"]
        kept = [one for one in tags if one["id"] != tag["id"]]
        self._change(plural, number, tags=kept if len(kept) < len(tags) else [*kept, dict(tag)])

    def _merge(self) -> None:
        plural = self._dice.choice(CARDS)
        into, absorbed = self._dice.choices(getattr(self.team, plural), k=2)
        if into != absorbed:
            self._crm.cards.merge(self._who(), self._now(), plural, into, absorbed)

    def _edit_note(self) -> None:
        rows = self._crm.store.rows("SELECT id, parent_kind FROM entity WHERE kind = 'notes'")
        if rows:
            number, plural = self._dice.choice(rows)
            note = self._crm.records.existing("notes", number)
            params = note["params"] | {"duration": self._dice.randrange(90)}
            self._crm.notes.change(self._who(), self._now(), plural, number, params=params)

    def _edit_task(self) -> None:
        task = self._dice.choice(self.team.tasks)
        fields: dict[str, Any] = self._dice.choice(
            ({"text": f"Дело {self._dice.randrange(99)}"}, {"task_type_id": 2},
             {"responsible_user_id": self._dice.choice((ANNA, BORIS))}, {"is_completed": False})
        )  # fmt: skip
        self._crm.tasks.change(self._who(), self._now(), task, **fields)

    def _drop_or_raise_task(self) -> None:
        verb = self._dice.choice((self._crm.cards.delete, self._crm.cards.restore))
        verb(self._who(), self._now(), "tasks", self._dice.choice(self.team.tasks))

    def _chat(self) -> None:
        contact = self._dice.choice(self.team.contacts)
        self._crm.records.existing("contacts", contact)
        self._crm.talks.write(
            self._who(), self._now(), contact, self._dice.choice(WORDS),
            is_incoming=self._dice.random() < 0.5,
        )  # fmt: skip

    def _end_chat(self) -> None:
        rows = self._crm.store.rows("SELECT id FROM entity WHERE kind = 'talks' AND done = 0")
        if not rows:
            return
        number = self._dice.choice(rows)[0]
        if self._dice.random() < 0.5:
            self._crm.talks.close(self._who(), self._now(), number)
        else:
            self._crm.talks.miss(self._now(), number)

    def _ask_by_form(self) -> None:
        at, crm = self._now(), self._crm
        contact = crm.cards.add_contact(ROBOT, at, "Гость", quiet=True)
        lead = crm.leads.add(
            ROBOT, at, "Заявка", contacts=[contact], quiet=True, pipeline_id=SALES,
            status_id=crm.pipelines.unsorted_stage(SALES),
        )  # fmt: skip
        cards = {"leads": [lead], "contacts": [contact]}
        crm.unsorted.add(at, "forms", cards, pipeline_id=SALES, source_name="Сайт")

    def _ask_by_chat(self) -> None:
        self._crm.unsorted.chat_from_stranger(
            self._now(), "Незнакомец", "Почём?", origin="telegram"
        )

    def _sort(self) -> None:
        docs = self._crm.store.docs(
            "SELECT doc FROM entity WHERE kind = 'unsorted' AND deleted = 0 ORDER BY id", []
        )
        if not docs:
            return
        row, at = self._dice.choice(docs), self._now()
        fate = self._dice.randrange(3)
        if fate == 0:
            self._crm.unsorted.accept(ANNA, at, row, user=BORIS, status=None)
        elif fate == 1 and row["category"] == "chats":
            lead = self._dice.choice(self.team.leads)
            self._crm.records.existing("leads", lead)
            self._crm.unsorted.link(ANNA, at, row, lead)
        else:
            self._crm.unsorted.decline(ANNA, at, row)

    def _staff(self) -> None:
        """Rename, move, shut out or let in a colleague; rename a group, found another one."""
        crm, number = self._crm, self._dice.choice((ANNA, BORIS, VERA))
        what = self._dice.randrange(5)
        if what == 0:
            crm.people.change(number, name=f"Анна {self._dice.randrange(99)}")
        elif what == 1:
            crm.people.change(
                number, group=self._dice.choice([group["id"] for group in crm.people.groups])
            )
        elif what == 2:
            crm.people.change(number, is_active=not crm.people.users[number]["is_active"])
        elif what == 3:
            crm.people.groups[-1]["name"] = f"Отдел {self._dice.randrange(99)}"
            crm.store.set_meta("groups", crm.people.groups)
        else:
            crm.people.groups.append({"id": crm.people.groups[-1]["id"] + 1, "name": "Новый отдел"})
            crm.store.set_meta("groups", crm.people.groups)

    def _mass_action(self) -> None:
        """Choose several leads in the list and give them away at once."""
        with self._crm.work.transaction():
            for lead in self._dice.choices(self.team.leads, k=4):
                if self._crm.store.entity("leads", lead) is not None:
                    self._change("leads", lead, responsible_user_id=VERA)
