"""The amoCRM connector: how an account is asked, its first load, cursors, what is still to read."""

from alembic import op

from smena.migrations.tenancy import protect

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# `requests_per_second`: NULL is the installation's default, 0 is no limit (an emulator).
CONNECTION = """
CREATE TABLE amocrm_connection (
    account_id               bigint PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    is_active                boolean NOT NULL,
    current_user_id          bigint NOT NULL,
    requests_per_second      double precision,
    load_requests_per_second double precision,
    hook_state               text NOT NULL DEFAULT 'unknown',
    hook_detail              text NOT NULL DEFAULT '',
    hook_checked_at          timestamptz,
    load_started_at          timestamptz,
    load_finished_at         timestamptz,
    complete_until           timestamptz,
    ahead_seconds            double precision NOT NULL DEFAULT 0,
    hinted_at                timestamptz,
    next_poll_at             timestamptz NOT NULL,
    next_cards_at            timestamptz NOT NULL,
    roster_at                timestamptz,
    trouble                  text NOT NULL DEFAULT '',
    trouble_at               timestamptz,
    spoiled_rows             bigint NOT NULL DEFAULT 0
)
"""

CURSOR = """
CREATE TABLE amocrm_cursor (
    account_id   bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    stream       text NOT NULL,
    seen_seconds bigint NOT NULL,
    read_at      timestamptz,
    deep_at      timestamptz,
    PRIMARY KEY (account_id, stream)
)
"""

LOAD = """
CREATE TABLE amocrm_load (
    account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    number     int NOT NULL,
    stage      text NOT NULL,
    path       text NOT NULL,
    from_at    timestamptz,
    to_at      timestamptz,
    page       int NOT NULL,
    rows       bigint NOT NULL,
    first_at   timestamptz,
    last_at    timestamptz,
    is_done    boolean NOT NULL,
    again      int NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, number)
)
"""

# Entities and call notes that a webhook or an event named and the API must tell about.
UNREAD = """
CREATE TABLE amocrm_unread (
    account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    path       text NOT NULL,
    id         bigint NOT NULL,
    not_before timestamptz NOT NULL,
    attempts   int NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, path, id)
)
"""


def upgrade() -> None:
    for statement in (CONNECTION, CURSOR, LOAD, UNREAD):
        op.execute(statement)
    for table in ("amocrm_connection", "amocrm_cursor", "amocrm_load", "amocrm_unread"):
        protect(table)
