"""The full mirror: fields, tags, lists, notes, talks, messages, unsorted leads, deep history.

Values of custom fields are jsonb keyed by the field's number, so that SQL can ask
`fields @> '{"7001": [{"choice": 3001}]}'`.
"""

from alembic import op

from smena.migrations.tenancy import protect

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

CARDS = tuple(
    f"""
ALTER TABLE {table}
    ADD COLUMN fields    jsonb NOT NULL DEFAULT '{{}}',
    ADD COLUMN tag_ids   bigint[] NOT NULL DEFAULT '{{}}',
    ADD COLUMN tag_names text[] NOT NULL DEFAULT '{{}}'
"""
    for table in ("crm_lead", "crm_contact", "crm_company")
)

LEAD = """
ALTER TABLE crm_lead
    ADD COLUMN loss_reason_id bigint,
    ADD COLUMN lead_source_id bigint,
    ADD COLUMN labour_seconds bigint,
    ADD COLUMN next_task_at   timestamptz
"""

USER = """
ALTER TABLE crm_user
    ADD COLUMN role_id  bigint,
    ADD COLUMN is_free  boolean NOT NULL DEFAULT false,
    ADD COLUMN language text NOT NULL DEFAULT '',
    ADD COLUMN phone    text NOT NULL DEFAULT '',
    ADD COLUMN rights   jsonb NOT NULL DEFAULT '{}'
"""

# One table for all short lists: what names a number, whether it is still there.
ENTRY = """
CREATE TABLE crm_entry (
    account_id bigint NOT NULL,
    list       text NOT NULL,
    owner      text NOT NULL,
    id         bigint NOT NULL,
    name       text NOT NULL,
    sort       bigint NOT NULL,
    code       text NOT NULL,
    color      text NOT NULL,
    type       text NOT NULL,
    choices    jsonb NOT NULL,
    rights     jsonb NOT NULL,
    is_gone    boolean NOT NULL,
    PRIMARY KEY (account_id, list, owner, id)
)
"""

NOTE = """
CREATE TABLE crm_note (
    account_id     bigint NOT NULL,
    id             bigint NOT NULL,
    type           text NOT NULL,
    entity_kind    text NOT NULL,
    entity_id      bigint NOT NULL,
    author_id      bigint NOT NULL,
    responsible_id bigint,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    text           text NOT NULL,
    params         jsonb NOT NULL,
    source         text NOT NULL,
    is_deleted     boolean NOT NULL DEFAULT false,
    PRIMARY KEY (account_id, id)
)
"""

NOTE_BY_AUTHOR = """
CREATE INDEX crm_note_author ON crm_note (account_id, author_id, created_at) INCLUDE (type)
"""

NOTE_BY_ENTITY = """
CREATE INDEX crm_note_entity ON crm_note (account_id, entity_kind, entity_id, created_at)
"""

MESSAGE = """
CREATE TABLE crm_message (
    account_id  bigint NOT NULL,
    id          text NOT NULL,
    way         text NOT NULL,
    at          timestamptz NOT NULL,
    author_id   bigint NOT NULL,
    talk_id     bigint,
    chat_id     text NOT NULL,
    contact_id  bigint,
    entity_kind text,
    entity_id   bigint,
    origin      text NOT NULL,
    text        text NOT NULL,
    source      text NOT NULL,
    PRIMARY KEY (account_id, id)
)
"""

MESSAGE_BY_TALK = "CREATE INDEX crm_message_talk ON crm_message (account_id, talk_id, at)"

MESSAGE_BY_AUTHOR = "CREATE INDEX crm_message_author ON crm_message (account_id, author_id, at)"

TALK = """
CREATE TABLE crm_talk (
    account_id  bigint NOT NULL,
    id          bigint NOT NULL,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    contact_id  bigint,
    chat_id     text NOT NULL,
    entity_kind text,
    entity_id   bigint,
    is_in_work  boolean NOT NULL,
    is_read     boolean NOT NULL,
    origin      text NOT NULL,
    rate        bigint,
    missed_at   timestamptz,
    source      text NOT NULL,
    PRIMARY KEY (account_id, id)
)
"""

UNSORTED = """
CREATE TABLE crm_unsorted (
    account_id  bigint NOT NULL,
    uid         text NOT NULL,
    category    text NOT NULL,
    pipeline_id bigint,
    lead_id     bigint,
    contact_ids bigint[] NOT NULL,
    origin      text NOT NULL,
    created_at  timestamptz NOT NULL,
    state       text NOT NULL,
    closed_at   timestamptz,
    is_guess    boolean NOT NULL,
    PRIMARY KEY (account_id, uid)
)
"""

UNSORTED_OPEN = """
CREATE INDEX crm_unsorted_open ON crm_unsorted (account_id, created_at) WHERE state = 'open'
"""

CONNECTION = """
ALTER TABLE amocrm_connection
    ADD COLUMN lists_at    timestamptz,
    ADD COLUMN unsorted_at timestamptz
"""

# Events before `from_at` are not wanted; everything from `read_to` on is here.
HISTORY = """
CREATE TABLE amocrm_history (
    account_id  bigint PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    from_at     timestamptz NOT NULL,
    begun_at    timestamptz NOT NULL,
    read_to     timestamptz NOT NULL,
    slice_days  int NOT NULL,
    page        int NOT NULL,
    rows        bigint NOT NULL,
    is_paused   boolean NOT NULL,
    started_at  timestamptz NOT NULL,
    finished_at timestamptz
)
"""

TABLES = ("crm_entry", "crm_note", "crm_message", "crm_talk", "crm_unsorted", "amocrm_history")


def upgrade() -> None:
    for statement in (
        *CARDS, LEAD, USER, ENTRY, NOTE, NOTE_BY_AUTHOR, NOTE_BY_ENTITY, MESSAGE, MESSAGE_BY_TALK,
        MESSAGE_BY_AUTHOR, TALK, UNSORTED, UNSORTED_OPEN, CONNECTION, HISTORY,
    ):  # fmt: skip
        op.execute(statement)
    for table in TABLES:
        protect(table)
