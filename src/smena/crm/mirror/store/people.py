"""Users, groups, pipelines and stages: lists that arrive whole."""

from collections.abc import Sequence

from smena.crm.mirror.store.details import rights_text
from smena.crm.model.entities import (
    Group,
    Pipeline,
    Status,
    User,
)
from smena.kernel.db import Tx

KEEP_USER = """
INSERT INTO crm_user AS known (account_id, id, name, email, group_id, is_active, is_admin, role_id,
                               is_free, language, phone, rights)
VALUES (:account, :id, :name, :email, :group, :is_active, :is_admin, :role, :is_free, :language,
        :phone, CAST(:rights AS jsonb))
ON CONFLICT (account_id, id) DO UPDATE
   SET name = excluded.name, email = excluded.email, group_id = excluded.group_id,
       is_active = excluded.is_active, is_admin = excluded.is_admin, role_id = excluded.role_id,
       is_free = excluded.is_free, language = excluded.language, phone = excluded.phone,
       rights = excluded.rights
 WHERE known IS DISTINCT FROM excluded
"""

# Whoever is gone from the CRM's list stays here: days and leads of the past name them.
RETIRE_USERS = """
UPDATE crm_user SET is_active = false
 WHERE account_id = :account AND is_active AND id <> ALL(:present)
"""

KEEP_GROUP = """
INSERT INTO crm_group (account_id, id, name) VALUES (:account, :id, :name)
ON CONFLICT (account_id, id) DO UPDATE SET name = excluded.name
"""

DROP_GROUPS = "DELETE FROM crm_group WHERE account_id = :account AND id <> ALL(:present)"

KEEP_PIPELINE = """
INSERT INTO crm_pipeline (account_id, id, name, sort, is_main, is_archive)
VALUES (:account, :id, :name, :sort, :is_main, :is_archive)
ON CONFLICT (account_id, id) DO UPDATE
   SET name = excluded.name, sort = excluded.sort, is_main = excluded.is_main,
       is_archive = excluded.is_archive
"""

# An archived pipeline may be missing from the list while leads still stand in it.
ARCHIVE_PIPELINES = """
UPDATE crm_pipeline SET is_archive = true WHERE account_id = :account AND id <> ALL(:present)
"""

# Of a pipeline that is listed with its stages: what is not among them is gone.
DROP_STATUSES = """
DELETE FROM crm_status s USING unnest(CAST(:pipelines AS bigint[])) AS listed (pipeline_id)
 WHERE s.account_id = :account AND s.pipeline_id = listed.pipeline_id
   AND NOT EXISTS (
       SELECT FROM unnest(CAST(:of AS bigint[]), CAST(:ids AS bigint[])) AS there (pipeline_id, id)
        WHERE there.pipeline_id = s.pipeline_id AND there.id = s.id)
"""

KEEP_STATUS = """
INSERT INTO crm_status (account_id, pipeline_id, id, name, sort, color, kind)
VALUES (:account, :pipeline, :id, :name, :sort, :color, :kind)
ON CONFLICT (account_id, pipeline_id, id) DO UPDATE
   SET name = excluded.name, sort = excluded.sort, color = excluded.color, kind = excluded.kind
"""


async def keep_users(tx: Tx, users: Sequence[User]) -> None:
    await tx.run_many(
        KEEP_USER,
        [
            {
                "account": tx.account,
                "id": u.id,
                "name": u.name,
                "email": u.email,
                "group": u.group,
                "is_active": u.is_active,
                "is_admin": u.is_admin,
                "role": u.role,
                "is_free": u.is_free,
                "language": u.language,
                "phone": u.phone,
                "rights": rights_text(u.rights),
            }
            for u in users
        ],
    )


async def retire_users(tx: Tx, present: Sequence[User]) -> None:
    await tx.run(RETIRE_USERS, account=tx.account, present=[user.id for user in present])


async def keep_groups(tx: Tx, groups: Sequence[Group]) -> None:
    await tx.run_many(
        KEEP_GROUP, [{"account": tx.account, "id": g.id, "name": g.name} for g in groups]
    )


async def drop_groups(tx: Tx, present: Sequence[Group]) -> None:
    await tx.run(DROP_GROUPS, account=tx.account, present=[group.id for group in present])


async def keep_pipelines(tx: Tx, pipelines: Sequence[Pipeline], statuses: Sequence[Status]) -> None:
    await tx.run_many(
        KEEP_PIPELINE,
        [
            {
                "account": tx.account,
                "id": p.id,
                "name": p.name,
                "sort": p.sort,
                "is_main": p.is_main,
                "is_archive": p.is_archive,
            }
            for p in pipelines
        ],
    )
    await tx.run_many(
        KEEP_STATUS,
        [
            {
                "account": tx.account,
                "pipeline": s.pipeline,
                "id": s.id,
                "name": s.name,
                "sort": s.sort,
                "color": s.color,
                "kind": s.kind,
            }
            for s in statuses
        ],
    )


async def archive_pipelines(tx: Tx, present: Sequence[Pipeline]) -> None:
    await tx.run(ARCHIVE_PIPELINES, account=tx.account, present=[p.id for p in present])


async def drop_statuses(tx: Tx, present: Sequence[Status]) -> None:
    """Forget stages that their pipelines no longer have; a pipeline without any keeps its own."""
    await tx.run(
        DROP_STATUSES,
        account=tx.account,
        pipelines=sorted({one.pipeline for one in present}),
        of=[one.pipeline for one in present],
        ids=[one.id for one in present],
    )
