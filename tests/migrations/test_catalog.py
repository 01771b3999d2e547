"""Two walls between accounts, read from the database's own catalog: a new table cannot miss them.

The first wall is in the keys (`account_id` leads each of them), the second is row-level security.
"""

from collections.abc import Mapping, Sequence

import pytest

from smena.kernel.db import Database, Row

pytestmark = pytest.mark.anyio

WITHOUT_ACCOUNT: Mapping[str, str] = {
    "alembic_version": "which migrations this database has",
    "smena_migration_gate": "one row that nodes lock while they migrate",
    "pgqueuer": "the job queue of the installation; jobs name accounts in their arguments",
    "pgqueuer_log": "the queue's log",
    "pgqueuer_schedules": "when recurring work runs next",
    "pgqueuer_statistics": "the queue's figures",
    "job_failure": "trouble of background work, shown to the operator only",
    "person": "one person may belong to several accounts",
    "session": "who is signed in, before it is known for which account",
    "sign_in_attempt": "tries of people who are not signed in",
    "amocrm_consent": "consents under way, before it is known which account gives them",
    "crm_event_week": "which weekly pieces crm_event has",
}

KEY_OF_ANOTHER_NAME: Mapping[str, str] = {"account": "id"}
"""The table of accounts is its own account."""

TABLES = """
SELECT c.relname AS name, c.relrowsecurity AS is_walled, c.relforcerowsecurity AS is_forced,
       pg_get_userbyid(c.relowner) AS owner
  FROM pg_class c
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
"""

INDEXES = """
SELECT t.relname AS table_name, i.relname AS name,
       (SELECT attname FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum = x.indkey[0])
       AS first_column
  FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
 WHERE t.relnamespace = 'public'::regnamespace AND NOT t.relispartition
"""

FOREIGN_KEYS = """
SELECT k.conname AS name, t.relname AS from_table, f.relname AS to_table,
       (SELECT attname FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum = k.conkey[1])
       AS from_column,
       (SELECT attname FROM pg_attribute a WHERE a.attrelid = f.oid AND a.attnum = k.confkey[1])
       AS to_column
  FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid JOIN pg_class f ON f.oid = k.confrelid
 WHERE k.contype = 'f' AND t.relnamespace = 'public'::regnamespace AND NOT t.relispartition
"""

POLICIES = """
SELECT tablename AS table_name, policyname AS name, roles, cmd, permissive,
       qual AS rows_seen, with_check AS rows_written
  FROM pg_policies WHERE schemaname = 'public'
"""

PRIMARY = "SELECT count(*) FROM pg_index WHERE indrelid = CAST(:name AS regclass) AND indisprimary"

EXCLUSIONS = "SELECT conname FROM pg_constraint WHERE contype = 'x'"

ROLES = """
SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolcanlogin AS is_strong
  FROM pg_roles WHERE rolname IN ('smena_app', 'smena_system')
"""


async def ask(db: Database, question: str, **params: object) -> Sequence[Row]:
    async with db.system() as tx:
        return await tx.rows(question, **params)


async def accounts_tables(db: Database) -> list[Row]:
    return [row for row in await ask(db, TABLES) if row.name not in WITHOUT_ACCOUNT]


def key_of(table: str) -> str:
    return KEY_OF_ANOTHER_NAME.get(table, "account_id")


async def test_the_list_of_exceptions_is_not_longer_than_it_must_be(db: Database) -> None:
    assert set(WITHOUT_ACCOUNT) <= {row.name for row in await ask(db, TABLES)}


async def test_the_account_leads_every_key_and_index(db: Database) -> None:
    wrong = [
        f"{row.table_name}.{row.name} begins with {row.first_column}"
        for row in await ask(db, INDEXES)
        if row.table_name not in WITHOUT_ACCOUNT and row.first_column != key_of(row.table_name)
    ]
    assert wrong == []


async def test_every_table_has_a_primary_key(db: Database) -> None:
    for table in await ask(db, TABLES):
        found = await ask(db, PRIMARY, name=f'public."{table.name}"')
        assert found[0][0] == 1, table.name


async def test_the_account_leads_every_reference_to_an_accounts_table(db: Database) -> None:
    wrong = [
        f"{row.name}: {row.from_table}.{row.from_column} -> {row.to_table}.{row.to_column}"
        for row in await ask(db, FOREIGN_KEYS)
        if row.to_table not in WITHOUT_ACCOUNT
        and (row.to_column != key_of(row.to_table) or row.from_column != "account_id")
    ]
    assert wrong == []


async def test_row_level_security_is_on_and_binds_the_owner_too(db: Database) -> None:
    open_tables = [
        row.name for row in await accounts_tables(db) if not (row.is_walled and row.is_forced)
    ]
    assert open_tables == []


async def test_both_policies_stand_on_every_accounts_table(db: Database) -> None:
    policies = {(row.table_name, row.name): row for row in await ask(db, POLICIES)}
    for table in await accounts_tables(db):
        rule = f"({key_of(table.name)} = (current_setting('app.account_id'::text))::bigint)"
        tenant, system = policies[table.name, "tenant"], policies[table.name, "system"]
        assert (tenant.roles, tenant.cmd) == (["smena_app"], "ALL"), table.name
        assert (tenant.rows_seen, tenant.rows_written) == (rule, rule), table.name
        assert (system.roles, system.cmd) == (["smena_system"], "ALL"), table.name
    others = {name for _table, name in policies} - {"tenant", "system"}
    assert others == set(), "an own policy could open what these two close"


async def test_the_roles_own_nothing_and_cannot_pass_the_wall(db: Database) -> None:
    roles = {row.rolname: row.is_strong for row in await ask(db, ROLES)}
    assert roles == {"smena_app": False, "smena_system": False}
    assert not {row.owner for row in await ask(db, TABLES)} & set(roles)


async def test_no_exclusion_constraints(db: Database) -> None:
    # They are absent on some distributed engines (data.md D3).
    assert await ask(db, EXCLUSIONS) == []
