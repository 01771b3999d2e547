"""The account itself, its users, groups and pipelines in our words."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from smena.connectors.amocrm.core.payload import (
    AccountJson,
    AccountPartsJson,
    DateTimeJson,
    PipelineJson,
    RightsJson,
    StatusesJson,
    UserJson,
)
from smena.connectors.amocrm.core.values import (
    BadValue,
    flag,
    identity,
    number_or_zero,
    text,
)
from smena.crm.model import (
    Group,
    GroupId,
    Pipeline,
    PipelineId,
    Status,
    StatusId,
    User,
    UserId,
)
from smena.kernel.ids import AccountId

ZONE_WHEN_UNKNOWN = "Europe/Moscow"


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose token it is and where the account's clock stands."""

    account: AccountId
    name: str
    subdomain: str
    current_user: UserId
    time_zone: str


def account(json: AccountJson) -> tuple[Identity, tuple[Group, ...]]:
    """Return what the account says about itself, and its groups."""
    parts = json.embedded if isinstance(json.embedded, AccountPartsJson) else AccountPartsJson()
    clock = parts.datetime_settings
    zone = text(clock.timezone) if isinstance(clock, DateTimeJson) else ""
    identified = Identity(
        account=AccountId(identity(json.id)),
        name=text(json.name),
        subdomain=text(json.subdomain),
        current_user=UserId(number_or_zero(json.current_user_id)),
        time_zone=zone if is_zone(zone) else ZONE_WHEN_UNKNOWN,
    )
    groups = parts.users_groups or []
    return identified, tuple(
        Group(id=GroupId(number_or_zero(group.id)), name=text(group.name)) for group in groups
    )


def is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return bool(name)


def user(json: UserJson) -> User:
    rights = json.rights if isinstance(json.rights, RightsJson) else RightsJson()
    return User(
        id=UserId(identity(json.id)),
        name=text(json.name),
        email=text(json.email),
        group=GroupId(number_or_zero(rights.group_id)),
        is_active=rights.is_active is None or flag(rights.is_active),
        is_admin=flag(rights.is_admin),
    )


def pipeline(json: PipelineJson) -> tuple[Pipeline, tuple[Status, ...]]:
    """Return a pipeline with its stages; a stage is known by both numbers."""
    number = PipelineId(identity(json.id))
    parts = json.embedded if isinstance(json.embedded, StatusesJson) else StatusesJson()
    stages = tuple(
        Status(
            pipeline=number,
            id=StatusId(identity(stage.id)),
            name=text(stage.name),
            sort=number_or_zero(stage.sort),
            color=text(stage.color),
            kind=number_or_zero(stage.type),
        )
        for stage in parts.statuses or ()
    )
    return (
        Pipeline(
            id=number,
            name=text(json.name),
            sort=number_or_zero(json.sort),
            is_main=flag(json.is_main),
            is_archive=flag(json.is_archive),
        ),
        stages,
    )


def named(users: Sequence[User]) -> dict[str, UserId]:
    """Index people by name, for telephony that writes a name; a name of two people is nobody's."""
    index: dict[str, UserId] = {}
    twice: set[str] = set()
    for one in users:
        key = one.name.casefold()
        twice |= {key} & index.keys()
        index[key] = one.id
    return {name: number for name, number in index.items() if name not in twice}


def require_name(identified: Identity) -> Identity:
    """Refuse an answer that is JSON but is no account's."""
    if not identified.subdomain:
        raise BadValue("an account without a subdomain")
    return identified
