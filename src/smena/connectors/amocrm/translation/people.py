"""The account itself, its users, groups and pipelines in our words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from smena.connectors.amocrm.api.core.payload import (
    AccountJson,
    AccountPartsJson,
    DateTimeJson,
    Letters,
    PipelineJson,
    RightsJson,
    StatusesJson,
    UserJson,
)
from smena.connectors.amocrm.api.core.values import (
    BadValue,
    flag,
    identity,
    number_or_zero,
    text,
    whole,
)
from smena.crm.model.details import Right, Rights, RoleId
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
from smena.kernel.ids import AccountId

ZONE_WHEN_UNKNOWN = "Europe/Moscow"
LETTERS = frozenset("AGMDL")
SHORT_MAX = 100


@dataclass(frozen=True, slots=True)
class AccountIdentity:
    """Whose token it is and where the account's clock stands."""

    account: AccountId
    name: str
    subdomain: str
    current_user: UserId
    time_zone: str


def account(json: AccountJson) -> tuple[AccountIdentity, tuple[Group, ...]]:
    """Return what the account says about itself, and its groups."""
    parts = _parts(json)
    identified = AccountIdentity(
        account=AccountId(identity(json.id)),
        name=text(json.name),
        subdomain=text(json.subdomain),
        current_user=UserId(number_or_zero(json.current_user_id)),
        time_zone=account_zone(json) or ZONE_WHEN_UNKNOWN,
    )
    groups = parts.users_groups or []
    return identified, tuple(
        Group(id=GroupId(number_or_zero(group.id)), name=text(group.name)) for group in groups
    )


def account_zone(json: AccountJson) -> str:
    """Return the zone in which the account counts, "" when it does not say one that exists."""
    clock = _parts(json).datetime_settings
    zone = text(clock.timezone) if isinstance(clock, DateTimeJson) else ""
    return zone if is_zone(zone) else ""


def _parts(json: AccountJson) -> AccountPartsJson:
    return json.embedded if isinstance(json.embedded, AccountPartsJson) else AccountPartsJson()


def is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return bool(name)


def user(json: UserJson) -> User:
    access = json.rights if isinstance(json.rights, RightsJson) else RightsJson()
    role = whole(access.role_id)
    return User(
        id=UserId(identity(json.id)),
        name=text(json.name),
        email=text(json.email),
        group=GroupId(number_or_zero(access.group_id)),
        is_active=access.is_active is None or flag(access.is_active),
        is_admin=flag(access.is_admin),
        role=RoleId(role) if role else None,
        is_free=flag(access.is_free),
        language=text(json.lang)[:SHORT_MAX],
        phone=text(json.phone_number)[:SHORT_MAX],
        rights=rights(access),
    )


def rights(json: RightsJson) -> Rights:
    """Return the letters of a role or a person; what is not a letter is left out."""
    general = {
        "leads": json.leads,
        "contacts": json.contacts,
        "companies": json.companies,
        "customers": json.customers,
        "tasks": json.tasks,
    }
    return Rights(
        general=tuple(
            right for name, letters in general.items() for right in _rights(name, letters)
        ),
        in_stages=tuple(
            replace(right, pipeline=whole(one.pipeline_id), status=whole(one.status_id))
            for one in json.status_rights or ()
            for right in _rights(text(one.entity_type)[:SHORT_MAX], one.rights)
        ),
        sees_mail=flag(json.mail_access),
        sees_catalogs=flag(json.catalog_access),
    )


def _rights(entity: str, letters: Letters) -> Iterator[Right]:
    if isinstance(letters, dict):
        for action, letter in sorted(letters.items()):
            if isinstance(letter, str) and letter in LETTERS:
                yield Right(entity, action.replace("\0", "")[:SHORT_MAX], letter)


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


def users_by_name(users: Sequence[User]) -> dict[str, UserId]:
    """Index people by name, for telephony that writes a name; a name of two people is nobody's."""
    index: dict[str, UserId] = {}
    twice: set[str] = set()
    for one in users:
        key = one.name.casefold()
        twice |= {key} & index.keys()
        index[key] = one.id
    return {name: number for name, number in index.items() if name not in twice}


def require_name(identified: AccountIdentity) -> AccountIdentity:
    """Raise BadValue for an answer that is JSON but is no account's."""
    if not identified.subdomain:
        raise BadValue("an account without a subdomain")
    return identified
