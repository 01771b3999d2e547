"""The mirror of the CRM: entities, events, calls, facts, wishes.

`crm_event` is cut into weeks. Its pieces are made by `crm_event_make_weeks`, which runs with the
rights of the migrations' owner; nobody else may touch a piece directly: row security is on, there
is no policy and no grant, so only the way through the parent is open.
"""

from alembic import op

from smena.migrations.tenancy import protect

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# One writer per account: whoever absorbs holds this row, so facts become visible in their order.
MIRROR = """
CREATE TABLE crm_mirror (
    account_id     bigint PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    complete_until jsonb NOT NULL DEFAULT '{}',
    last_fact_id   bigint NOT NULL DEFAULT 0
)
"""

USER = """
CREATE TABLE crm_user (
    account_id bigint NOT NULL,
    id         bigint NOT NULL,
    name       text NOT NULL,
    email      text NOT NULL,
    group_id   bigint NOT NULL,
    is_active  boolean NOT NULL,
    is_admin   boolean NOT NULL,
    PRIMARY KEY (account_id, id)
)
"""

GROUP = """
CREATE TABLE crm_group (
    account_id bigint NOT NULL,
    id         bigint NOT NULL,
    name       text NOT NULL,
    PRIMARY KEY (account_id, id)
)
"""

PIPELINE = """
CREATE TABLE crm_pipeline (
    account_id bigint NOT NULL,
    id         bigint NOT NULL,
    name       text NOT NULL,
    sort       bigint NOT NULL,
    is_main    boolean NOT NULL,
    is_archive boolean NOT NULL,
    PRIMARY KEY (account_id, id)
)
"""

STATUS = """
CREATE TABLE crm_status (
    account_id  bigint NOT NULL,
    pipeline_id bigint NOT NULL,
    id          bigint NOT NULL,
    name        text NOT NULL,
    sort        bigint NOT NULL,
    color       text NOT NULL,
    kind        bigint NOT NULL,
    PRIMARY KEY (account_id, pipeline_id, id)
)
"""

LEAD = """
CREATE TABLE crm_lead (
    account_id     bigint NOT NULL,
    id             bigint NOT NULL,
    name           text NOT NULL,
    price          bigint,
    responsible_id bigint,
    pipeline_id    bigint NOT NULL,
    status_id      bigint NOT NULL,
    created_by     bigint NOT NULL,
    updated_by     bigint NOT NULL,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    closed_at      timestamptz,
    is_deleted     boolean NOT NULL,
    contact_ids    bigint[] NOT NULL,
    company_id     bigint,
    source         text NOT NULL,
    PRIMARY KEY (account_id, id)
)
"""

CONTACT = """
CREATE TABLE crm_contact (
    account_id     bigint NOT NULL,
    id             bigint NOT NULL,
    name           text NOT NULL,
    responsible_id bigint,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    is_deleted     boolean NOT NULL,
    phones         text[] NOT NULL,
    emails         text[] NOT NULL,
    company_id     bigint,
    source         text NOT NULL,
    PRIMARY KEY (account_id, id)
)
"""

COMPANY = """
CREATE TABLE crm_company (
    account_id     bigint NOT NULL,
    id             bigint NOT NULL,
    name           text NOT NULL,
    responsible_id bigint,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    is_deleted     boolean NOT NULL,
    source         text NOT NULL,
    PRIMARY KEY (account_id, id)
)
"""

TASK = """
CREATE TABLE crm_task (
    account_id       bigint NOT NULL,
    id               bigint NOT NULL,
    text             text NOT NULL,
    type_id          bigint NOT NULL,
    responsible_id   bigint,
    entity_kind      text,
    entity_id        bigint,
    due_at           timestamptz NOT NULL,
    duration_seconds int NOT NULL,
    is_completed     boolean NOT NULL,
    result           text NOT NULL,
    created_by       bigint NOT NULL,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    is_deleted       boolean NOT NULL,
    source           text NOT NULL,
    PRIMARY KEY (account_id, id)
)
"""

# What is known of the recycle bin, also for entities not seen yet: a late "added" must not revive.
REMOVAL = """
CREATE TABLE crm_removal (
    account_id bigint NOT NULL,
    kind       text NOT NULL,
    id         bigint NOT NULL,
    at         timestamptz NOT NULL,
    is_deleted boolean NOT NULL,
    PRIMARY KEY (account_id, kind, id)
)
"""

# Interned texts of events: types and the integrations that acted.
EVENT_WORD = """
CREATE TABLE crm_event_word (
    account_id bigint NOT NULL,
    id         int GENERATED ALWAYS AS IDENTITY,
    word       text NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, word)
)
"""

# Values before and after are the CRM's JSON as received: jsonb refuses texts that JSON allows.
# The key carries all that the panel reads, so a day of an account is one index-only scan.
EVENT = """
CREATE TABLE crm_event (
    account_id  bigint NOT NULL,
    at          timestamptz NOT NULL,
    id          text NOT NULL,
    author_id   bigint NOT NULL,
    type_id     int NOT NULL,
    client_id   int,
    entity_kind text NOT NULL,
    entity_id   bigint NOT NULL,
    note_id     bigint,
    before      bytea,
    after       bytea,
    PRIMARY KEY (account_id, at, id) INCLUDE (author_id, type_id, client_id)
) PARTITION BY RANGE (at)
"""

# One row per piece of crm_event. Two that need the same week meet at its key: the second waits for
# the first to commit and then finds the piece.
WEEK = "CREATE TABLE crm_event_week (week date PRIMARY KEY)"

