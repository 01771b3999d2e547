"""How complete the mirror is and how well the link lives: checks, counted requests, vital signs."""

from alembic import op

from smena.migrations.tenancy import protect

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# One comparison of the mirror with amoCRM; `next_at`: not before this moment goes it on.
CHECK = """
CREATE TABLE amocrm_check (
    account_id  bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    id          bigint GENERATED ALWAYS AS IDENTITY,
    asked_by    text NOT NULL,
    started_at  timestamptz NOT NULL,
    next_at     timestamptz NOT NULL,
    finished_at timestamptz,
    outcome     text NOT NULL DEFAULT '',
    PRIMARY KEY (account_id, id)
)
"""

CHECK_ONE = """
CREATE UNIQUE INDEX amocrm_check_running ON amocrm_check (account_id) WHERE finished_at IS NULL
"""

# A list, or a day of a list: how far its walk is and what was found.
CHECK_PART = """
CREATE TABLE amocrm_check_part (
    account_id    bigint NOT NULL,
    check_id      bigint NOT NULL,
    number        int NOT NULL,
    path          text NOT NULL,
    from_at       timestamptz,
    to_at         timestamptz,
    page          int NOT NULL DEFAULT 1,
    after_id      bigint NOT NULL DEFAULT 0,
    is_walked     boolean NOT NULL DEFAULT false,
    is_whole      boolean NOT NULL DEFAULT true,
    there         bigint NOT NULL DEFAULT 0,
    held          bigint NOT NULL DEFAULT 0,
    there_sum     bigint NOT NULL DEFAULT 0,
    held_sum      bigint NOT NULL DEFAULT 0,
    missing       bigint NOT NULL DEFAULT 0,
    stale         bigint NOT NULL DEFAULT 0,
    surplus       bigint NOT NULL DEFAULT 0,
    healed        bigint NOT NULL DEFAULT 0,
    requests      bigint NOT NULL DEFAULT 0,
    seconds       double precision NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, check_id, number),
    FOREIGN KEY (account_id, check_id) REFERENCES amocrm_check (account_id, id) ON DELETE CASCADE
)
"""

# Cards that looked different while the list was walked; a second look decides.
CHECK_DOUBT = """
CREATE TABLE amocrm_check_doubt (
    account_id bigint NOT NULL,
    check_id   bigint NOT NULL,
    number     int NOT NULL,
    id         bigint NOT NULL,
    looks      int NOT NULL DEFAULT 0,
    not_before timestamptz NOT NULL,
    PRIMARY KEY (account_id, check_id, number, id),
    FOREIGN KEY (account_id, check_id) REFERENCES amocrm_check (account_id, id) ON DELETE CASCADE
)
"""

# Requests to amoCRM by minute, what was asked and how it was answered; kept for a day.
MINUTE = """
CREATE TABLE amocrm_minute (
    account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    at         timestamptz NOT NULL,
    kind       text NOT NULL,
    answer     text NOT NULL,
    requests   bigint NOT NULL,
    PRIMARY KEY (account_id, at, kind, answer)
)
"""

VITAL = """
CREATE TABLE amocrm_vital (
    account_id       bigint PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    hook_at          timestamptz,
    hook_lag_seconds double precision,
    polled_at        timestamptz,
    poll_pages       int NOT NULL DEFAULT 0,
    poll_seconds     double precision NOT NULL DEFAULT 0,
    news_at          timestamptz
)
"""

TABLES = (
    "amocrm_check", "amocrm_check_part", "amocrm_check_doubt", "amocrm_minute", "amocrm_vital",
)  # fmt: skip


def upgrade() -> None:
    for statement in (CHECK, CHECK_ONE, CHECK_PART, CHECK_DOUBT, MINUTE, VITAL):
        op.execute(statement)
    for table in TABLES:
        protect(table)
