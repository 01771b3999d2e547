"""Usual working hours and activity panels."""

from alembic import op

from smena.migrations.tenancy import protect

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# `user_id` 0 is everybody without hours of their own. `week` is seven lists of [start, end] in
# minutes from the weekday's midnight, Monday first; a period past 1440 belongs to the night.
WORK_HOURS = """
CREATE TABLE work_hours (
    account_id bigint NOT NULL,
    user_id    bigint NOT NULL,
    week       jsonb NOT NULL,
    time_zone  text,
    set_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, user_id)
)
"""

# `users` NULL: everybody whom the CRM calls active. `window_from_minute` NULL: the schedule's own.
ACTIVITY_PANEL = """
CREATE TABLE activity_panel (
    account_id         bigint NOT NULL,
    id                 bigint GENERATED ALWAYS AS IDENTITY,
    name               text NOT NULL,
    is_default         boolean NOT NULL DEFAULT false,
    gap_seconds        integer NOT NULL DEFAULT 600 CHECK (gap_seconds BETWEEN 0 AND 3600),
    credits            jsonb NOT NULL DEFAULT '{}',
    call_thresholds    integer[] NOT NULL DEFAULT '{30,120,900}',
    day_start_minute   integer NOT NULL DEFAULT 0 CHECK (day_start_minute BETWEEN 0 AND 1439),
    window_from_minute integer,
    window_to_minute   integer,
    show_calls         boolean NOT NULL DEFAULT true,
    idle_min_seconds   integer NOT NULL DEFAULT 60 CHECK (idle_min_seconds BETWEEN 0 AND 3600),
    users              bigint[],
    robots             bigint[] NOT NULL DEFAULT '{}',
    clients            text[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (account_id, id)
)
"""

ONE_DEFAULT = """
CREATE UNIQUE INDEX activity_panel_default ON activity_panel (account_id) WHERE is_default
"""


def upgrade() -> None:
    for statement in (WORK_HOURS, ACTIVITY_PANEL, ONE_DEFAULT):
        op.execute(statement)
    protect("work_hours")
    protect("activity_panel")
