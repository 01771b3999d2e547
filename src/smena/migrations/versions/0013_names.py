"""Standard names for tables, columns and stored values; the data stay.

Wake-ups of work that has another name now are thrown away: the sweep asks for them anew.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = {
    "crm_wish": "crm_command",
    "crm_pulse": "crm_change_notification",
    "crm_entry": "crm_reference",
    "amocrm_unread": "amocrm_fetch",
    "amocrm_check": "amocrm_reconciliation",
    "amocrm_check_part": "amocrm_reconciliation_part",
    "amocrm_check_doubt": "amocrm_reconciliation_suspect",
    "amocrm_minute": "amocrm_request_count",
    "amocrm_vital": "amocrm_last_seen",
}

COLUMNS = {
    "crm_command": {"lane": "priority"},
    "amocrm_connection": {
        "hook_state": "webhook_state",
        "hook_detail": "webhook_detail",
        "hook_checked_at": "webhook_checked_at",
        "ahead_seconds": "clock_offset_seconds",
        "roster_at": "people_at",
        "lists_at": "reference_data_at",
        "spoiled_rows": "malformed_rows",
    },
    "amocrm_last_seen": {"hook_at": "webhook_at", "hook_lag_seconds": "webhook_lag_seconds"},
    "amocrm_reconciliation_part": {
        "check_id": "reconciliation_id",
        "there": "remote",
        "held": "local",
        "there_sum": "remote_sum",
        "held_sum": "local_sum",
    },
    "amocrm_reconciliation_suspect": {"check_id": "reconciliation_id"},
}

# Whatever PostgreSQL named after a table follows it: constraints with their indexes, indexes,
# sequences.
FOLLOW = """
DO $$
DECLARE
    name record;
BEGIN
    FOR name IN
        SELECT c.conname AS old, t.relname AS of FROM pg_constraint c
          JOIN pg_class t ON t.oid = c.conrelid
         WHERE t.relnamespace = current_schema()::regnamespace AND t.relname = '{new}'
           AND starts_with(c.conname, '{old}_')
    LOOP
        EXECUTE format('ALTER TABLE %I RENAME CONSTRAINT %I TO %I', name.of, name.old,
                       replace(name.old, '{old}_', '{new}_'));
    END LOOP;
    FOR name IN
        SELECT c.relname AS old, c.relkind AS kind FROM pg_class c
         WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('i', 'S')
           AND (c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = '{new}'::regclass)
                OR c.oid IN (SELECT objid FROM pg_depend WHERE refobjid = '{new}'::regclass))
           AND starts_with(c.relname, '{old}_')
    LOOP
        EXECUTE format('ALTER %s %I RENAME TO %I',
                       CASE name.kind WHEN 'i' THEN 'INDEX' ELSE 'SEQUENCE' END, name.old,
                       replace(name.old, '{old}_', '{new}_'));
    END LOOP;
END $$
"""

SUPERSEDED = "UPDATE crm_command SET state = 'superseded' WHERE state = 'overtaken'"

# A fact is a tagged document as a text. `wish` and `by_wish` name a command in it.
FACTS = """
UPDATE crm_fact SET fact = (
    SELECT json_object_agg(
               CASE key WHEN 'wish' THEN 'command' WHEN 'by_wish' THEN 'by_command' ELSE key END,
               CASE WHEN key <> 'type' THEN value
                    WHEN value #>> '{}' = 'WishOvertaken' THEN to_json('CommandSuperseded'::text)
                    ELSE to_json(regexp_replace(value #>> '{}', '^Wish', 'Command')) END)
      FROM json_each(fact::json))::text
 WHERE fact LIKE '%wish":%' OR fact LIKE '%"Wish%'
"""

COVERAGE = """
UPDATE crm_mirror SET complete_until =
    (complete_until - 'rosters' - 'lists')
    || CASE WHEN complete_until ? 'rosters'
            THEN jsonb_build_object('people', complete_until -> 'rosters') ELSE '{}' END
    || CASE WHEN complete_until ? 'lists'
            THEN jsonb_build_object('reference_data', complete_until -> 'lists') ELSE '{}' END
 WHERE complete_until ?| ARRAY['rosters', 'lists']
"""

JOBS = {
    "amocrm.courier": "amocrm.dispatcher",
    "amocrm.check": "amocrm.reconciliation",
    "amocrm.hooks": "amocrm.webhooks",
}

RENAMED_FAILURE = """
UPDATE job_failure AS known SET job = '{new}'
 WHERE job = '{old}'
   AND NOT EXISTS (SELECT FROM job_failure o WHERE o.job = '{new}' AND o.key = known.key)
"""
RENAMED_LIMIT = "UPDATE rate_limit SET name = '{new}' WHERE name = '{old}'"
GONE = (
    "DELETE FROM pgqueuer WHERE entrypoint = '{old}'",
    "DELETE FROM pgqueuer_schedules WHERE entrypoint = '{old}'",
)


def upgrade() -> None:
    for old, new in TABLES.items():
        op.execute(f"ALTER TABLE {old} RENAME TO {new}")
    for old, new in TABLES.items():
        op.execute(FOLLOW.format(old=old, new=new))
    for table, columns in COLUMNS.items():
        for old, new in columns.items():
            op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
    for statement in (SUPERSEDED, FACTS, COVERAGE):
        op.get_bind().exec_driver_sql(statement)
    for old, new in JOBS.items():
        for statement in (RENAMED_FAILURE, RENAMED_LIMIT, *GONE):
            op.execute(statement.format(old=old, new=new))
