"""Who works in the CRM, in which groups; its pipelines and stages."""

from smena.crm.mirror.store.details import rights_of
from smena.crm.model.details import RoleId
from smena.crm.model.entities import (
    Group,
    GroupId,
    Pipeline,
    PipelineId,
    Status,
    StatusId,
    User,
    UserId,
)
from smena.kernel.db import Tx

USERS = """
SELECT id, name, email, group_id, is_active, is_admin, role_id, is_free, language, phone,
       CAST(rights AS text) AS rights
  FROM crm_user
 WHERE account_id = :account ORDER BY id
"""


GROUPS = "SELECT id, name FROM crm_group WHERE account_id = :account ORDER BY id"


PIPELINES = """
SELECT id, name, sort, is_main, is_archive FROM crm_pipeline
 WHERE account_id = :account ORDER BY sort, id
"""


STATUSES = """
SELECT pipeline_id, id, name, sort, color, kind FROM crm_status
 WHERE account_id = :account ORDER BY pipeline_id, sort, id
"""


async def users(tx: Tx) -> list[User]:
    return [
        User(
            UserId(row.id),
            row.name,
            row.email,
            GroupId(row.group_id),
            row.is_active,
            row.is_admin,
            None if row.role_id is None else RoleId(row.role_id),
            row.is_free,
            row.language,
            row.phone,
            rights_of(row.rights),
        )
        for row in await tx.rows(USERS, account=tx.account)
    ]


async def groups(tx: Tx) -> list[Group]:
    rows = await tx.rows(GROUPS, account=tx.account)
    return [Group(GroupId(row.id), row.name) for row in rows]


async def pipelines(tx: Tx) -> list[Pipeline]:
    return [
        Pipeline(PipelineId(row.id), row.name, row.sort, row.is_main, row.is_archive)
        for row in await tx.rows(PIPELINES, account=tx.account)
    ]


async def statuses(tx: Tx) -> list[Status]:
    return [
        Status(
            PipelineId(row.pipeline_id), StatusId(row.id), row.name, row.sort, row.color, row.kind
        )
        for row in await tx.rows(STATUSES, account=tx.account)
    ]
