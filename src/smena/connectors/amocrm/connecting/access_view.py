"""What the connection page says of access: the token, unsolicited codes, the three ways."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from smena.accounts import queries as accounts
from smena.connectors.amocrm.model import AccessFacts, UnsolicitedCode
from smena.connectors.amocrm.tokens import queries as tokens_queries
from smena.connectors.amocrm.tokens.core.refresh import WARN_BEFORE
from smena.kernel.db import Tx
from smena.kernel.i18n import clock, day, number
from smena.kernel.i18n import gettext as _

CLIENT_SHOWN = 8


@dataclass(frozen=True, slots=True)
class AccessView:
    """The lines about the token, in words."""

    way: str
    issued: str
    ends: str
    kind: str
    """How the end is coloured: good, wait, bad, or quiet when nobody knows it."""
    warning: str


@dataclass(frozen=True, slots=True)
class UnsolicitedLine:
    """A consent given inside amoCRM that waits for a word here."""

    id: str
    host: str
    client: str


async def facts(tx: Tx, now: datetime) -> AccessView | None:
    """Return the lines about this account's token, None without one."""
    found = await tokens_queries.access(tx)
    if found is None:
        return None
    zone = ZoneInfo((await accounts.account(tx)).time_zone)
    return AccessView(
        way=_way(found),
        issued=moment(found.issued_at, zone),
        ends=_ends(found, now, zone),
        kind=_kind(found, now),
        warning=_warning(found, now, zone),
    )


def ways() -> Sequence[tuple[str, str]]:
    """Return the three ways to connect, the simplest first."""
    return (
        ("token", _("Долгосрочный токен")),
        ("oauth", _("Интеграция с согласием")),
        ("code", _("Код вручную")),
    )


def unsolicited_line(offer: UnsolicitedCode) -> UnsolicitedLine:
    host = urlsplit(offer.asked.base_url).netloc
    return UnsolicitedLine(offer.asked.id.hex, host, offer.asked.integration.client[:CLIENT_SHOWN])


def moment(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return _("{day} {year}, {time}").format(
        day=day(local.date()), year=local.year, time=clock(at, zone)
    )


def _way(found: AccessFacts) -> str:
    if not found.is_by_consent:
        return _("долгосрочный токен")
    return _("согласие в amoCRM, интеграция {id}…").format(id=found.client[:CLIENT_SHOWN])


def _ends(found: AccessFacts, now: datetime, zone: ZoneInfo) -> str:
    if found.lost_at is not None and found.expires_at is not None:
        return _("не продлевается, действует до {at}").format(at=moment(found.expires_at, zone))
    if found.is_by_consent:
        return _("продлевается сам, раз в сутки")
    if found.expires_at is None:
        return _("срок неизвестен: он виден в карточке интеграции")
    days = number(max((found.expires_at - now) // timedelta(days=1), 0))
    return _("до {at} (дней: {n})").format(at=moment(found.expires_at, zone), n=days)


def _kind(found: AccessFacts, now: datetime) -> str:
    if found.lost_at is not None:
        return "bad"
    if found.expires_at is None and not found.is_by_consent:
        return "quiet"
    ends_soon = found.expires_at is not None and now >= found.expires_at - WARN_BEFORE
    return "wait" if ends_soon and not found.is_by_consent else "good"


def _warning(found: AccessFacts, now: datetime, zone: ZoneInfo) -> str:
    """Say what to do while the account still works."""
    if found.expires_at is None:
        return ""
    until = moment(found.expires_at, zone)
    if found.lost_at is not None:
        return _("Подключите аккаунт снова до {at}: потом Смена перестанет его видеть.").format(
            at=until
        )
    if _kind(found, now) == "wait":
        return _("Токен скоро закончится ({at}): создайте новый и подключите снова.").format(
            at=until
        )
    return ""
