"""Our emulator with an account of any size, without limits.

Run as a process of its own: `python -m bench.emulated_crm PORT LEADS CONTACTS EVENTS`.
"""

import asyncio
import itertools
import sys

from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.spec import AccountSpec, GroupSpec, PipelineSpec, StatusSpec, UserSpec
from amocrm_emulator.serving.server import Emulator, Setting

ACCOUNT = 31_000_001
DAYS = 14
USERS = 24
STAGES = (71_001, 71_002, 71_003)
SPEC = AccountSpec(
    id=ACCOUNT,
    name="Проба",
    subdomain="bare",
    users=tuple(
        UserSpec(n, f"Сотрудник {n}", f"u{n}@example.com", is_admin=n == 1)
        for n in range(1, USERS + 1)
    ),
    groups=(GroupSpec(0, "Отдел продаж"),),
    time_zone="Europe/Moscow",
    tokens=(("emulator-token", 1),),
    pipelines=(PipelineSpec(700, "Продажи", tuple(StatusSpec(n, f"Этап {n}") for n in STAGES)),),
)


def fill(crm: Crm, leads: int, contacts: int, events: int) -> None:
    """Two weeks of work: cards that come in, then stages and prices that change."""
    start, acts = crm.clock.now() - DAYS * 86_400, max(1, events)
    moments = (start + DAYS * 86_400 * n // acts for n in itertools.count())
    with crm.work.transaction():
        people = [
            crm.cards.add_contact(_who(n), next(moments), f"Клиент {n}", quiet=True,
                            phone=f"+7900{n:07d}", responsible_user_id=_who(n))
            for n in range(contacts)
        ]  # fmt: skip
        cards = [
            crm.leads.add(_who(n), next(moments), f"Поставка {n}", quiet=True, price=n,
                         contacts=people[n : n + 1], responsible_user_id=_who(n))
            for n in range(leads)
        ]  # fmt: skip
        for n in range(max(0, events - contacts - leads) if cards else 0):
            stage = STAGES[n // len(cards) % len(STAGES) - 2]
            crm.leads.change(
                _who(n), next(moments), cards[n % len(cards)], quiet=True, status_id=stage
            )


def _who(number: int) -> int:
    return number % USERS + 1


async def serve(port: int, crm: Crm) -> None:
    async with Emulator(crm, Setting(port=port, per_second=None)) as emulator:
        print("ready", flush=True)
        await emulator.wait_closed()


if __name__ == "__main__":
    chosen_port, *sizes = (int(word) for word in sys.argv[1:])
    account = Crm.create(None, SPEC)
    fill(account, *sizes)
    asyncio.run(serve(chosen_port, account))
