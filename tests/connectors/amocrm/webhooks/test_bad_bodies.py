"""Webhook bodies as they must not be: each is answered, none does harm, nothing is lost by it."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest

from smena.kernel.db import Database
from tests.connectors.amocrm.account import ACCOUNT, ANNA, FIRST, SALES
from tests.connectors.amocrm.mirror.equality import compare
from tests.connectors.amocrm.stand import Stand, stand
from tests.connectors.amocrm.team import Team
from tests.connectors.amocrm.webhooks.test_endpoint import LEAD, body, kept, send

pytestmark = pytest.mark.anyio

OURS = (("account[subdomain]", "proba"), ("account[id]", str(ACCOUNT)))
AT = 1_790_000_000
MEGABYTE = 1024 * 1024


def form(*pairs: tuple[str, str]) -> bytes:
    return urlencode([*OURS, *pairs]).encode()


def items(prefix: str, **fields: str) -> list[tuple[str, str]]:
    return [(f"{prefix}[{name}]", value) for name, value in fields.items()]


async def life_goes_on(made: Stand) -> None:
    """The next good body is understood, and polling finds what the bad one may have meant."""
    team = Team(made, 7)
    team.new_lead()
    await made.emulator.flush_hooks()
    await made.settle(rounds=2)
    assert await compare(made) == []
    async with made.db.tenant(ACCOUNT) as tx:
        assert await tx.value("SELECT count(*) FROM inbox WHERE taken_at IS NULL") == 0
    assert not [why for _, why in await kept(made) if why.startswith("defect")]


@pytest.mark.parametrize(
    ("raw", "trouble"),
    [
        pytest.param(b'{"leads": {"add": [{"id": 1}]}}', "subdomain", id="json, not a form"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\x00", "subdomain", id="no text at all"),
        pytest.param(b"a&" * 100_000, "100000 pairs", id="100,000 fields"),
        pytest.param(b"leads" + b"[x]" * 30_000 + b"=1", "levels", id="deep brackets"),
        pytest.param(b"leads" + b"[" * 100_000 + b"=1", "subdomain", id="brackets never closed"),
        pytest.param(body(account="31000002"), "account 31000002", id="another account"),
    ],
)
async def test_unreadable(db: Database, raw: bytes, trouble: str) -> None:
    """It is answered 200, kept with the reason, and amoCRM is asked for what it meant."""
    async with stand(db, history_days=1) as made:
        await made.connect()
        await made.load()
        made.crm.leads.add(ANNA, made.now(), "О ней было плохое сообщение")
        assert await send(made, raw) == 200
        await made.drain()
        ((_, why),) = [(b, w) for b, w in await kept(made) if b == raw]
        assert trouble in why
        await life_goes_on(made)


async def test_too_large(db: Database) -> None:
    """Ten megabytes are refused unread; amoCRM is asked at once, not at the next round."""
    async with stand(db, history_days=1, poll_period=timedelta(hours=1)) as made:
        await made.connect()
        await made.load()
        await made.step()
        made.crm.leads.add(ANNA, made.now(), "О ней было огромное сообщение", quiet=True)
        assert await send(made, b"leads[add][0][name]=" + b"x" * 10 * MEGABYTE) == 413
        async with db.tenant(ACCOUNT) as tx:
            due = await tx.value("SELECT next_poll_at FROM amocrm_connection")
        assert due <= made.clock.now()
        assert await kept(made) == []


LEAD_PAIRS = [(f"leads[add][0][{name}]", value) for name, value in LEAD.items()]
COMPANY = items(
    "contacts[add][0]", id="6000001", name="ООО", responsible_user_id=str(ANNA),
    created_at=str(AT), updated_at=str(AT), type="company",
)  # fmt: skip
FIELDS = [
    *items("leads[add][0][custom_fields][0]", id="7001", name="Когда"),
    ("leads[add][0][custom_fields][0][values][0]", str(AT)),
    *items("leads[add][0][custom_fields][1]", id="7002", name="Имя [с] скобками"),
    ("leads[add][0][custom_fields][1][values][0][value]", "Тула [центр]=&"),
    ("leads[add][0][custom_fields][2]", "вместо ветви текст"),
]
NOTE = items(
    "leads[note][0][note]", id="77000001", note_type="10", element_type="2", element_id="4000001",
    text='{"UNIQ":"u","nested":{"a":[1,{"b":"]"}]}}', date_create="2026-09-21 12:00:00",
)  # fmt: skip
TEXT_NOTE = items(
    "leads[note][0][note]", id="77000002", note_type="4", element_type="2", element_id="4000001",
    text='{"это": "не звонок", "скобки": "]["}', date_create="2026-09-21 12:00:00",
)  # fmt: skip


@pytest.mark.parametrize(
    ("pairs", "question", "expected"),
    [
        pytest.param(
            [*LEAD_PAIRS, ("spaceships[add][0][id]", "1"), ("spaceships", "x"), ("[]", "y")],
            "SELECT name FROM crm_lead", "Поставка", id="unknown entities",
        ),
        pytest.param(COMPANY, "SELECT name FROM crm_company", "ООО", id="companies as contacts"),
        pytest.param(
            [*LEAD_PAIRS, ("leads[add][0][price]", "120000.00")],
            "SELECT price FROM crm_lead", 120_000, id="numbers are strings",
        ),
        pytest.param(
            [*LEAD_PAIRS, *FIELDS], "SELECT fields -> '7001' -> 0 ->> 'value' FROM crm_lead",
            str(AT), id="dates are scalars",
        ),
        pytest.param(
            [*LEAD_PAIRS, *FIELDS], "SELECT fields -> '7002' -> 0 ->> 'value' FROM crm_lead",
            "Тула [центр]=&", id="brackets in names and values",
        ),
        pytest.param(
            NOTE, "SELECT path || id FROM amocrm_fetch", "leads/notes77000001",
            id="json in the text of a call",
        ),
        pytest.param(
            TEXT_NOTE, "SELECT text FROM crm_note", '{"это": "не звонок", "скобки": "]["}',
            id="json in the text of a note",
        ),
        pytest.param(
            [*LEAD_PAIRS, ("leads[add][0]", "текст"), ("leads[add]", "и ещё")],
            "SELECT name FROM crm_lead", "Поставка", id="a text and a branch on one path",
        ),
    ],
)  # fmt: skip
async def test_odd(
    db: Database, pairs: list[tuple[str, str]], question: str, expected: object
) -> None:
    """It is understood as far as it makes sense."""
    async with stand(db, history_days=1) as made:
        await made.connect()
        assert await send(made, form(*pairs)) == 200
        await made.drain()
        assert {why for _, why in await kept(made)} == {""}
        async with db.tenant(ACCOUNT) as tx:
            assert await tx.value(question) == expected


async def test_a_row_that_makes_no_sense_is_read_instead(db: Database) -> None:
    async with stand(db, history_days=1) as made:
        await made.connect()
        await made.load()
        lead = made.crm.leads.add(
            ANNA, made.now(), "Поставка", pipeline_id=SALES, status_id=FIRST, price=5, quiet=True
        )
        malformed = items("leads[update][0]", id=str(lead), name="Не она", price="дорого")
        assert await send(made, form(*malformed)) == 200
        await life_goes_on(made)
        async with db.tenant(ACCOUNT) as tx:
            assert await tx.value("SELECT name FROM crm_lead WHERE id = :id", id=lead) == "Поставка"
            assert await tx.value("SELECT malformed_rows FROM amocrm_connection") == 1
