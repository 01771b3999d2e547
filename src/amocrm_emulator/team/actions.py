"""What somebody does to one given lead or task, by the account's verbs.

Who does it, when, and to which card is decided elsewhere: by the plan of a team, or by a log.
"""

from dataclasses import dataclass

from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.spec import LOST, WON
from amocrm_emulator.account.store import Doc
from amocrm_emulator.team import phrases
from amocrm_emulator.team.names import any_name
from amocrm_emulator.team.plan.dice import Dice

TALKED, LEFT_MESSAGE, NO_ANSWER, BUSY = 4, 1, 6, 7
TELEPHONY = "Телефония"
ON_LEAD_SHARE = 0.75
_HOUR = 3600

Field = tuple[int, str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Actions:
    """One moment of work: who acts, when, the roll for what is left to chance."""

    crm: Crm
    by: int
    at: int
    dice: Dice
    quiet: bool

    def call(self, lead: Doc, *, is_incoming: bool, seconds: int) -> None:
        """Save a call that ends now; without a talk it was missed or not answered."""
        contact = self.contact_of(lead)
        on_lead = contact is None or self.dice.chance(ON_LEAD_SHARE)
        status = TALKED if seconds else self.dice.pick((NO_ANSWER, NO_ANSWER, BUSY, LEFT_MESSAGE))
        uniq = f"pbx-{self.at}-{self.by}-{self.dice.roll() % 1_000_000}"
        params: Doc = {
            "uniq": uniq,
            "duration": seconds,
            "source": TELEPHONY,
            "link": f"https://pbx.example.com/records/{uniq}.mp3" if seconds else "",
            "phone": _phone(contact),
            "call_result": self.dice.pick(phrases.RESULTS) if seconds else "",
            "call_status": status,
            "call_responsible": self.by,
        }
        self.crm.notes.add(
            self.by,
            self.at,
            "leads" if on_lead or contact is None else "contacts",
            lead["id"] if on_lead or contact is None else contact["id"],
            "call_in" if is_incoming else "call_out",
            params,
            responsible_user_id=self.by,
            quiet=self.quiet,
        )

    def message(self, lead: Doc, *, is_incoming: bool) -> None:
        """Write in the chat of a lead's customer."""
        linked = self.crm.store.links("leads", lead["id"], "contacts")
        if not linked or not (self.quiet or self.crm.store.entity("contacts", linked[0][0])):
            return
        texts = phrases.QUESTIONS if is_incoming else phrases.ANSWERS
        self.crm.talks.write(
            self.by,
            self.at,
            linked[0][0],
            self.dice.pick(texts),
            is_incoming=is_incoming,
            origin=phrases.CHANNELS[lead["id"] % len(phrases.CHANNELS)],
            quiet=self.quiet,
        )

    def note(self, lead: Doc) -> None:
        text = {"text": self.dice.pick(phrases.NOTES)}
        self._note(lead, "common", text)

    def service_note(self, lead: Doc) -> None:
        """Leave what an integration leaves."""
        text = {"service": "Интеграция", "text": self.dice.pick(phrases.SERVICE_NOTES)}
        self._note(lead, "service_message", text)

    def _note(self, lead: Doc, note_type: str, params: Doc) -> None:
        self.crm.notes.add(
            self.by, self.at, "leads", lead["id"], note_type, params, quiet=self.quiet
        )

    def move(self, lead: Doc, status: int) -> Doc:
        """Move a lead to another stage; a loss gets its reason."""
        reason: int | None = None
        if status == LOST:
            reason = self.dice.pick(self.crm.account.doc["loss_reasons"])[0]
        return self.crm.leads.change(
            self.by,
            self.at,
            lead["id"],
            quiet=self.quiet,
            pipeline_id=lead["pipeline_id"],
            status_id=status,
            loss_reason_id=reason,
        )

    def next_status(self, lead: Doc) -> int:
        """Return the stage after the present one; after the last one the deal is won."""
        pipeline = next(p for p in self.crm.pipelines.all if p["id"] == lead["pipeline_id"])
        stages = [status["id"] for status in pipeline["statuses"]]
        if lead["status_id"] not in stages:
            return int(stages[0])
        place = stages.index(lead["status_id"]) + 1
        return int(stages[place]) if place < len(stages) else WON

    def price(self, lead: Doc) -> None:
        price = self.dice.pick(phrases.PRICES)
        if price == lead["price"]:
            price += 500
        self.crm.leads.change(self.by, self.at, lead["id"], quiet=self.quiet, price=price)

    def rename(self, lead: Doc) -> None:
        name = f"{self.dice.pick(phrases.PRODUCTS)}, {self.dice.pick(phrases.CITIES)}"
        if name == lead["name"]:
            name += " (уточнено)"
        self.crm.leads.change(self.by, self.at, lead["id"], quiet=self.quiet, name=name)

    def fill(self, lead: Doc, field: Field) -> None:
        """Write a custom field anew: always with another value, so that it leaves an event."""
        number, name, texts = field
        old = lead["custom_fields_values"]
        was = next((f["values"][0]["value"] for f in old or () if f["field_id"] == number), None)
        text = self.dice.pick([text for text in texts if text != was])
        self.crm.fields.ensure("leads", number, name)
        given = [{"field_id": number, "values": [{"value": text}]}]
        self.crm.leads.change(
            self.by,
            self.at,
            lead["id"],
            quiet=self.quiet,
            custom_fields_values=self.crm.fields.merged("leads", old, given),
        )

    def add_task(self, lead: Doc, responsible: int) -> Doc:
        """Plan something about a lead for the next hours or days."""
        number = self.crm.tasks.add(
            self.by,
            self.at,
            self.dice.pick(phrases.TASKS),
            self._deadline(),
            quiet=self.quiet,
            entity_id=lead["id"],
            entity_type="leads",
            responsible_user_id=responsible,
            task_type_id=self.dice.pick(self.crm.account.doc["task_types"])[0],
        )
        return self.crm.records.existing("tasks", number)

    def complete(self, task: int) -> Doc:
        result = self.dice.pick(phrases.RESULTS)
        return self.crm.tasks.complete(self.by, self.at, task, result, quiet=self.quiet)

    def postpone(self, task: Doc) -> Doc:
        till = max(self._deadline(), task["complete_till"] + _HOUR)
        return self.crm.tasks.change(
            self.by, self.at, task["id"], quiet=self.quiet, complete_till=till
        )

    def _deadline(self) -> int:
        return self.at + self.dice.between(1, 60) * _HOUR // 2

    def new_contact(self, responsible: int) -> int:
        name = any_name(self.dice)
        phone = f"+79{self.dice.between(0, 999_999_999):09}"
        return self.crm.cards.add_contact(
            self.by,
            self.at,
            name.full,
            quiet=self.quiet,
            phone=phone,
            email=f"{name.email_part}{self.dice.between(1, 9999)}@example.org",
            first_name=name.first,
            last_name=name.last,
            responsible_user_id=responsible,
        )

    def new_lead(
        self, contact: int, responsible: int, pipeline: int, name: str | None = None
    ) -> int:
        """Bring a customer's wish as a lead of somebody."""
        wish = name or f"{self.dice.pick(phrases.PRODUCTS)}, {self.dice.pick(phrases.SOURCES)}"
        return self.crm.leads.add(
            self.by,
            self.at,
            wish,
            contacts=(contact,),
            quiet=self.quiet,
            pipeline_id=pipeline,
            responsible_user_id=responsible,
            price=self.dice.pick(phrases.PRICES) if self.dice.chance(0.4) else 0,
        )

    def link_company(self, lead: Doc) -> None:
        """Link a lead with its customer's company; found or made."""
        linked = self.crm.store.links("leads", lead["id"], "companies")
        company = (
            linked[0][0]
            if linked
            else self.crm.cards.add_company(
                self.by,
                self.at,
                f"ООО «{self.dice.pick(phrases.COMPANIES)}»",
                quiet=self.quiet,
                responsible_user_id=lead["responsible_user_id"],
            )
        )
        self.crm.links.add(self.by, self.at, ("leads", lead["id"]), ("companies", company))

    def contact_of(self, lead: Doc) -> Doc | None:
        linked = self.crm.store.links("leads", lead["id"], "contacts")
        return self.crm.store.entity("contacts", linked[0][0]) if linked else None


def _phone(contact: Doc | None) -> str:
    for field in (contact or {}).get("custom_fields_values") or ():
        if field["field_code"] == "PHONE":
            return str(field["values"][0]["value"])
    return ""
