"""Distribution templates with their ledgers, results with their reasons, the reading position."""

from alembic import op

from smena.migrations.tenancy import protect

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TEMPLATE = """
CREATE TABLE distribution_template (
    account_id   bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    id           bigint GENERATED ALWAYS AS IDENTITY,
    name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    pipeline_id  bigint NOT NULL,
    user_ids     bigint[] NOT NULL,
    group_ids    bigint[] NOT NULL,
    is_enabled   boolean NOT NULL,
    active_since timestamptz,
    version      int NOT NULL DEFAULT 1,
    seq          bigint NOT NULL DEFAULT 0,
    members      bigint[] NOT NULL DEFAULT '{}',
    credits      bigint[] NOT NULL DEFAULT '{}',
    last_seqs    bigint[] NOT NULL DEFAULT '{}',
    refused_ids  bigint[] NOT NULL DEFAULT '{}',
    created_at   timestamptz NOT NULL,
    changed_at   timestamptz NOT NULL,
    PRIMARY KEY (account_id, id),
    CHECK (cardinality(members) = cardinality(credits)),
    CHECK (cardinality(members) = cardinality(last_seqs))
)
"""

ONE_PER_PIPELINE = """
CREATE UNIQUE INDEX distribution_template_pipeline
    ON distribution_template (account_id, pipeline_id) WHERE is_enabled
"""

RESULT = """
CREATE TABLE distribution_result (
    account_id  bigint NOT NULL,
    id          bigint GENERATED ALWAYS AS IDENTITY,
    template_id bigint NOT NULL,
    template_version int NOT NULL,
    lead_id     bigint NOT NULL,
    attempt     int NOT NULL,
    seq         bigint,
    decided_at  timestamptz NOT NULL,
    state       text NOT NULL,
    user_id     bigint,
    reason      text NOT NULL DEFAULT '',
    finished_at timestamptz,
    steps       json NOT NULL,
    entries     json NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, template_id, lead_id, attempt),
    UNIQUE (account_id, template_id, seq),
    FOREIGN KEY (account_id, template_id)
        REFERENCES distribution_template (account_id, id) ON DELETE CASCADE
)
"""

RESULT_BY_LEAD = """
CREATE INDEX distribution_result_lead ON distribution_result (account_id, lead_id, attempt)
"""

RESULT_BY_USER = """
CREATE INDEX distribution_result_user ON distribution_result (account_id, user_id, id DESC)
"""

POSITION = """
CREATE TABLE distribution_position (
    account_id bigint PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    fact_id    bigint NOT NULL DEFAULT 0
)
"""


def upgrade() -> None:
    op.execute(TEMPLATE)
    op.execute(ONE_PER_PIPELINE)
    op.execute(RESULT)
    op.execute(RESULT_BY_LEAD)
    op.execute(RESULT_BY_USER)
    op.execute(POSITION)
    for table in ("distribution_template", "distribution_result", "distribution_position"):
        protect(table)
