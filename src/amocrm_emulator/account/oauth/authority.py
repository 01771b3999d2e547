"""Who may act in the account, and through which integration: the verbs of OAuth.

Each is one transaction, committed before anything is answered: a client that dies with the
answer in its hand has spent its refresh token, as it would have at the platform.
"""

import hashlib
import hmac
from dataclasses import dataclass, replace
from urllib.parse import urlencode, urlsplit

from amocrm_emulator.account.clock import CrmClock
from amocrm_emulator.account.oauth.core.model import (
    DOMAINS,
    IssuedPair,
    OAuthIntegration,
    OAuthRules,
    TokenIdentity,
    TokenRefusal,
    TokenRequest,
)
from amocrm_emulator.account.oauth.core.token_rules import CODE as CODE_GRANT
from amocrm_emulator.account.oauth.core.token_rules import check_client, check_code, check_refresh
from amocrm_emulator.account.oauth.jwt import Bearer, access_token, opaque, uuid
from amocrm_emulator.account.oauth.registry import CODE, REFRESH, TokenRegistry
from amocrm_emulator.account.reference.people import People
from amocrm_emulator.account.unit_of_work import UnitOfWork

DAY = 24 * 3600


class NotAllowed(Exception):  # noqa: N818 -- an answer, not a defect
    """A consent that this person cannot give."""


@dataclass(frozen=True, slots=True)
class NewIntegration:
    """An integration as its owner describes it; empty id and secret are made up."""

    name: str
    redirect_uri: str
    disable_url: str = ""
    client_id: str = ""
    secret: str = ""


class Authority:
    """Integrations of one account and what was issued to them."""

    def __init__(self, work: UnitOfWork, clock: CrmClock, people: People) -> None:
        self._work = work
        self._store = work.store
        self._account = work.account
        self._clock = clock
        self._people = people
        self.registry = TokenRegistry(work.store)
        self.rules = OAuthRules()
        self.reload()

    def reload(self) -> None:
        """Forget what was not committed."""
        self.host: str | None = self._store.meta("host")
        """Where the account lives since it moved; None: wherever the emulator is asked."""

    def create(self, new: NewIntegration) -> OAuthIntegration:
        """Add an integration, or change the settings of a known one."""
        known = self.registry.integration(new.client_id)
        made = OAuthIntegration(
            client_id=new.client_id or uuid(),
            secret=new.secret or (known.secret if known else opaque()[6:70]),
            name=new.name,
            redirect_uri=new.redirect_uri,
            disable_url=new.disable_url,
            is_installed=known is not None and known.is_installed,
        )
        self.registry.save(made)
        return made

    def may_grant(self, one: OAuthIntegration, user: int) -> bool:
        """Leave the first grant, also after a disable, to an administrator."""
        person = self._people.users.get(user)
        if person is None or not person["is_active"]:
            return False
        return one.is_installed or bool(person["is_admin"])

    def grant(self, one: OAuthIntegration, user: int) -> str:
        """Return a code for a person who agreed."""
        if not self.may_grant(one, user):
            raise NotAllowed("Only an administrator may install an integration")
        code = opaque()
        with self._work.transaction():
            self.registry.save(replace(one, is_installed=True))
            self.registry.issue(CODE, code, one.client_id, user, self._clock.now())
        return code

    def exchange(self, request: TokenRequest, api_domain: str) -> IssuedPair | TokenRefusal:
        """Answer the token endpoint: a code or a refresh token for a new pair."""
        now = self._clock.now()
        refusal = check_client(request, self.registry.integration(request.client_id))
        if refusal is not None:
            return refusal
        is_code = request.grant_type == CODE_GRANT
        kind, given = (CODE, request.code) if is_code else (REFRESH, request.refresh_token)
        check = check_code if is_code else check_refresh
        issued = self.registry.issued(kind, given)
        refusal = check(request, issued, now, self.rules)
        if refusal is not None or issued is None:
            return refusal or TokenRefusal(400)
        with self._work.transaction():
            self.registry.spend(kind, given)
            return self._pair(request, issued.user, now, api_domain)

    def _pair(self, request: TokenRequest, user: int, now: int, api_domain: str) -> IssuedPair:
        access = self._access(request.client_id, user, request.grant_type, api_domain, now)
        refresh = opaque()
        self.registry.issue(REFRESH, refresh, request.client_id, user, now)
        return IssuedPair(access, refresh, self.rules.access_seconds, now)

    def _access(self, client: str, user: int, grant: str, api_domain: str, now: int) -> str:
        return self._open(client, user, grant, api_domain, now + self.rules.access_seconds)

    def long_lived(self, one: OAuthIntegration, user: int, days: int, api_domain: str) -> str:
        """Return a token without refresh, as the integration's card shows it once."""
        with self._work.transaction():
            self.registry.save(replace(one, is_installed=True))
            expires_at = self._clock.now() + days * DAY
            return self._open(one.client_id, user, "", api_domain, expires_at)

    def _open(self, client: str, user: int, grant: str, api_domain: str, expires_at: int) -> str:
        bearer = Bearer(
            client, user, self._account.id, grant, DOMAINS[self.rules.platform], api_domain
        )
        token = access_token(bearer, self._clock.now(), expires_at)
        self.registry.open(token, client, user, expires_at)
        return token

    def identify(self, token: str) -> TokenIdentity | None:
        """Return whom a token acts for; None: unknown, expired or revoked."""
        user = self._people.tokens.get(token)
        if user is not None:
            return TokenIdentity(user)
        found = self.registry.access(token)
        if found is None or found[2] <= self._clock.now():
            return None
        return TokenIdentity(found[1], found[0])

    def owner_of(self, refresh_token: str) -> TokenIdentity | None:
        """Return whose a refresh token is, while it can be used."""
        found = self.registry.issued(REFRESH, refresh_token)
        if found is None or found.is_spent:
            return None
        return TokenIdentity(found.user, found.client_id)

    def disable(self, one: OAuthIntegration) -> str | None:
        """Withdraw an integration; return the address that is to be told, if there is one."""
        with self._work.transaction():
            self.registry.save(replace(one, is_installed=False))
            self.registry.close(one.client_id, with_hooks=not self.rules.keeps_hooks)
        if not one.disable_url:
            return None
        account = self._account.id
        query = {
            "account_id": account,
            "client_uuid": one.client_id,
            "signature": signature(one, account),
        }
        return with_query(one.disable_url, query)

    def move(self, subdomain: str, host: str | None) -> None:
        """Rename the account, and let it answer at one host only."""
        with self._work.transaction():
            self._account.rename(subdomain)
            self._store.set_meta("host", host)
        self.host = host
        if host is not None:
            self._account.base_url = f"{urlsplit(self._account.base_url).scheme}://{host}"

    def has_left(self, host: str) -> bool:
        """Tell whether the account used to live at a host, and does no more."""
        return self.host is not None and host != self.host


def signature(one: OAuthIntegration, account: int) -> str:
    """Sign the hook that tells of a withdrawal."""
    told = f"{one.client_id}|{account}".encode()
    return hmac.new(one.secret.encode(), told, hashlib.sha256).hexdigest()


def with_query(address: str, query: dict[str, object]) -> str:
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(query)}"
