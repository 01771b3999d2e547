"""Accounts, people who sign in, memberships, sessions, tries of signing in.

`person`, `session` and `sign_in_attempt` belong to the installation, not to an account: only the
system role reads them, so that a tenant's transaction never meets a password or a token.
"""

from alembic import op

from smena.migrations.tenancy import protect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ACCOUNT = """
CREATE TABLE account (
    id           bigint PRIMARY KEY,
    name         text NOT NULL,
    base_url     text NOT NULL,
    subdomain    text NOT NULL,
    time_zone    text NOT NULL,
    state        text NOT NULL,
    state_reason text NOT NULL DEFAULT '',
    token        bytea NOT NULL,
    connected_at timestamptz NOT NULL,
    active_since timestamptz NOT NULL
)
"""

PERSON = """
CREATE TABLE person (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email         text NOT NULL UNIQUE CHECK (email = lower(email) AND length(email) <= 254),
    name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    password_hash text NOT NULL,
    is_operator   boolean NOT NULL,
    created_at    timestamptz NOT NULL
)
"""

MEMBERSHIP = """
CREATE TABLE membership (
    account_id  bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    person_id   bigint NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    role        text NOT NULL,
    crm_user_id bigint,
    is_active   boolean NOT NULL,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (account_id, person_id)
)
"""

# One employee of the CRM is one person here: else two people would see one's own figures.
MEMBERSHIP_CRM_USER = """
CREATE UNIQUE INDEX membership_crm_user ON membership (account_id, crm_user_id)
    WHERE crm_user_id IS NOT NULL AND is_active
"""

SESSION = """
CREATE TABLE session (
    id           uuid PRIMARY KEY,
    token_hash   bytea NOT NULL UNIQUE,
    person_id    bigint NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    account_id   bigint REFERENCES account (id) ON DELETE SET NULL,
    created_at   timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    user_agent   text NOT NULL,
    address      text NOT NULL,
    ended_at     timestamptz
)
"""

SESSION_OF_PERSON = "CREATE INDEX session_of_person ON session (person_id) WHERE ended_at IS NULL"

ATTEMPT = """
CREATE TABLE sign_in_attempt (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email   text NOT NULL,
    address text NOT NULL,
    at      timestamptz NOT NULL,
    outcome text NOT NULL
)
"""

ATTEMPT_BY_EMAIL = "CREATE INDEX sign_in_attempt_email ON sign_in_attempt (email, at)"
ATTEMPT_BY_ADDRESS = "CREATE INDEX sign_in_attempt_address ON sign_in_attempt (address, at)"


def upgrade() -> None:
    for statement in (
        ACCOUNT,
        PERSON,
        MEMBERSHIP,
        MEMBERSHIP_CRM_USER,
        SESSION,
        SESSION_OF_PERSON,
        ATTEMPT,
        ATTEMPT_BY_EMAIL,
        ATTEMPT_BY_ADDRESS,
    ):
        op.execute(statement)
    protect("account", column="id")
    protect("membership")
    for table in ("person", "session", "sign_in_attempt"):
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO smena_system")
