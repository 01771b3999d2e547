"""A team that works on the emulator at random, by a seed."""

import contextlib
import random
from typing import Any

from tests.connectors.amocrm.account import ANNA, BORIS, BOSS, FIRST, OFFER, TALKS, VERA
from tests.connectors.amocrm.stand import Stand


class Team:
    """Random work on the emulator, reproducible by its seed."""

    def __init__(self, made: Stand, seed: int) -> None:
        self._stand = made
        self._crm = made.crm
        self._dice = random.Random(seed)
        self.leads: list[int] = []
        self.contacts: list[int] = []
        self.companies: list[int] = []
        self.tasks: list[int] = []

    def begin(self, leads: int = 5) -> None:
        for _ in range(leads):
            self.new_lead()
        self.new_task()

    def act(self) -> None:
        """Do one thing somebody in a sales team does."""
        verbs = (
            self.new_lead, self.move, self.move, self.give_away, self.rename, self.price,
            self.new_task, self.finish, self.move_task, self.call, self.call, self.note,
            self.edit_contact, self.edit_company, self.link, self.throw_away,
            self.bring_back, self.drop_task,
        )  # fmt: skip
        self._dice.choice(verbs)()

    def act_often(self, times: int) -> None:
        for _ in range(times):
            self.act()

    def who(self) -> int:
        return self._dice.choice((BOSS, ANNA, BORIS, VERA, 0))

    def new_lead(self) -> None:
        now, by = self._stand.now(), self.who()
        company = self._crm.cards.add_company(by, now, f"ООО «Ромашка {len(self.companies)}»")
        contact = self._crm.cards.add_contact(
            by, now, f"Клиент {len(self.contacts)}", phone="+79990001122", company=company
        )
        lead = self._crm.leads.add(
            by, now, f"Сделка {len(self.leads)}", contacts=[contact], company=company,
            price=self._dice.randrange(100_000),
        )  # fmt: skip
        self.leads.append(lead)
        self.contacts.append(contact)
        self.companies.append(company)

    def move(self) -> None:
        status = self._dice.choice((FIRST, TALKS, OFFER, 142, 143))
        self._change_lead(status_id=status)

    def give_away(self) -> None:
        self._change_lead(responsible_user_id=self._dice.choice((ANNA, BORIS, VERA)))

    def rename(self) -> None:
        self._change_lead(name=f"Поставка {self._dice.randrange(1000)}")

    def price(self) -> None:
        self._change_lead(price=self._dice.randrange(1_000_000))

    def new_task(self) -> None:
        now = self._stand.now()
        self.tasks.append(
            self._crm.tasks.add(
                self.who(), now, "Перезвонить", now + 3600, entity_type="leads",
                entity_id=self._dice.choice(self.leads), duration=1800,
            )
        )  # fmt: skip

    def finish(self) -> None:
        with contextlib.suppress(KeyError):
            task = self._dice.choice(self.tasks)
            self._crm.tasks.complete(self.who(), self._stand.now(), task, "Договорились")

    def move_task(self) -> None:
        with contextlib.suppress(KeyError):
            now = self._stand.now()
            till = now + self._dice.randrange(100_000)
            self._crm.tasks.change(
                self.who(), now, self._dice.choice(self.tasks), complete_till=till
            )

    def drop_task(self) -> None:
        if len(self.tasks) > 3:
            self._crm.cards.delete(
                self.who(), self._stand.now(), "tasks", self._dice.choice(self.tasks)
            )

    def call(self) -> None:
        with contextlib.suppress(KeyError):
            kind, number = self._dice.choice(
                (("leads", self._dice.choice(self.leads)),
                 ("contacts", self._dice.choice(self.contacts)))
            )  # fmt: skip
            params = {
                "uniq": f"pbx-{self._dice.randrange(10**9)}", "source": "ATC",
                "duration": self._dice.choice((0, 15, 200, 1000)), "phone": "+79990001122",
                "call_status": 4, "call_responsible": self._dice.choice((ANNA, BORIS)),
            }  # fmt: skip
            way = self._dice.choice(("call_in", "call_out"))
            self._crm.notes.add(ANNA, self._stand.now(), kind, number, way, params)

    def note(self) -> None:
        with contextlib.suppress(KeyError):
            self._crm.notes.add(
                self.who(), self._stand.now(), "leads", self._dice.choice(self.leads), "common",
                {"text": "Просил счёт"},
            )  # fmt: skip

    def edit_contact(self) -> None:
        with contextlib.suppress(KeyError):
            self._crm.cards.change(
                "contacts", self.who(), self._stand.now(), self._dice.choice(self.contacts),
                name=f"Клиент {self._dice.randrange(1000)}",
            )  # fmt: skip

    def edit_company(self) -> None:
        with contextlib.suppress(KeyError):
            self._crm.cards.change(
                "companies", self.who(), self._stand.now(), self._dice.choice(self.companies),
                responsible_user_id=self._dice.choice((ANNA, BORIS)),
            )  # fmt: skip

    def link(self) -> None:
        with contextlib.suppress(KeyError):
            source = ("leads", self._dice.choice(self.leads))
            target = ("contacts", self._dice.choice(self.contacts))
            verb = self._dice.choice((self._crm.links.add, self._crm.links.remove))
            verb(self.who(), self._stand.now(), source, target)

    def throw_away(self) -> None:
        kind, numbers = self._some_cards()
        self._crm.cards.delete(self.who(), self._stand.now(), kind, self._dice.choice(numbers))

    def bring_back(self) -> None:
        kind, numbers = self._some_cards()
        self._crm.cards.restore(self.who(), self._stand.now(), kind, self._dice.choice(numbers))

    def _some_cards(self) -> tuple[str, list[int]]:
        return self._dice.choice(
            (("leads", self.leads), ("contacts", self.contacts), ("companies", self.companies))
        )

    def _change_lead(self, **fields: Any) -> None:
        with contextlib.suppress(KeyError):
            self._crm.leads.change(
                self.who(), self._stand.now(), self._dice.choice(self.leads), **fields
            )
