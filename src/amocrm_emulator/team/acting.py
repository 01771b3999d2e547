"""Performs planned acts on an account: finds the target that exists now, then acts on it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.spec import LOST, WON
from amocrm_emulator.account.store import Doc
from amocrm_emulator.team import phrases
from amocrm_emulator.team.actions import Actions
from amocrm_emulator.team.open_work import OpenWork
from amocrm_emulator.team.people import SUPPORT_GROUP, SUPPORT_PIPELINE
from amocrm_emulator.team.plan.act import ROBOT, Act, ActTarget, Verb
from amocrm_emulator.team.plan.dice import Dice

FEW_LEADS, MANY_LEADS = 5, 25
LOSS_SHARE, LOSS_SHARE_OF_MANY = 0.12, 0.3
SUPPORT_SHARE = 0.6
INTEGRATION = "5b6f0d3e-0000-4000-8000-00000000f00d"
"""The website's forms and telephony of the emulated account, acting under the administrator."""
_CALLS = {Verb.CALL_OUT, Verb.CALL_IN}
_MESSAGES = {Verb.MESSAGE_OUT, Verb.MESSAGE_IN}
_NEW_LEADS = {Verb.LEAD_NEW, Verb.LEAD_AGAIN}
_OF_TASKS = {Verb.TASK_DONE, Verb.TASK_MOVE}


