"""Tokens move out of `account`: pairs that are renewed, integrations, consents under way.

Activation: the consent and the contact that an account gives at its first entry.
"""

from alembic import op

from smena.migrations.tenancy import grant, protect

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# `previous_refresh` stays until the pair that replaced it has been used: it may still be good.
# `lost_at`: amoCRM renews this pair no more; the access token works until it expires.
TOKENS = """
CREATE TABLE amocrm_token (
    account_id       bigint PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    way              text NOT NULL CHECK (way IN ('token', 'oauth')),
    number           bigint NOT NULL,
    access           bytea NOT NULL,
    refresh          bytea,
    previous_refresh bytea,
    issued_at        timestamptz NOT NULL,
    expires_at       timestamptz,
    api_domain       text NOT NULL DEFAULT '',
    is_used          boolean NOT NULL DEFAULT false,
    retry_at         timestamptz,
    trouble          text NOT NULL DEFAULT '',
    lost_at          timestamptz,
    CHECK ((way = 'oauth') = (refresh IS NOT NULL))
)
"""

MOVE = """
INSERT INTO amocrm_token (account_id, way, number, access, issued_at, is_used)
SELECT id, 'token', 1, token, connected_at, true FROM account WHERE token <> ''::bytea
"""

INTEGRATION = """
CREATE TABLE amocrm_integration (
    account_id    bigint PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    client_id     text NOT NULL,
    client_secret bytea NOT NULL,
    redirect_uri  text NOT NULL
)
"""

# A consent is asked for before it is known which account will give it, so the table belongs to the
# installation. `session_id`: the only browser that may end it. `code`: what amoCRM sent unasked.
CONSENT = """
CREATE TABLE amocrm_consent (
    id            uuid PRIMARY KEY,
    session_id    uuid,
    account_id    bigint REFERENCES account (id) ON DELETE CASCADE,
    base_url      text NOT NULL,
    client_id     text NOT NULL,
    client_secret bytea NOT NULL,
    redirect_uri  text NOT NULL,
    code          bytea,
    made_at       timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    used_at       timestamptz
)
"""

CONSENT_OF_CLIENT = "CREATE INDEX amocrm_consent_client ON amocrm_consent (client_id, made_at)"

ACTIVATION = """
CREATE TABLE account_activation (
    account_id  bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    version     int NOT NULL,
    name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    phone       text NOT NULL CHECK (length(phone) BETWEEN 1 AND 40),
    role        text NOT NULL CHECK (length(role) BETWEEN 1 AND 200),
    given_by    bigint NOT NULL,
    given_email text NOT NULL,
    given_at    timestamptz NOT NULL,
    PRIMARY KEY (account_id, version, given_at)
)
"""


def upgrade() -> None:
    op.execute(TOKENS)
    _move_tokens()
    for statement in (
        "ALTER TABLE account DROP COLUMN token",
        INTEGRATION,
        CONSENT,
        CONSENT_OF_CLIENT,
        ACTIVATION,
    ):
        op.execute(statement)
    for table in ("amocrm_token", "amocrm_integration", "account_activation"):
        protect(table)
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON amocrm_consent TO smena_system")


def _move_tokens() -> None:
    """Move under the role that sees all accounts: the walls hold for the tables' owner too."""
    grant("amocrm_token")
    op.execute("SET LOCAL ROLE smena_system")
    op.execute(MOVE)
    op.execute("RESET ROLE")
