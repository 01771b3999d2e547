"""The page of the queue: what waits, what went wrong, and the switch to watching only."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from smena.access import pages as access
from smena.access.model import Role
from smena.app import wiring
from smena.connectors.amocrm.connecting.pages import connection
from smena.crm.model.entities import CommandId, EntityKind, LeadId, TaskId, UserId
from smena.crm.outbox import actions, queries
from smena.crm.outbox.model import (
    AddNote,
    Change,
    ChangeLead,
    ChangeTask,
    CommandState,
    NewCommand,
    Priority,
)
from smena.kernel.db import Database
from smena.settings.pages import outbox
from tests.access.cast import admit
from tests.connectors.amocrm.account import ACCOUNT, ANNA
from tests.connectors.amocrm.connecting.browsing import SESSIONS, Browsing
from tests.connectors.amocrm.stand import stand
from tests.web.site import make_site, visitor

pytestmark = pytest.mark.anyio
PATH = "/settings/outbox"
LEAD = LeadId(4000001)


@pytest.fixture
async def desk(db: Database) -> AsyncIterator[Browsing]:
    """A connected account that nobody carries anything to."""
    async with stand(db) as made:
        await made.connect()
        app = make_site(
            routes=[*access.ROUTES, *connection.ROUTES, *outbox.ROUTES],
            db=db,
            clock=made.clock,
            vault=made.service.vault,
            services={
                "amocrm": made.service,
                "inbox": made.inbox,
                "labels": wiring.labels(),
            },
            middleware=access.MIDDLEWARE,
        )
        async with visitor(app) as browser:
            yield Browsing(made, browser)


@pytest.fixture
async def admin(desk: Browsing) -> Browsing:
    await admit(desk.made.db, role=Role.ADMIN, account=ACCOUNT)
    await desk.sign_in()
    return desk


async def command(
    desk: Browsing, *changes: Change, priority: Priority = Priority.FRESH
) -> list[CommandId]:
    async with desk.made.db.tenant(ACCOUNT) as tx:
        asked = [NewCommand(change, "distribution:1:2:3", priority) for change in changes]
        return await actions.request_all(tx, asked, desk.made.clock.now())


async def states(desk: Browsing) -> dict[CommandState, int]:
    async with desk.made.db.tenant(ACCOUNT) as tx:
        counts = await queries.command_counts(tx)
    return {state: count.commands for state, count in counts.items()}


async def test_what_waits_is_shown_in_plain_words_and_taken_back(admin: Browsing) -> None:
    empty = await admin.browser.get(PATH)
    assert "Записей пока не было" in empty.text
    first, _ = await command(
        admin,
        ChangeLead(lead=LEAD, responsible=UserId(ANNA), price=5000),
        ChangeTask(task=TaskId(8000001), is_completed=True, result="<b>Да</b>"),
    )
    shown = (await admin.browser.get(PATH)).text
    assert "Сделка 4000001" in shown
    assert f"{admin.made.emulator.url}/leads/detail/4000001" in shown
    assert "бюджет: 5" in shown
    assert "распределение" in shown
    assert "&lt;b&gt;Да&lt;/b&gt;" in shown
    assert "Приоритет: новые сделки" in shown
    gone = await admin.send(f"{PATH}/{first}/cancel", seen=PATH)
    assert "Запись отменена" in gone.text
    assert await states(admin) == {CommandState.PLANNED: 1, CommandState.CANCELLED: 1}
    late = await admin.send(f"{PATH}/{first}/cancel", seen=PATH)
    assert "Отменить уже нельзя" in late.text


async def test_a_refused_command_is_told_and_asked_again(admin: Browsing) -> None:
    (number,) = await command(admin, ChangeLead(lead=LEAD, price=7))
    await admin.made.deliver()
    shown = (await admin.browser.get(f"{PATH}?state=refused")).text
    assert "такой карточки в amoCRM больше нет" in shown
    again = await admin.send(f"{PATH}/{number}/retry?state=refused", seen=PATH)
    assert "поставлена в очередь снова" in again.text
    assert str(again.url).endswith("?state=refused")
    assert await states(admin) == {CommandState.SUPERSEDED: 1, CommandState.PLANNED: 1}


async def test_a_rejection_is_told_in_the_language_of_the_reader(admin: Browsing) -> None:
    await command(admin, ChangeLead(lead=LEAD, price=7))
    await admin.made.deliver()
    for language, about in (
        ("ru", "такой карточки в amoCRM больше нет (id: "),
        ("en", "there is no such card in amoCRM any more (id: "),
    ):
        admin.browser.cookies.set("language", language)
        assert about in (await admin.browser.get(f"{PATH}?state=refused")).text


async def test_a_sentence_stored_by_an_older_version_is_shown_as_it_is(admin: Browsing) -> None:
    (number,) = await command(admin, ChangeLead(lead=LEAD, price=7))
    async with admin.made.db.tenant(ACCOUNT) as tx:
        [item] = await actions.claim(tx, 1, admin.made.clock.now())
        old = {item.key: "такого этапа в amoCRM нет (status_id: No)"}
        await actions.refused(tx, old, admin.made.clock.now())
    shown = (await admin.browser.get(f"{PATH}?state=refused")).text
    assert f'data-command="{number}"' in shown
    assert "такого этапа в amoCRM нет (status_id: No)" in shown


async def test_filters_narrow_the_list_and_what_is_cancelled(admin: Browsing) -> None:
    note = AddNote(card_kind=EntityKind.LEAD, card_id=LEAD, text="Просил счёт")
    await command(admin, ChangeLead(lead=LEAD, price=7), note, priority=Priority.BULK)
    await command(admin, ChangeLead(lead=LeadId(5), price=7))
    only = (await admin.browser.get(f"{PATH}?entity=4000001&kind=new")).text
    assert only.count("data-command") == 1
    assert "примечание: Просил счёт" in only
    assert "Номер должен состоять из цифр" in (await admin.browser.get(f"{PATH}?entity=abc")).text
    nothing = await admin.browser.get(f"{PATH}?state=delivered")
    assert "По этим условиям записей нет." in nothing.text
    unsure = await admin.send(f"{PATH}/cancel", seen=PATH, entity="4000001")
    assert "Отметьте" in unsure.text
    done = await admin.send(f"{PATH}/cancel", seen=PATH, entity="4000001", confirm="1")
    assert "Отменены 2 записи." in done.text
    assert await states(admin) == {CommandState.PLANNED: 1, CommandState.CANCELLED: 2}


async def test_only_watching_is_told_and_what_is_too_old_is_dropped(admin: Browsing) -> None:
    await admin.send(f"{PATH}/watch", seen=PATH)
    await command(admin, ChangeLead(lead=LEAD, price=7))
    admin.made.clock.offset += timedelta(days=2)
    await admit_again(admin)
    await command(admin, ChangeLead(lead=LeadId(5), price=7))
    shown = (await admin.browser.get(PATH)).text
    assert "Режим «только смотреть» включён" in shown
    elsewhere = (await admin.browser.get(SESSIONS)).text
    assert "Смена решает, но ничего не записывает в amoCRM." in elsewhere
    assert f'<a href="{PATH}">Открыть очередь</a>' in elsewhere
    assert shown.count("была бы отправлена") == 2
    sent = await admin.send(f"{PATH}/send", seen=PATH, after="send_recent")
    assert "Отменена 1 запись." in sent.text
    assert await states(admin) == {CommandState.PLANNED: 1, CommandState.CANCELLED: 1}


async def batch_of(desk: Browsing) -> int:
    async with desk.made.db.tenant(ACCOUNT) as tx:
        return (await queries.outbox_settings(tx)).batch


@pytest.mark.parametrize("batch", [1, 250])
async def test_the_size_of_a_batch_is_a_setting(admin: Browsing, batch: int) -> None:
    assert "Карточек в одном запросе: 50" in (await admin.browser.get(PATH)).text
    saved = await admin.send(f"{PATH}/batch", seen=PATH, batch=f" {batch} ")
    assert f"Карточек в одном запросе: {batch}" in saved.text
    assert await batch_of(admin) == batch


@pytest.mark.parametrize("typed", ["", "0", "251", "-3", "много", "1.5", "9" * 30])
async def test_a_batch_that_amocrm_would_not_take_is_refused(admin: Browsing, typed: str) -> None:
    refused = await admin.send(f"{PATH}/batch", seen=PATH, batch=typed)
    assert refused.status_code == 422
    assert "Нужно целое число от 1 до 250." in refused.text
    assert f'value="{typed}"' in refused.text
    assert await batch_of(admin) == 50


async def test_the_live_part_is_the_same_as_in_the_page(admin: Browsing) -> None:
    await command(admin, ChangeLead(lead=LEAD, price=7))
    headers = {"hx-request": "true", "hx-target": "div#queue"}
    part = (await admin.browser.get(PATH, headers=headers)).text
    assert part.strip().startswith('<div id="queue"')
    assert "Сделка 4000001" in part
    assert "Отменить" in part


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.EMPLOYEE])
async def test_closed_to_others(desk: Browsing, role: Role) -> None:
    await admit(desk.made.db, role=role, account=ACCOUNT)
    await desk.sign_in()
    (number,) = await command(desk, ChangeLead(lead=LEAD, price=7))
    assert (await desk.browser.get(PATH)).status_code == 403
    for act in (f"{number}/cancel", f"{number}/retry", "cancel", "watch", "send", "batch"):
        assert (await desk.send(f"{PATH}/{act}", seen=SESSIONS, confirm="1")).status_code == 403
    assert await states(desk) == {CommandState.PLANNED: 1}


async def admit_again(desk: Browsing) -> None:
    """Sign in once more: two days are longer than a session."""
    if (await desk.browser.get(PATH)).status_code == 303:
        await desk.sign_in()
