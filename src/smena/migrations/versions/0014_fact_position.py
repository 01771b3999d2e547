"""How far each consumer has read the facts of an account: one table for all features."""

from alembic import op

from smena.migrations.tenancy import protect

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

POSITION = """
CREATE TABLE crm_fact_position (
    account_id bigint NOT NULL,
    consumer   text NOT NULL,
    fact_id    bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, consumer)
)
"""

CARRY_OVER = """
INSERT INTO crm_fact_position (account_id, consumer, fact_id)
SELECT account_id, 'distribution', fact_id FROM distribution_position
"""


def upgrade() -> None:
    op.execute(POSITION)
    op.execute(CARRY_OVER)
    op.execute("DROP TABLE distribution_position")
    protect("crm_fact_position")
