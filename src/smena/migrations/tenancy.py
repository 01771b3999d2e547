"""Row-level security for tables that belong to an account.

Two roles without rights of their own on anything else: `smena_app` sees the account named by
`app.account_id` and nothing when none is named (the cast of an empty text is an error on purpose:
fail closed), `smena_system` sees all accounts. Neither owns a table.
"""

from alembic import op


def protect(table: str, column: str = "account_id") -> None:
    """Switch on and force row-level security for a table that belongs to an account."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY tenant ON {table} TO smena_app"
        f" USING ({column} = current_setting('app.account_id')::bigint)"
        f" WITH CHECK ({column} = current_setting('app.account_id')::bigint)"
    )
    op.execute(f"CREATE POLICY system ON {table} TO smena_system USING (true) WITH CHECK (true)")
    grant(table)


def grant(table: str) -> None:
    """Let both roles read and write a table (alone: for the few tables without an account)."""
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO smena_app, smena_system")
