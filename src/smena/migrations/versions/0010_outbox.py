"""The outbox carries every kind of wish; an account may only watch; the pace has ranks.

A wish's change is a tagged document instead of a pair of columns. The rows that wait are rewritten;
they are few, for what is done is trimmed.
"""

from alembic import op

from smena.migrations.tenancy import protect

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# `kind` is smena.crm.outbox.WishKind; `entity_id` the entity's, or the card's of a creation.
WIDEN = """
ALTER TABLE crm_wish
    ADD COLUMN kind       int NOT NULL DEFAULT 0,
    ADD COLUMN entity_id  bigint,
    ADD COLUMN change     text,
    ADD COLUMN is_alone   boolean NOT NULL DEFAULT false,
    ADD COLUMN created_id bigint
"""

CONVERT = """
UPDATE crm_wish
   SET entity_id = lead_id,
       change = json_build_object('type', 'ChangeLead', 'lead', lead_id, 'responsible', user_id)
"""

NARROW = """
ALTER TABLE crm_wish
    ALTER COLUMN kind DROP DEFAULT,
    ALTER COLUMN entity_id SET NOT NULL,
    ALTER COLUMN change SET NOT NULL,
    DROP COLUMN lead_id,
    DROP COLUMN user_id
"""

DUE = """
CREATE INDEX crm_wish_due ON crm_wish (account_id, lane, kind, id)
    WHERE state IN ('planned', 'sending')
"""

BY_ENTITY = """
CREATE INDEX crm_wish_open ON crm_wish (account_id, entity_id, kind)
    WHERE state IN ('planned', 'sending')
"""

BY_STATE = "CREATE INDEX crm_wish_state ON crm_wish (account_id, state, id)"

FINISHED = """
CREATE INDEX crm_wish_finished ON crm_wish (account_id, finished_at)
    WHERE finished_at IS NOT NULL
"""

# One row per account: how its wishes travel, and the lock of whoever claims.
OUTBOX = """
CREATE TABLE crm_outbox (
    account_id bigint PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    is_dry     boolean NOT NULL DEFAULT false,
    dry_since  timestamptz,
    batch      int NOT NULL DEFAULT 50 CHECK (batch BETWEEN 1 AND 250)
)
"""

# By rank: since when somebody waits for a turn, when they asked last, when one was given.
RANKS = """
ALTER TABLE rate_limit
    ADD COLUMN waiting_us bigint[] NOT NULL DEFAULT '{}',
    ADD COLUMN asked_us   bigint[] NOT NULL DEFAULT '{}',
    ADD COLUMN served_us  bigint[] NOT NULL DEFAULT '{}'
"""


def upgrade() -> None:
    op.execute(WIDEN)
    op.execute("SET LOCAL ROLE smena_system")  # the walls hold for the tables' owner too
    op.execute(CONVERT)
    op.execute("RESET ROLE")
    op.execute("DROP INDEX crm_wish_planned")
    op.execute("DROP INDEX crm_wish_sending")
    op.execute("DROP INDEX crm_wish_due")
    for statement in (NARROW, DUE, BY_ENTITY, BY_STATE, FINISHED, OUTBOX, RANKS):
        op.execute(statement)
    protect("crm_outbox")
