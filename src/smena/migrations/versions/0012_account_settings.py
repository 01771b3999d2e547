"""Settings of an account: its own time zone and language, modules, the production calendar."""

from alembic import op

from smena.migrations.tenancy import protect

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None

# `time_zone` stays what the CRM says. NULL: as in the CRM, as in the installation.
CHOICES = """
ALTER TABLE account
    ADD COLUMN own_time_zone text,
    ADD COLUMN language      text CHECK (language IN ('ru', 'en'))
"""

# A module without a row has always been on.
MODULE = """
CREATE TABLE account_module (
    account_id  bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    module      text NOT NULL,
    is_on       boolean NOT NULL,
    switched_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, module)
)
"""

WORKS_ON_HOLIDAYS = """
ALTER TABLE work_hours ADD COLUMN works_on_holidays boolean NOT NULL DEFAULT false
"""

# Without a row the country follows from where the account is; '' is a life without holidays.
WORK_CALENDAR = """
CREATE TABLE work_calendar (
    account_id bigint PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    country    text NOT NULL,
    set_at     timestamptz NOT NULL
)
"""

WORK_SPECIAL_DAY = """
CREATE TABLE work_special_day (
    account_id bigint NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    day        date NOT NULL,
    kind       text NOT NULL,
    note       text NOT NULL,
    set_at     timestamptz NOT NULL,
    PRIMARY KEY (account_id, day)
)
"""


def upgrade() -> None:
    for statement in (CHOICES, MODULE, WORKS_ON_HOLIDAYS, WORK_CALENDAR, WORK_SPECIAL_DAY):
        op.execute(statement)
    for table in ("account_module", "work_calendar", "work_special_day"):
        protect(table)