@dataclass(slots=True)
class SalesFloor:
    """The sales floor of an account. `owner` has every fresh lead first."""

    crm: Crm
    owner: int
    open_work: OpenWork = field(default_factory=OpenWork)
    performed: int = 0
    skipped: int = 0

    def refresh(self, now: int) -> None:
        """See what others changed."""
        self.open_work.refresh(self.crm.store, now)

    def perform(self, act: Act, at: int, *, quiet: bool) -> int | None:
        """Do an act at a moment; return a lead's number when the act brought one.

        Without anything to act on (an empty account) the act is skipped and counted.
        """
        if act.is_integration:
            with self.crm.work.acting_through(INTEGRATION):
                return self._perform(act, at, quiet=quiet)
        return self._perform(act, at, quiet=quiet)

    def _perform(self, act: Act, at: int, *, quiet: bool) -> int | None:
        actions = Actions(self.crm, act.person, at, Dice(act.roll), quiet)
        if act.verb in _NEW_LEADS:
            self.performed += 1
            return self._bring(actions, act)
        lead = self._lead(act, at)
        if lead is None:
            self.skipped += 1
            return None
        if not act.is_integration:
            self.open_work.leads[lead["id"]].worker = act.person
        self.open_work.last_lead[act.person] = lead["id"]
        self._do(actions, act, lead)
        self.performed += 1
        return None

    def assign(self, lead: int, to: int, actions: Actions) -> None:
        """Make somebody responsible for a lead, as the integration that shares them out does."""
        with self.crm.work.acting_through(INTEGRATION):
            doc = self.crm.leads.change(
                actions.by, actions.at, lead, quiet=actions.quiet, responsible_user_id=to
            )
        self.open_work.put_lead(doc)

    def _lead(self, act: Act, at: int) -> Doc | None:
        """Find the lead an act is about; one that vanished meanwhile is forgotten."""
        chosen = None
        if act.target is ActTarget.SAME_LEAD:
            chosen = self.open_work.leads.get(self.open_work.last_lead.get(act.person, 0))
        elif act.target is ActTarget.RECENT_LEAD:
            chosen = self.open_work.recent_lead(act.roll)
        if chosen is None:
            chosen = self.open_work.own_lead(act.person, at, act.roll)
        if chosen is None:
            return None
        doc = self.crm.store.entity("leads", chosen.number)
        if doc is None:
            self.open_work.drop_lead(chosen.number)
        return doc

    def _do(self, actions: Actions, act: Act, lead: Doc) -> None:
        verb = act.verb
        if verb in _CALLS:
            actions.call(lead, is_incoming=verb is Verb.CALL_IN, seconds=act.seconds)
        elif verb in _MESSAGES:
            actions.message(lead, is_incoming=verb is Verb.MESSAGE_IN)
        elif verb in _OF_TASKS:
            self._task(actions, act, lead)
        elif verb is Verb.TASK_ADD:
            self.open_work.put_task(actions.add_task(lead, act.person))
        elif verb is Verb.STAGE:
            self._stage(actions, lead)
        else:
            self._edit(actions, act, lead)

    def _edit(self, actions: Actions, act: Act, lead: Doc) -> None:
        match act.verb:
            case Verb.NOTE:
                actions.note(lead)
            case Verb.PRICE:
                actions.price(lead)
            case Verb.RENAME:
                actions.rename(lead)
            case Verb.SERVICE_NOTE:
                actions.service_note(lead)
            case Verb.LINK:
                actions.link_company(lead)
            case _ if act.is_integration:
                actions.fill(lead, phrases.CAMPAIGN_FIELD)
            case _:
                actions.fill(lead, actions.dice.pick((phrases.CITY_FIELD, phrases.COLOUR_FIELD)))

    def _task(self, actions: Actions, act: Act, lead: Doc) -> None:
        """Finish or move a task; with none left, plan a new one."""
        task = self.open_work.own_task(act.person, actions.at, act.roll)
        doc = self.crm.store.entity("tasks", task.number) if task else None
        if task is not None and doc is None:
            self.open_work.drop_task(task.number)
        if doc is None:
            self.open_work.put_task(actions.add_task(lead, act.person))
        elif act.verb is Verb.TASK_DONE:
            self.open_work.put_task(actions.complete(doc["id"]))
        else:
            self.open_work.put_task(actions.postpone(doc))

    def _stage(self, actions: Actions, lead: Doc) -> None:
        """Move a lead on, or lose it; somebody with few leads keeps them."""
        open_leads = len(self.open_work.leads_of[lead["responsible_user_id"]])
        status = actions.next_status(lead)
        share = LOSS_SHARE_OF_MANY if open_leads > MANY_LEADS else LOSS_SHARE
        if actions.dice.chance(share):
            status = LOST
        if status in {WON, LOST} and open_leads <= FEW_LEADS:
            actions.fill(lead, phrases.COLOUR_FIELD)
            return
        self.open_work.put_lead(actions.move(lead, status))
        if status == WON and lead["pipeline_id"] != SUPPORT_PIPELINE:
            self._hand_over(actions, lead)

    def _hand_over(self, actions: Actions, lead: Doc) -> None:
        """Let a robot open a deal of the support department for what was sold."""
        people = [
            user for user, doc in self.crm.people.users.items() if doc["group"] == SUPPORT_GROUP
        ]
        contact = actions.contact_of(lead)
        if people and contact is not None and actions.dice.chance(SUPPORT_SHARE):
            robot = Actions(self.crm, ROBOT, actions.at, actions.dice, actions.quiet)
            pipeline = SUPPORT_PIPELINE
            self._put_new(robot.new_lead(contact["id"], actions.dice.pick(people), pipeline))

    def _bring(self, actions: Actions, act: Act) -> int:
        known = None
        if act.target is ActTarget.OLD_CUSTOMER:
            known = self._living_customer(act.roll)
        contact = known or actions.new_contact(self.owner)
        pipeline = int(self.crm.pipelines.main()["id"])
        number = actions.new_lead(contact, self.owner, pipeline)
        self._put_new(number)
        if known is None:
            self.open_work.customers.append(contact)
        self.open_work.last_lead[act.person] = number
        return number

    def _living_customer(self, roll: int) -> int | None:
        number = self.open_work.customer(roll)
        is_there = number is not None and self.crm.store.entity("contacts", number) is not None
        return number if is_there else None

    def _put_new(self, number: int) -> None:
        self.open_work.put_lead(self.crm.records.existing("leads", number))

    def open_stock(self, people: Iterable[tuple[int, int]], size: int, actions: Actions) -> None:
        """Give each (person, pipeline) some open leads, as if they had been here before."""
        for person, pipeline in people:
            for _ in range(size):
                contact = actions.new_contact(person)
                self.open_work.customers.append(contact)
                self._put_new(actions.new_lead(contact, person, pipeline))
