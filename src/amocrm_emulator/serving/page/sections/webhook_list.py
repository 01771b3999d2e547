"""Subscriptions to webhooks with what waits for them and what became of the latest bodies."""

from collections import Counter
from dataclasses import dataclass
from urllib.parse import parse_qsl

import msgspec

from amocrm_emulator.account.crm import Crm
from amocrm_emulator.serving.hooks.outcomes import DeliveryOutcome, DeliveryOutcomes
from amocrm_emulator.serving.hooks.sender import FAILURES_MAX


@dataclass(frozen=True, slots=True)
class Hook:
    """A subscription; `next_due` is when the first waiting body leaves."""

    id: int
    destination: str
    settings: list[str]
    is_off: bool
    waiting: int
    next_due: float | None
    attempts: int
    failures: int
    failures_max: int
    statuses: Counter[int]


@dataclass(frozen=True, slots=True)
class ShownDelivery:
    """An attempt with its body taken apart."""

    outcome: DeliveryOutcome
    pairs: list[tuple[str, str]]
    about: str


def hooks(crm: Crm, outcomes: DeliveryOutcomes) -> list[Hook]:
    rows = crm.store.rows(
        "SELECT h.id, h.destination, h.settings, h.disabled,"
        " count(d.id), min(d.due), coalesce(max(d.attempt), 0),"
        " (SELECT count(*) FROM failure f WHERE f.hook = h.id)"
        " FROM hook h LEFT JOIN delivery d ON d.hook = h.id GROUP BY h.id ORDER BY h.id"
    )
    return [
        Hook(
            number,
            destination,
            msgspec.json.decode(settings),
            bool(disabled),
            waiting,
            due,
            attempts,
            failures,
            FAILURES_MAX,
            outcomes.counts.get(number, Counter()),
        )
        for number, destination, settings, disabled, waiting, due, attempts, failures in rows
    ]


def shown(outcome: DeliveryOutcome) -> ShownDelivery:
    """Take a body apart: the account's fields are in each and say nothing new."""
    pairs = parse_qsl(outcome.body.decode(), keep_blank_values=True)
    told = [(name, value) for name, value in pairs if not name.startswith("account[")]
    heads = dict.fromkeys(_head(name) for name, _value in told)
    return ShownDelivery(outcome, told, ", ".join(heads))


def switch_on(crm: Crm, number: int) -> None:
    """Let a hook hear again; its failures are forgiven."""
    with crm.work.transaction():
        crm.store.run("UPDATE hook SET disabled = 0 WHERE id = ?", number)
        crm.store.run("DELETE FROM failure WHERE hook = ?", number)


def remove(crm: Crm, number: int) -> None:
    crm.store.run("DELETE FROM hook WHERE id = ?", number)


def send_now(crm: Crm) -> None:
    """Let everything that waits for its next attempt leave now."""
    crm.store.run("UPDATE delivery SET due = min(due, ?)", crm.clock.exact())


def _head(name: str) -> str:
    """Return what a field belongs to: leads[add] of leads[add][0][id]."""
    return "]".join(name.split("]")[:1]) + "]"