# CREATE ... PARTITION OF would lock the parent against everybody; ATTACH lets readers and writers
# of other weeks go on.
MAKE_WEEKS = """
CREATE FUNCTION crm_event_make_weeks(weeks date[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    monday date;
    piece  text;
BEGIN
    FOR monday IN SELECT DISTINCT w - (extract(isodow FROM w)::int - 1) FROM unnest(weeks) w ORDER BY 1
    LOOP
        IF monday NOT BETWEEN date '1969-12-29' AND date '2100-12-31' THEN
            RAISE EXCEPTION 'no room for events of the week of %', monday;
        END IF;
        INSERT INTO crm_event_week (week) VALUES (monday) ON CONFLICT DO NOTHING;
        CONTINUE WHEN NOT FOUND;
        piece := 'crm_event_' || to_char(monday, 'YYYYMMDD');
        EXECUTE format('CREATE TABLE %I (LIKE crm_event INCLUDING DEFAULTS)', piece);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', piece);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', piece);
        EXECUTE format(
            'ALTER TABLE crm_event ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
            piece, monday || ' 00:00:00+00', (monday + 7) || ' 00:00:00+00');
    END LOOP;
END
$$
"""

CALL = """
CREATE TABLE crm_call (
    account_id       bigint NOT NULL,
    note_id          bigint NOT NULL,
    user_id          bigint NOT NULL,
    entity_kind      text NOT NULL,
    entity_id        bigint NOT NULL,
    direction        text NOT NULL,
    started_at       timestamptz NOT NULL,
    stamp            timestamptz NOT NULL,
    stamp_is         text NOT NULL,
    duration_seconds int,
    phone            text NOT NULL,
    uniq             text NOT NULL,
    status           int,
    source           text NOT NULL,
    duplicate_of     bigint,
    PRIMARY KEY (account_id, note_id)
)
"""

CALL_BY_TIME = """
CREATE INDEX crm_call_time ON crm_call (account_id, started_at)
    INCLUDE (user_id, duration_seconds, direction, stamp) WHERE duplicate_of IS NULL
"""

CALL_BY_LINE = "CREATE INDEX crm_call_line ON crm_call (account_id, user_id, phone, started_at)"

CALL_BY_UNIQ = "CREATE INDEX crm_call_uniq ON crm_call (account_id, uniq) WHERE uniq <> ''"

FACT = """
CREATE TABLE crm_fact (
    account_id bigint NOT NULL,
    id         bigint GENERATED ALWAYS AS IDENTITY,
    at         timestamptz NOT NULL,
    fact       text NOT NULL,
    PRIMARY KEY (account_id, id)
)
"""

PULSE = """
CREATE TABLE crm_pulse (
    account_id bigint NOT NULL,
    id         bigint GENERATED ALWAYS AS IDENTITY,
    at         timestamptz NOT NULL,
    user_ids   bigint[] NOT NULL,
    from_at    timestamptz NOT NULL,
    to_at      timestamptz NOT NULL,
    PRIMARY KEY (account_id, id)
)
"""

WISH = """
CREATE TABLE crm_wish (
    account_id  bigint NOT NULL,
    id          bigint GENERATED ALWAYS AS IDENTITY,
    lead_id     bigint NOT NULL,
    user_id     bigint NOT NULL,
    before_id   bigint,
    lane        int NOT NULL,
    cause       text NOT NULL,
    state       text NOT NULL,
    attempts    int NOT NULL DEFAULT 0,
    asked_at    timestamptz NOT NULL,
    not_before  timestamptz NOT NULL,
    sent_at     timestamptz,
    finished_at timestamptz,
    error       text NOT NULL DEFAULT '',
    PRIMARY KEY (account_id, id)
)
"""

WISH_DUE = """
CREATE INDEX crm_wish_due ON crm_wish (account_id, lane, id)
    WHERE state IN ('planned', 'sending')
"""

WISH_PLANNED = """
CREATE UNIQUE INDEX crm_wish_planned ON crm_wish (account_id, lead_id) WHERE state = 'planned'
"""

WISH_SENDING = """
CREATE UNIQUE INDEX crm_wish_sending ON crm_wish (account_id, lead_id) WHERE state = 'sending'
"""

TABLES = (
    "crm_mirror",
    "crm_user",
    "crm_group",
    "crm_pipeline",
    "crm_status",
    "crm_lead",
    "crm_contact",
    "crm_company",
    "crm_task",
    "crm_removal",
    "crm_event_word",
    "crm_event",
    "crm_call",
    "crm_fact",
    "crm_pulse",
    "crm_wish",
)


def upgrade() -> None:
    for statement in (
        MIRROR, USER, GROUP, PIPELINE, STATUS, LEAD, CONTACT, COMPANY, TASK, REMOVAL,
        EVENT_WORD, EVENT, WEEK, MAKE_WEEKS, CALL, CALL_BY_TIME, CALL_BY_LINE, CALL_BY_UNIQ, FACT, PULSE,
        WISH, WISH_DUE, WISH_PLANNED, WISH_SENDING,
    ):  # fmt: skip
        op.execute(statement)
    for table in TABLES:
        protect(table)
    op.execute("GRANT SELECT ON crm_event_week TO smena_app, smena_system")
    op.execute("REVOKE ALL ON FUNCTION crm_event_make_weeks FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION crm_event_make_weeks TO smena_app, smena_system")
