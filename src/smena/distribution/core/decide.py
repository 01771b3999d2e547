"""Who receives a new lead, with the reasons in the order they were considered."""

from collections.abc import Collection
from dataclasses import dataclass

from smena.crm.model.entities import UserId
from smena.distribution.core.ledger import Ledger, assign
from smena.distribution.model import Assigned, Decision, Nobody, RuleStep, Step


@dataclass(frozen=True, slots=True)
class Availability:
    """The people of a template at one moment.

    `active` work in the CRM, `refused` were rejected by it as responsible until somebody saves the
    template again (distribution.md section 1.2, point 10).
    """

    active: frozenset[UserId]
    refused: frozenset[UserId] = frozenset()


def decide(
    ledger: Ledger, availability: Availability, tried: Collection[UserId] = ()
) -> tuple[Decision, Ledger]:
    """Choose the receiver among the ledger's members; return the decision and the new ledger.

    `tried` are people who had this very lead and lost it. Nobody available never chooses: then the
    ledger stays as it was.
    """
    members = tuple(balance.user for balance in ledger.balances)
    steps = [Step(RuleStep.MEMBERS, members)]
    for rule, barred in _rules(availability, members, tried):
        before = steps[-1].kept
        if barred.isdisjoint(before):
            steps.append(Step(rule, before))
            continue
        kept = tuple(user for user in before if user not in barred)
        steps.append(Step(rule, kept, tuple(user for user in before if user in barred)))
    candidates = steps[-1].kept
    if not candidates:
        return Nobody((*steps, Step(RuleStep.NOBODY, ()))), ledger
    given = assign(ledger, candidates)
    steps.append(Step(RuleStep.QUEUE, (given.user,)))
    return Assigned(given.user, given.seq, tuple(steps), given.entries), given.ledger


def _rules(
    availability: Availability, members: Collection[UserId], tried: Collection[UserId]
) -> tuple[tuple[RuleStep, frozenset[UserId]], ...]:
    """Return the rules in order, each with the people whom it keeps out."""
    return (
        (RuleStep.ACTIVE, frozenset(members) - availability.active),
        (RuleStep.ACCEPTED, availability.refused),
        (RuleStep.NOT_TRIED, frozenset(tried)),
    )
