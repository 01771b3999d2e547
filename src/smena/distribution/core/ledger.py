"""Who is owed how much: the credit ledger of a template (distribution.md section 1).

Credits are whole billionths of a lead, so that shares add up exactly: the sum over all members of
a template is 0 after any sequence of events. Everybody who could have received a lead earns an
equal share of it, the receiver pays the whole. Whoever is away neither earns nor pays.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import msgspec

from smena.crm.model.entities import UserId

LEAD = 1_000_000_000
"""One lead in the ledger's unit."""

NEVER = -1
"""`last_seq` of somebody who has received nothing yet: at a tie they go first."""


class Balance(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What one member is owed (`credit` > 0) or has had ahead of turn (`credit` < 0)."""

    user: UserId
    credit: int = 0
    last_seq: int = NEVER


@dataclass(frozen=True, slots=True)
class Ledger:
    """`seq` counts decisions; `balances` stand in the order of the template's list."""

    seq: int = 0
    balances: tuple[Balance, ...] = ()

    def of(self, user: UserId) -> Balance:
        return next(balance for balance in self.balances if balance.user == user)


class LedgerEntry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One line of a decision's vector: what a candidate earned and how the credit moved."""

    user: UserId
    share: int
    before: int
    after: int
    last_seq_before: int


@dataclass(frozen=True, slots=True)
class Assignment:
    """A lead given to `user` in turn `seq`, with the line of every candidate."""

    user: UserId
    seq: int
    entries: tuple[LedgerEntry, ...]
    ledger: Ledger


def enrol(ledger: Ledger, members: Sequence[UserId]) -> Ledger:
    """Follow the template's present members: newcomers start at 0, leavers' credit is spread.

    What a leaver was owed goes to those who stay in equal parts, the remainder one unit each from
    the head of the list (distribution.md section 1.3).
    """
    if [balance.user for balance in ledger.balances] == list(members):
        return ledger
    known = {balance.user: balance for balance in ledger.balances}
    stay = tuple(known.get(user, Balance(user)) for user in dict.fromkeys(members))
    left_over = sum(b.credit for b in ledger.balances) - sum(b.credit for b in stay)
    return replace(ledger, balances=_spread(stay, left_over))


def assign(ledger: Ledger, candidates: Collection[UserId]) -> Assignment:
    """Give one lead to the candidate with the largest credit (distribution.md 1.2, points 4 to 9).

    `candidates` is not empty and holds members only.
    """
    taking_part = frozenset(candidates)
    share, remainder = divmod(LEAD, len(taking_part))
    chosen = min(
        (-balance.credit, balance.last_seq, place, balance.user)
        for place, balance in enumerate(ledger.balances)
        if balance.user in taking_part
    )[3]
    entries: list[LedgerEntry] = []
    balances: list[Balance] = []
    for balance in ledger.balances:
        user, before, last_seq = balance.user, balance.credit, balance.last_seq
        if user not in taking_part:
            balances.append(balance)
        elif user == chosen:
            after = before + share + remainder - LEAD
            entries.append(LedgerEntry(user, share + remainder, before, after, last_seq))
            balances.append(Balance(user, after, ledger.seq))
        else:
            entries.append(LedgerEntry(user, share, before, before + share, last_seq))
            balances.append(Balance(user, before + share, last_seq))
    return Assignment(chosen, ledger.seq, tuple(entries), Ledger(ledger.seq + 1, tuple(balances)))


def undo(ledger: Ledger, user: UserId, entries: Iterable[LedgerEntry]) -> Ledger:
    """Undo an assignment that the CRM refused (distribution.md section 1.2, point 10).

    Shares and payment return.

    Members who have left since keep nothing to undo; their part is spread over those who stayed.
    """
    moved = {entry.user: entry for entry in entries}
    undone = tuple(
        _undone(balance, moved[balance.user], user) if balance.user in moved else balance
        for balance in ledger.balances
    )
    drift = sum(balance.credit for balance in undone)
    return replace(ledger, balances=_spread(undone, -drift))


def next_receivers(ledger: Ledger, candidates: Collection[UserId], count: int) -> list[UserId]:
    """Foretell who receives the next leads if nothing changes (distribution.md 1.7)."""
    receivers: list[UserId] = []
    while candidates and len(receivers) < count:
        given = assign(ledger, candidates)
        receivers.append(given.user)
        ledger = given.ledger
    return receivers


def _undone(balance: Balance, entry: LedgerEntry, receiver: UserId) -> Balance:
    credit = balance.credit - (entry.after - entry.before)
    last_seq = entry.last_seq_before if balance.user == receiver else balance.last_seq
    return Balance(balance.user, credit, last_seq)


def _spread(balances: tuple[Balance, ...], amount: int) -> tuple[Balance, ...]:
    if not balances or not amount:
        return balances
    part, rest = divmod(amount, len(balances))
    return tuple(
        msgspec.structs.replace(balance, credit=balance.credit + part + (1 if place < rest else 0))
        for place, balance in enumerate(balances)
    )
