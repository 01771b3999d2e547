"""The pages of health and reconciliation, the doctor's figures, and what monitoring reads."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import httpx2
import pytest
from litestar import Litestar

from smena.access import pages as access
from smena.access.model import Role
from smena.accounts import actions as accounts
from smena.accounts.model import NewAccount
from smena.app import wiring
from smena.connectors.amocrm.connecting.pages import connection as pages
from smena.connectors.amocrm.health import gather
from smena.connectors.amocrm.health import pages as health_pages
from smena.connectors.amocrm.health.metrics import AT_ONCE, Gauges
from smena.connectors.amocrm.reconciliation import pages as reconciliation_pages
from smena.connectors.amocrm.reconciliation import run
from smena.connectors.amocrm.reconciliation.view import reconciliation_view
from smena.connectors.amocrm.service import AmocrmService
from smena.connectors.amocrm.store import connections
from smena.crm.model.entities import UserId
from smena.kernel import metrics
from smena.kernel.clock import SystemClock
from smena.kernel.crypto import Vault
from smena.kernel.database.pool import Pool
from smena.kernel.db import Database
from smena.kernel.i18n import use
from smena.kernel.ids import AccountId
from smena.kernel.jobs import failures
from smena.kernel.jobs.failures import FailureKind, Trouble
from tests.access.cast import admit
from tests.connectors.amocrm.account import ACCOUNT, BOSS
from tests.connectors.amocrm.checking import check, finish
from tests.connectors.amocrm.connecting.browsing import Browsing
from tests.connectors.amocrm.stand import Stand, stand
from tests.connectors.amocrm.team import Team
from tests.web.site import make_site, visitor

pytestmark = pytest.mark.anyio
HEALTH, RECONCILIATION = "/settings/health", "/settings/reconciliation"


@pytest.fixture
async def browsing(db: Database) -> AsyncIterator[Browsing]:
    """A connected account, its mirror loaded, in front of its administrator."""
    async with stand(db, history_days=1) as made:
        Team(made, 1).begin(leads=3)
        made.age_everything(by_seconds=3600)
        await made.connect()
        await made.load()
        await made.step()
        async with visitor(site(made)) as browser:
            yield Browsing(made, browser)


def site(made: Stand) -> Litestar:
    return make_site(
        routes=[*access.ROUTES, *pages.ROUTES, *health_pages.ROUTES, *reconciliation_pages.ROUTES],
        db=made.db,
        clock=made.clock,
        vault=made.service.vault,
        services={"amocrm": made.service, "inbox": made.inbox, "labels": wiring.labels()},
        middleware=access.MIDDLEWARE,
        gauges=[Gauges(made.db, made.clock, made.service).refresh],
    )


async def admin(browsing: Browsing) -> None:
    await admit(browsing.made.db, role=Role.ADMIN, account=ACCOUNT)
    await browsing.sign_in()


async def test_a_well_connection(browsing: Browsing) -> None:
    await admin(browsing)
    browsing.made.clock.offset += timedelta(seconds=12)
    await browsing.made.step()
    page = (await browsing.browser.get(HEALTH)).text
    assert "Всё в порядке: данные приходят" in page
    assert "включены: изменения приходят сразу" in page
    assert 'hx-trigger="every 5s"' in page
    for name in ("сделки", "неразобранное", "раз в 5 с; последний"):
        assert name in page


async def test_what_is_wrong_says_what_to_do(browsing: Browsing) -> None:
    await admin(browsing)
    trouble = Trouble(
        "amocrm.poll", str(ACCOUNT), FailureKind.DEFECT, {"account": ACCOUNT}, "<b>KeyError"
    )
    other = Trouble("amocrm.poll", "5", FailureKind.DEFECT, {"account": 5}, "чужое")
    async with browsing.made.db.system() as tx:
        await failures.keep(tx, trouble, browsing.made.clock.now())
        await failures.keep(tx, other, browsing.made.clock.now())
    browsing.made.clock.offset += timedelta(minutes=20)
    page = (await browsing.browser.get(HEALTH)).text
    assert "Данные отстают" in page
    assert "Проверьте, что Смена запущена" in page
    assert "Ошибка программы: опрос событий" in page
    assert "&lt;b&gt;KeyError" in page
    assert "чужое" not in page
    assert "Всё в порядке" not in page


async def test_a_webhook_leaves_its_moment_and_its_lag(browsing: Browsing) -> None:
    made = browsing.made
    Team(made, 2).new_lead()
    await made.emulator.flush_hooks()
    await made.drain()
    found = await gather.of_account(made.db, ACCOUNT, timedelta(seconds=5), made.clock.now())
    assert found is not None
    assert found.webhook.heard_at is not None
    assert found.webhook.lag is not None
    assert timedelta(0) <= found.webhook.lag < timedelta(minutes=1)
    assert found.poll.pages == 1
    await made.settle(rounds=1)
    found = await gather.of_account(made.db, ACCOUNT, timedelta(seconds=5), made.clock.now())
    assert found is not None
    assert found.poll.news_at is not None


async def test_a_check_from_the_button_to_its_report(browsing: Browsing) -> None:
    await admin(browsing)
    made = browsing.made
    empty = (await browsing.browser.get(RECONCILIATION)).text
    assert "Проверок ещё не было" in empty
    assert "ещё не сверялись" in empty
    async with made.db.tenant(ACCOUNT) as tx:
        await tx.run("DELETE FROM crm_lead WHERE id = (SELECT min(id) FROM crm_lead)")
    begun = await browsing.send(f"{RECONCILIATION}/start", seen=RECONCILIATION)
    assert "Проверка началась" in begun.text
    assert "<progress" in begun.text
    assert 'hx-trigger="every 2s"' in begun.text
    assert "Проверить сейчас" not in begun.text
    again = await browsing.send(f"{RECONCILIATION}/start", seen=RECONCILIATION)
    assert "Проверка уже идёт" in again.text
    await run.go_on(made.context, ACCOUNT)
    assert "смотрим на расхождения ещё раз" in (await browsing.browser.get(RECONCILIATION)).text
    await finish(made)
    done = (await browsing.browser.get(RECONCILIATION)).text
    assert "не хватало 1; исправлено 1" in done
    assert "исправлено 1</span>" in done
    assert "Проверить сейчас" in done
    await check(made)
    assert "всё совпадает" in (await browsing.browser.get(RECONCILIATION)).text


async def test_every_kind_of_data_tells_up_to_when_it_is_here(browsing: Browsing) -> None:
    await admin(browsing)
    await browsing.made.settle(rounds=1)
    async with browsing.made.db.tenant(ACCOUNT) as tx:
        found = await reconciliation_view(tx, browsing.made.clock.now())
    assert found is not None
    assert {kind.name: kind.fresh for kind in found.kinds if kind.fresh == "—"} == {}


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.EMPLOYEE])
async def test_closed_to_others(browsing: Browsing, role: Role) -> None:
    await admit(browsing.made.db, role=role, account=ACCOUNT)
    await browsing.sign_in()
    for path in (HEALTH, RECONCILIATION):
        assert (await browsing.browser.get(path)).status_code == 403
    sent = await browsing.send(f"{RECONCILIATION}/start", seen="/settings/sessions")
    assert sent.status_code == 403


async def test_monitoring_reads_fresh_figures(browsing: Browsing) -> None:
    """Each account is one label; figures are at most ten seconds old, however often asked."""
    await Gauges(browsing.made.db, browsing.made.clock, browsing.made.service).refresh()
    text = metrics.text().decode()
    label = f'{{account="{ACCOUNT}"}}'
    assert f"smena_crm_connected{label} 1.0" in text
    assert f"smena_crm_needs_hand{label} 0.0" in text
    assert f"smena_crm_reconciliation_age_seconds{label} -1.0" in text
    gauges = Gauges(browsing.made.db, browsing.made.clock, browsing.made.service)
    await gauges.refresh()
    async with browsing.made.db.system() as tx:
        await tx.run("DELETE FROM amocrm_connection")
    await gauges.refresh()
    assert f"smena_crm_connected{label}" in metrics.text().decode()
    browsing.made.clock.offset += timedelta(seconds=11)
    await gauges.refresh()
    assert f"smena_crm_connected{label}" not in metrics.text().decode()


class CountingPool(Pool):
    """Notes at each loan how many connections are lent."""

    def __init__(self, lender: Pool) -> None:
        super().__init__(lender.take, 100, wait_seconds=5)
        self._lender = lender
        self.seen: list[int] = []

    async def take(self) -> asyncpg.Connection:
        taken = await self._lender.take()
        self.seen.append(self._lender.lent)
        return taken

    def give_back(self, connection: asyncpg.Connection) -> None:
        self._lender.give_back(connection)


async def test_figures_of_many_accounts_are_read_side_by_side(db: Database) -> None:
    """Monitoring waits three seconds: an account after the other would be too late for it."""
    clock, many = SystemClock(), 20
    now = clock.now()
    for number in range(many):
        new = NewAccount(AccountId(31000100 + number), "Акме", "https://x.amocrm.ru", "x", "UTC")
        async with db.tenant(new.id) as tx:
            await accounts.connect(tx, new, now)
            await connections.connect(tx, UserId(BOSS), None, None, now)
    counting = CountingPool(db.pool)
    async with httpx2.AsyncClient(trust_env=False) as http:
        gauges = Gauges(Database(counting, {}), clock, AmocrmService(http, Vault("k" * 40)))
        await gauges.refresh()
    assert 2 <= max(counting.seen) <= AT_ONCE, "side by side, and pages find connections too"
    assert len(counting.seen) == many + 1, "one transaction for each account and one for all"
    assert f'smena_crm_connected{{account="{31000100 + many - 1}"}} 1.0' in metrics.text().decode()


def test_all_background_work_has_a_name_for_people() -> None:
    work = wiring.registry()
    assert set(work.labels) == {*work.jobs, *work.account_jobs, *work.crons}
    for language, letters in (("ru", "[а-яё ]+( amoCRM)?"), ("en", "[a-z ]+( amoCRM)?")):
        with use(language):
            names = [label() for label in work.labels.values()]
        assert [name for name in names if not re.fullmatch(letters, name)] == []
        assert len(set(names)) == len(names)
