"""Roles, background jobs, the inbox of raw messages, rate limits."""

from alembic import op

from smena.migrations import queue
from smena.migrations.tenancy import protect

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Roles belong to the server, databases of one server share them: hence "if absent", and another
# database may make them at this moment.
ROLE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
        CREATE ROLE {role} NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""

# Creating a role is not yet the right to take it (PostgreSQL 16 and newer): it is granted. Without
# inheriting, else the owner's own statements would meet the tenants' policy.
MEMBER = """
DO $$ BEGIN
    IF NOT pg_has_role(current_user, '{role}', '{right}') THEN
        EXECUTE format('GRANT {role} TO %I {options}', current_user);
    END IF;
END $$
"""

INBOX = """
CREATE TABLE inbox (
    account_id  bigint NOT NULL,
    id          bigint GENERATED ALWAYS AS IDENTITY,
    source      text NOT NULL,
    received_at timestamptz NOT NULL,
    body        bytea NOT NULL,
    taken_at    timestamptz,
    trouble     text NOT NULL DEFAULT '',
    PRIMARY KEY (account_id, id)
)
"""

INBOX_WAITING = """
CREATE INDEX inbox_waiting ON inbox (account_id, source, id) WHERE taken_at IS NULL
"""

RATE_LIMIT = """
CREATE TABLE rate_limit (
    account_id bigint NOT NULL,
    name       text NOT NULL,
    free_at_us bigint NOT NULL,
    PRIMARY KEY (account_id, name)
)
"""

# One row for each job that gave up and each that fails again and again; a pump has one per account.
FAILURE = """
CREATE TABLE job_failure (
    job        text NOT NULL,
    key        text NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('gave_up', 'defect')),
    arguments  jsonb NOT NULL,
    reason     text NOT NULL,
    times      int NOT NULL DEFAULT 1,
    first_at   timestamptz NOT NULL,
    last_at    timestamptz NOT NULL,
    PRIMARY KEY (job, key)
)
"""


def upgrade() -> None:
    _make_roles()
    _make_queue()
    for statement in (INBOX, INBOX_WAITING, RATE_LIMIT, FAILURE):
        op.execute(statement)
    protect("inbox")
    protect("rate_limit")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON job_failure TO smena_system")


def _make_roles() -> None:
    is_16 = (op.get_bind().dialect.server_version_info or ()) >= (16,)
    right, options = ("SET", "WITH SET TRUE, INHERIT FALSE") if is_16 else ("MEMBER", "")
    for role in ("smena_app", "smena_system"):
        op.execute(ROLE.format(role=role))
        op.execute(MEMBER.format(role=role, right=right, options=options))
    op.execute("GRANT USAGE ON SCHEMA public TO smena_app, smena_system")


def _make_queue() -> None:
    # Many statements in one text: the driver's plain protocol, not SQLAlchemy's prepared one.
    op.get_bind().connection.run_async(lambda driver: driver.execute(queue.install()))
    for table in queue.TABLES:
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO smena_system")
        op.execute(f"GRANT USAGE ON SEQUENCE {table}_id_seq TO smena_system")
    # A tenant's transaction may ask for work; it runs nothing.
    op.execute("GRANT SELECT, INSERT ON pgqueuer, pgqueuer_log TO smena_app")
    op.execute("GRANT USAGE ON SEQUENCE pgqueuer_id_seq, pgqueuer_log_id_seq TO smena_app")
