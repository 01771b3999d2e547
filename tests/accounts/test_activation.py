"""What an activation needs, and what is kept of it (CORE-1)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.accounts import actions, queries
from smena.accounts.core.activation import check, is_phone
from smena.accounts.model import (
    CONSENT_VERSION,
    AccountStanding,
    AccountState,
    ContactPerson,
    Flaw,
    FormInput,
    Giver,
    NewAccount,
)
from smena.kernel.db import Database
from smena.kernel.ids import AccountId

ACME, OTHER = AccountId(31000001), AccountId(31000002)
MONDAY_10_00 = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
GIVEN = FormInput(
    "Марина Орлова", "+7 900 123-45-67", "РОП", agrees=True, version=str(CONSENT_VERSION)
)
MARINA = Giver(7, "marina@acme.example")


def test_a_whole_form_is_a_contact() -> None:
    typed = replace(GIVEN, name="  Марина\t Орлова ", role=" РОП\u200b")
    assert check(typed) == ContactPerson("Марина Орлова", "+7 900 123-45-67", "РОП")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"name": "  "}, {"name": Flaw.NO_NAME}, id="nobody"),
        pytest.param({"phone": ""}, {"phone": Flaw.NO_PHONE}, id="no phone"),
        pytest.param({"phone": "112"}, {"phone": Flaw.BAD_PHONE}, id="too short"),
        pytest.param({"phone": "позвоните мне"}, {"phone": Flaw.BAD_PHONE}, id="words"),
        pytest.param({"role": "\n"}, {"role": Flaw.NO_ROLE}, id="no role"),
        pytest.param({"agrees": False}, {"agrees": Flaw.NO_CONSENT}, id="no consent"),
        pytest.param({"version": "0"}, {"agrees": Flaw.OTHER_VERSION}, id="an older text"),
        pytest.param(
            {"name": "", "phone": "", "role": "", "agrees": False},
            {
                "name": Flaw.NO_NAME,
                "phone": Flaw.NO_PHONE,
                "role": Flaw.NO_ROLE,
                "agrees": Flaw.NO_CONSENT,
            },
            id="an empty form",
        ),
    ],
)
def test_flaws(changes: dict[str, str | bool], expected: dict[str, Flaw]) -> None:
    assert check(replace(GIVEN, **changes)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+7 (900) 123-45-67", True), ("8 900 1234567", True), ("84951234567 доб. 12", True),
        ("+44 20 7946 0018 ext 5", True), ("+1/212/555.0100", True), ("2 12-85-06", True),
        ("", False), ("+7", False), ("1234567890123456", False), ("+7 900 12+34 567", False),
        ("٠١٢٣٤٥٦٧", False), ("5" * 60, False), ("<b>79001234567</b>", False),
    ],
)  # fmt: skip
def test_phones(text: str, expected: bool) -> None:  # noqa: FBT001 -- the expected answer
    assert is_phone(text) is expected


@given(st.text(), st.text(), st.text(), st.booleans(), st.text())
def test_whatever_is_typed_is_answered(
    name: str,
    phone: str,
    role: str,
    agrees: bool,  # noqa: FBT001 -- from hypothesis
    version: str,
) -> None:
    found = check(FormInput(name, phone, role, agrees, version))
    if isinstance(found, ContactPerson):
        assert agrees
        assert "\0" not in f"{found.name}{found.phone}{found.role}"
        assert 0 < len(found.name) <= 200


@pytest.mark.anyio
async def test_recorded_with_version_time_and_person(db: Database) -> None:
    await connected(db, ACME)
    async with db.tenant(ACME) as tx:
        assert not (await queries.standing(tx)).is_activated
        assert await queries.activation(tx) is None
        assert await actions.activate(tx, GIVEN, MARINA, MONDAY_10_00) == {}
        assert (await queries.standing(tx)).is_activated
        found = await queries.activation(tx)
    assert found is not None
    assert (found.version, found.giver, found.given_at) == (CONSENT_VERSION, MARINA, MONDAY_10_00)
    assert found.contact == ContactPerson("Марина Орлова", "+7 900 123-45-67", "РОП")


@pytest.mark.anyio
async def test_each_consent_stays(db: Database) -> None:
    await connected(db, ACME)
    async with db.tenant(ACME) as tx:
        await actions.activate(tx, GIVEN, MARINA, MONDAY_10_00)
        later = MONDAY_10_00 + timedelta(days=1)
        await actions.activate(tx, replace(GIVEN, name="Анна"), Giver(8, "a@acme.example"), later)
        found = await queries.activation(tx)
        assert found is not None
        assert found.contact.name == "Анна"
        assert await tx.value("SELECT count(*) FROM account_activation") == 2


@pytest.mark.anyio
async def test_a_flawed_form_changes_nothing(db: Database) -> None:
    await connected(db, ACME)
    async with db.tenant(ACME) as tx:
        assert await actions.activate(tx, replace(GIVEN, phone=""), MARINA, MONDAY_10_00)
        assert not (await queries.standing(tx)).is_activated


@pytest.mark.anyio
async def test_one_account_does_not_activate_another(db: Database) -> None:
    await connected(db, ACME)
    await connected(db, OTHER)
    async with db.tenant(ACME) as tx:
        await actions.activate(tx, GIVEN, MARINA, MONDAY_10_00)
    async with db.tenant(OTHER) as tx:
        assert not (await queries.standing(tx)).is_activated


@pytest.mark.parametrize(("version", "expected"), [(None, False), (CONSENT_VERSION, True)])
def test_a_newer_text_asks_again(version: int | None, expected: bool) -> None:  # noqa: FBT001
    assert AccountStanding("Акме", AccountState.CONNECTED, "", version).is_activated is expected
    older = AccountStanding("Акме", AccountState.CONNECTED, "", CONSENT_VERSION - 1)
    assert not older.is_activated


async def connected(db: Database, account: AccountId) -> None:
    async with db.tenant(account) as tx:
        new = NewAccount(account, "Акме", "https://acme.amocrm.ru", "acme", "Europe/Moscow")
        await actions.connect(tx, new, MONDAY_10_00)
