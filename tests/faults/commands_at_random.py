"""Commands of ours at random, and how each has to end: once, told once, and not for nothing."""

import random
from collections import Counter
from datetime import timedelta

from smena.crm.facts import queries as facts_queries
from smena.crm.facts.model import (
    CommandCancelled,
    CommandDelivered,
    CommandRefused,
    CommandSuperseded,
    LeadAppeared,
)
from smena.crm.model.entities import (
    CompanyId,
    ContactId,
    EntityKind,
    LeadId,
    PipelineId,
    StatusId,
    TaskId,
    UserId,
)
from smena.crm.outbox import actions, queries
from smena.crm.outbox.model import (
    AddNote,
    Change,
    ChangeCompany,
    ChangeContact,
    ChangeLead,
    ChangeTask,
    Command,
    CommandFilter,
    CommandState,
    CreateTask,
    NewCommand,
    Priority,
    Stage,
)
from tests.connectors.amocrm.account import ACCOUNT, ANNA, BORIS, OFFER, SALES, TALKS, VERA
from tests.connectors.amocrm.stand import Stand
from tests.faults.people_at_work import People

ENDS = (CommandDelivered, CommandRefused, CommandSuperseded, CommandCancelled)
FACTS_MAX = 100_000
NOBODY = 999
KINDS = {"leads": EntityKind.LEAD, "contacts": EntityKind.CONTACT, "companies": EntityKind.COMPANY}


class Commands:
    """Somebody of ours who asks for all kinds of things; some of them cannot be."""

    def __init__(self, made: Stand, people: People, seed: int) -> None:
        self._made, self._people = made, people
        self._dice = random.Random(seed + 1)
        self._number = 0

    async def ask(self) -> None:
        now = self._made.clock.now()
        asked = [
            NewCommand(self._change(), "history", self._dice.choice(tuple(Priority)))
            for _ in range(self._dice.randint(1, 4))
        ]
        async with self._made.db.tenant(ACCOUNT) as tx:
            await actions.request_all(tx, asked, now)

    def _change(self) -> Change:
        dice, team = self._dice, self._people.team
        who = UserId(dice.choice((ANNA, BORIS, VERA, NOBODY)))
        kind = dice.randrange(8)
        if kind < 3:
            stage = Stage(PipelineId(SALES), StatusId(dice.choice((TALKS, OFFER, 142))))
            return ChangeLead(
                lead=LeadId(dice.choice(team.leads)), responsible=who,
                stage=stage if dice.random() < 0.3 else None,
                add_tags=("от нас",) if dice.random() < 0.3 else (),
            )  # fmt: skip
        if kind == 3:
            return ChangeContact(contact=ContactId(dice.choice(team.contacts)), responsible=who)
        if kind == 4:
            return ChangeCompany(company=CompanyId(dice.choice(team.companies)), responsible=who)
        if kind == 5:
            return ChangeTask(
                task=TaskId(dice.choice(team.tasks)), is_completed=True, result="Сделано"
            )
        return self._creation(*self._people.card())

    def _creation(self, plural: str, card: int) -> Change:
        self._number += 1
        text, kind = f"от нас {self._number}", KINDS[plural]
        if self._dice.random() < 0.5:
            return AddNote(card_kind=kind, card_id=card, text=text)
        due = (self._made.clock.now() + timedelta(hours=3)).replace(microsecond=0)
        return CreateTask(text=text, due_at=due, card_kind=kind, card_id=card)


async def wrong_ends(made: Stand) -> list[str]:
    """Return what is wrong with the ends of commands and with what features were told."""
    async with made.db.tenant(ACCOUNT) as tx:
        commands = await queries.find_commands(tx, CommandFilter(limit=FACTS_MAX))
        recorded = await facts_queries.facts(tx, 0, FACTS_MAX)
    facts = [one.fact for one in recorded]
    told = Counter(fact.command for fact in facts if isinstance(fact, ENDS))
    appeared = Counter(fact.lead for fact in facts if isinstance(fact, LeadAppeared))
    waiting = (CommandState.PLANNED, CommandState.SENDING)
    wrong = [f"no end: {command}" for command in commands if command.state in waiting]
    wrong += [
        f"told {told[command.id]} times: {command}"
        for command in commands
        if command.state not in waiting and told[command.id] != 1
    ]
    wrong += [f"lead {lead} appeared {n} times" for lead, n in appeared.items() if n > 1]
    return wrong + _wrong_creations(made, commands)


def _wrong_creations(made: Stand, commands: list[Command]) -> list[str]:
    """Return creations that are there twice, or not at all though we believe so."""
    docs = made.crm.store.docs("SELECT doc FROM entity WHERE kind IN ('tasks', 'notes')", [])
    there = Counter(str(doc.get("text") or doc.get("params", {}).get("text")) for doc in docs)
    return [
        f"there are {there[command.change.text]} in the CRM: {command}"
        for command in commands
        if isinstance(command.change, AddNote | CreateTask)
        and there[command.change.text] != (command.state is CommandState.DELIVERED)
    ]
