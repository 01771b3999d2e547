"""What an emulated account is made of at its creation."""

from dataclasses import dataclass

WON = 142
LOST = 143
ROBOT = 0
"""`created_by` of robots, of the API without a user and of authors that nobody knows."""


@dataclass(frozen=True, slots=True)
class GroupSpec:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class UserSpec:
    id: int
    name: str
    email: str
    group: int = 0
    is_admin: bool = False
    is_active: bool = True
    is_free: bool = False
    role: int | None = None
    phone: str | None = None
    rank: str = "candidate"


@dataclass(frozen=True, slots=True)
class RoleSpec:
    """`rights`: a kind of cards, an action, and a letter: A all, G group, M own, D denied."""

    id: int
    name: str
    rights: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A custom field; choices without `first_enum` are numbered after their field."""

    entity: str
    id: int
    name: str
    type: str = "text"
    code: str | None = None
    enums: tuple[str, ...] = ()
    first_enum: int | None = None


@dataclass(frozen=True, slots=True)
class StatusSpec:
    id: int
    name: str
    color: str = "#99ccff"


@dataclass(frozen=True, slots=True)
class PipelineSpec:
    """`statuses` without the three that every pipeline has: unsorted, won, lost."""

    id: int
    name: str
    statuses: tuple[StatusSpec, ...]
    is_main: bool = False


@dataclass(frozen=True, slots=True)
class IntegrationSpec:
    """An integration of OAuth 2.0 in the account's settings."""

    client_id: str
    secret: str
    name: str
    redirect_uri: str
    disable_url: str = ""


@dataclass(frozen=True, slots=True)
class AccountSpec:
    """`tokens` maps a long-lived token to the user on whose behalf it acts."""

    id: int
    name: str
    subdomain: str
    time_zone: str
    users: tuple[UserSpec, ...]
    groups: tuple[GroupSpec, ...]
    pipelines: tuple[PipelineSpec, ...]
    tokens: tuple[tuple[str, int], ...]
    task_types: tuple[tuple[int, str], ...] = ((1, "Связаться"), (2, "Встреча"))
    loss_reasons: tuple[tuple[int, str], ...] = ((1, "Дорого"), (2, "Выбрали других"))
    integrations: tuple[IntegrationSpec, ...] = ()
    roles: tuple[RoleSpec, ...] = ()
    fields: tuple[FieldSpec, ...] = ()
