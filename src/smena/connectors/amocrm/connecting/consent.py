"""A consent in amoCRM from its beginning here to its end here (amocrm.md section 2.1).

The state is bound to the browser that asked, good for once and for half an hour. A code that comes
without one (somebody installed the integration inside amoCRM) waits for an administrator here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from smena.connectors.amocrm.api.core.address import is_cloud, normalise
from smena.connectors.amocrm.connecting.connect import CodeRequest, connect_by_code
from smena.connectors.amocrm.connecting.core.callback import Consent, code_in, is_client, is_code
from smena.connectors.amocrm.connecting.store import consents
from smena.connectors.amocrm.model import (
    Connected,
    ConnectRefusal,
    ConsentAsked,
    Integration,
    KeptUnsolicited,
    NotConnected,
    UnsolicitedCode,
)
from smena.connectors.amocrm.service import AmocrmService
from smena.connectors.amocrm.tokens.oauth_client import site_of
from smena.connectors.amocrm.tokens.store import tokens
from smena.connectors.kit.model import Founder
from smena.kernel.clock import Clock
from smena.kernel.crypto import Vault
from smena.kernel.db import Database
from smena.kernel.ids import AccountId
from smena.kernel.ids_and_secrets import new_id

ASKED_FOR = timedelta(minutes=30)
CODE_LIVES = timedelta(minutes=20)
SECRET_MAX = 500
REDIRECT_MAX = 500
STATE_DIGITS = 40


@dataclass(frozen=True, slots=True)
class Browser:
    """Who asks: one session, the account it looks at, and who signed in there."""

    session: UUID
    account: AccountId | None
    founder: Founder | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """What a person typed about the integration; an empty secret is the one we already have."""

    address: str
    client: str
    secret: str
    redirect_uri: str
    is_again: bool = False

    def __repr__(self) -> str:
        return f"Form({self.address})"


async def begin(
    db: Database, clock: Clock, service: AmocrmService, browser: Browser, form: Form
) -> ConsentAsked | NotConnected:
    """Remember what the consent will be for; the page then leads to amoCRM."""
    base_url = normalise(form.address, service.options.crm_hosts)
    if isinstance(base_url, NotConnected):
        return base_url
    integration = await _integration(db, clock, service.vault, browser, form)
    if isinstance(integration, NotConnected):
        return integration
    now = clock.now()
    account = browser.account if form.is_again else None
    asked = ConsentAsked(new_id(), account, base_url, integration, now + ASKED_FOR)
    async with db.system() as tx:
        await consents.ask(tx, service.vault, asked, browser.session, now)
    return asked


async def by_hand(
    db: Database, clock: Clock, service: AmocrmService, browser: Browser, asked: tuple[Form, str]
) -> Connected | NotConnected:
    """Connect by a code that a person copied; what was typed is kept for another try."""
    form, pasted = asked
    code = code_in(pasted)
    begun = await begin(db, clock, service, browser, form)
    if isinstance(begun, NotConnected):
        return begun
    if not is_code(code):
        return NotConnected(ConnectRefusal.NO_CODE)
    return await _end(db, clock, service, browser, (begun, begun.base_url, code))


async def handle_callback(
    db: Database, clock: Clock, service: AmocrmService, browser: Browser, landed: Consent
) -> Connected | NotConnected:
    """End the consent that this browser asked for, once."""
    number = number_in(service.vault, landed.state)
    if number is None:
        return NotConnected(ConnectRefusal.STALE_STATE)
    async with db.system() as tx:
        asked = await consents.take(tx, service.vault, number, browser.session, clock.now())
    if asked is None:
        return NotConnected(ConnectRefusal.STALE_STATE)
    return await _end(db, clock, service, browser, (asked, _place(asked, landed), landed.code))


async def deny(
    db: Database, clock: Clock, service: AmocrmService, browser: Browser, state: str
) -> None:
    """Give up what this browser asked for: in amoCRM somebody said no."""
    number = number_in(service.vault, state)
    if number is not None:
        async with db.system() as tx:
            await consents.take(tx, service.vault, number, browser.session, clock.now())


async def keep_unsolicited(
    db: Database, clock: Clock, service: AmocrmService, landed: Consent
) -> KeptUnsolicited | NotConnected:
    """Keep a code that nobody here asked for, when its integration is known here."""
    now = clock.now()
    async with db.system() as tx:
        host = urlsplit(landed.base_url).netloc
        origin = await consents.origin_of(tx, service.vault, landed.client, host, now)
        if origin is None:
            return NotConnected(ConnectRefusal.UNKNOWN_CLIENT)
        same = _same_host(origin.base_url, landed.base_url)
        place = origin.base_url if same else landed.base_url
        kept = consents.Origin(origin.session, origin.account, place, origin.integration)
        times = (now, now + CODE_LIVES)
        is_kept = await consents.keep_unsolicited(
            tx, service.vault, new_id(), kept, landed.code, times
        )
    return KeptUnsolicited() if is_kept else NotConnected(ConnectRefusal.TOO_MANY_OFFERS)


async def confirm(
    db: Database, clock: Clock, service: AmocrmService, browser: Browser, number: UUID
) -> Connected | NotConnected:
    """End what began inside amoCRM, by the word of an administrator here."""
    whose = (browser.session, browser.account)
    async with db.system() as tx:
        taken = await consents.take_unsolicited(tx, service.vault, number, whose, clock.now())
    if taken is None:
        return NotConnected(ConnectRefusal.STALE_STATE)
    asked = taken.asked
    return await _end(db, clock, service, browser, (asked, asked.base_url, taken.code))


async def open_consent(
    db: Database, service: AmocrmService, browser: Browser, now: datetime
) -> ConsentAsked | None:
    """Return what this browser is in the middle of."""
    async with db.system() as tx:
        return await consents.open_one(tx, service.vault, browser.session, now)


async def unsolicited_codes(
    db: Database, service: AmocrmService, browser: Browser, now: datetime
) -> list[UnsolicitedCode]:
    """Return what waits for a word of this person."""
    async with db.system() as tx:
        return await consents.unsolicited_codes(
            tx, service.vault, browser.session, browser.account, now
        )


def consent_url(vault: Vault, asked: ConsentAsked) -> str:
    """Return the address in amoCRM at which access is given."""
    query = {"client_id": asked.integration.client, "state": state_of(vault, asked.id)}
    return f"{site_of(asked.base_url)}/oauth?{urlencode(query | {'mode': 'popup'})}"


def state_of(vault: Vault, number: UUID) -> str:
    return f"{number.hex}.{vault.sign(_state_text(number))[:STATE_DIGITS]}"


def number_in(vault: Vault, state: str) -> UUID | None:
    """Return which consent a state belongs to, None when we did not make it."""
    text, _, signature = state.partition(".")
    try:
        number = UUID(hex=text)
    except ValueError:
        return None
    return number if vault.is_signed(_state_text(number), signature) else None


def _state_text(number: UUID) -> str:
    return f"amocrm-state:{number.hex}"


async def _end(
    db: Database,
    clock: Clock,
    service: AmocrmService,
    browser: Browser,
    given: tuple[ConsentAsked, str, str],
) -> Connected | NotConnected:
    """Exchange the code; after a refusal the person may try again without typing it all."""
    asked, base_url, code = given
    wanted = CodeRequest(
        base_url, asked.integration, code, expected=asked.account, founder=browser.founder
    )
    found = await connect_by_code(db, clock, service, wanted)
    now = clock.now()
    async with db.system() as tx:
        if isinstance(found, NotConnected):
            again = ConsentAsked(
                new_id(), asked.account, asked.base_url, asked.integration, now + ASKED_FOR
            )
            await consents.ask(tx, service.vault, again, browser.session, now)
        else:
            await consents.forget_of(tx, browser.session, asked.id)
            client = asked.integration.client
            await consents.forget_unsolicited(tx, client, browser.session, found.account)
    return found


async def _integration(
    db: Database, clock: Clock, vault: Vault, browser: Browser, form: Form
) -> Integration | NotConnected:
    client, secret = form.client.strip(), form.secret.strip()
    if not secret:
        secret = await _known_secret(db, clock, vault, browser, client)
    if not is_client(client) or not _is_secret(secret):
        return NotConnected(ConnectRefusal.NO_CLIENT)
    redirect_uri = form.redirect_uri.strip()
    if not redirect_uri.startswith(("https://", "http://")) or len(redirect_uri) > REDIRECT_MAX:
        return NotConnected(ConnectRefusal.BAD_REDIRECT)
    return Integration(client, secret, redirect_uri)


async def _known_secret(
    db: Database, clock: Clock, vault: Vault, browser: Browser, client: str
) -> str:
    """Return the secret that this browser typed a moment ago, or the connected account's."""
    async with db.system() as tx:
        asked = await consents.open_one(tx, vault, browser.session, clock.now())
    if asked is not None and asked.integration.client == client:
        return asked.integration.secret
    if browser.account is None:
        return ""
    async with db.tenant(browser.account) as tx:
        known = await tokens.integration(tx, vault)
    return known.secret if known is not None and known.client == client else ""


def _is_secret(secret: str) -> bool:
    return 0 < len(secret) <= SECRET_MAX and secret.isascii() and secret.isprintable()


def _place(asked: ConsentAsked, landed: Consent) -> str:
    """Return where to exchange the code: the host that was typed keeps its scheme."""
    return asked.base_url if _same_host(asked.base_url, landed.base_url) else landed.base_url


def _same_host(one: str, other: str) -> bool:
    first, second = urlsplit(one), urlsplit(other)
    return first.netloc == second.netloc and not is_cloud(first.hostname or "")
