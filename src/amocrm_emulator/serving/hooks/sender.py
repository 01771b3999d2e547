"""Sends queued webhooks: two seconds of patience, repeats by the table, switch-off of bad hooks.

A delivery stays in the account's file until its fate is known, so a killed emulator goes on.
"""

import asyncio
import contextlib
import ssl
from dataclasses import dataclass
from functools import cache
from uuid import UUID

import httpx2

from amocrm_emulator.account.crm import Crm
from amocrm_emulator.serving.hooks.faults import HookFate, HookFaults
from amocrm_emulator.serving.hooks.outcomes import (
    DROPPED,
    NO_ANSWER,
    DeliveryOutcome,
    DeliveryOutcomes,
)

PATIENCE_SECONDS = 2.0
# Seconds until the next attempt after the n-th failed one; the last two only for 499 and 5xx.
PAUSES = (300, 900, 900, 3600)
ANY_ERROR_ATTEMPTS = 2
FAILURES_MAX = 100
FAILURE_WINDOW_SECONDS = 7200
AT_ONCE = 40
LOOK_SECONDS = 0.02
OVERTAKING_SECONDS = 0.3
"""How long a body waits to be overtaken when nothing else is sent."""
HEADERS = {
    "Content-Type": "application/x-www-form-urlencoded",
    "User-Agent": "amoCRM-Webhooks/3.0",
    "Accept-Encoding": "gzip",
}


@dataclass(frozen=True, slots=True)
class Delivery:
    """One body on its way to one hook; `destination` None: the hook is gone.

    `content_type` is of what triggers of the digital pipeline send: once, whatever comes of it.
    """

    id: int
    hook: int
    body: bytes
    attempt: int
    request_id: str
    destination: str | None
    is_off: int
    content_type: str | None


class Sender:
    """Takes due deliveries from the account's queue, which survives a kill."""

    def __init__(self, crm: Crm) -> None:
        self._crm = crm
        self._fate = HookFate(HookFaults())
        self._flying: set[int] = set()
        self._quiet_since: float | None = None
        self.faults = HookFaults()
        self.held_until = 0.0
        """Until when the account's clock lets nothing leave; it leaves afterwards."""
        self.outcomes = DeliveryOutcomes()
        self.sent = 0

    def set_faults(self, faults: HookFaults) -> None:
        self.faults = faults
        self._fate = HookFate(faults)

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop; what is in the air then is sent again at the next start."""
        limits = httpx2.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
        async with (
            httpx2.AsyncClient(
                timeout=PATIENCE_SECONDS,
                headers=HEADERS,
                limits=limits,
                trust_env=False,
                verify=certificates(),
            ) as client,
            asyncio.TaskGroup() as group,
        ):
            while not stop.is_set():
                for delivery in self._ready():
                    self._flying.add(delivery.id)
                    group.create_task(self._send(client, delivery))
                pause = LOOK_SECONDS if len(self._flying) < AT_ONCE else 0.001
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await stop.wait()

    async def idle(self, seconds: float) -> bool:
        """Wait until nothing is due; tell whether that came true in time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self.is_idle():  # noqa: ASYNC110 -- the queue is a table, not an event
                    await asyncio.sleep(LOOK_SECONDS)
        return self.is_idle()

    def is_idle(self) -> bool:
        """Tell whether nothing waits that is due by now, and nothing is in the air."""
        return not self._flying and not self._due()

    def _ready(self) -> list[Delivery]:
        """Return the due deliveries that nothing holds back, oldest first."""
        free = AT_ONCE - len(self._flying)
        if free <= 0:
            return []
        due = [delivery for delivery in self._due() if delivery.id not in self._flying]
        ready = [delivery for delivery in due if self._fate.may_leave(delivery.id)]
        self._release_when_quiet(is_quiet=bool(due) and not ready and not self._flying)
        return ready[:free]

    def _release_when_quiet(self, *, is_quiet: bool) -> None:
        now = asyncio.get_running_loop().time()
        if not is_quiet:
            self._quiet_since = None
        elif self._quiet_since is None:
            self._quiet_since = now
        elif now - self._quiet_since > OVERTAKING_SECONDS:
            self._fate.release_all()
            self._quiet_since = None

    def _due(self) -> list[Delivery]:
        if self._crm.clock.exact() < self.held_until:
            return []
        rows = self._crm.store.rows(
            "SELECT d.id, d.hook, d.body, d.attempt, d.request_id,"
            " coalesce(o.destination, h.destination), coalesce(h.disabled, 0), o.content_type"
            " FROM delivery d LEFT JOIN hook h ON h.id = d.hook"
            " LEFT JOIN delivery_once o ON o.id = d.id"
            " WHERE d.due <= ? ORDER BY d.due, d.id LIMIT ?",
            self._crm.clock.exact(),
            2 * AT_ONCE,
        )
        return [Delivery(*row) for row in rows]

    async def _send(self, client: httpx2.AsyncClient, delivery: Delivery) -> None:
        try:
            await self._attempt(client, delivery)
        finally:
            self._flying.discard(delivery.id)
            self._fate.left(delivery.id)

    async def _attempt(self, client: httpx2.AsyncClient, delivery: Delivery) -> None:
        if delivery.destination is None or delivery.is_off:
            self._forget(delivery.id)
            return
        if self._fate.is_dropped():
            self._note(delivery, delivery.destination, DROPPED)
            self._forget(delivery.id)
            return
        status = await self._post(client, delivery.destination, delivery)
        if delivery.content_type is not None:
            self._forget(delivery.id)
            return
        if self._fate.is_doubled():
            await self._post(client, delivery.destination, delivery)
        if 100 <= status < 300:  # noqa: PLR2004 -- the vendor's own bounds
            self._forget(delivery.id)
        else:
            self._fail(delivery, status)

    async def _post(self, client: httpx2.AsyncClient, destination: str, delivery: Delivery) -> int:
        """Return the status; NO_ANSWER when there was none in time."""
        self.sent += 1
        headers = {"X-Amocrm-Requestid": delivery.request_id}
        if delivery.content_type is not None:
            headers["Content-Type"] = delivery.content_type
        try:
            # The client's own limit is for each read; the platform's is for the whole answer.
            async with asyncio.timeout(PATIENCE_SECONDS):
                answer = await client.post(destination, content=delivery.body, headers=headers)
            status = answer.status_code
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError):
            status = NO_ANSWER
        self._note(delivery, destination, status)
        return status

    def _note(self, delivery: Delivery, destination: str, status: int) -> None:
        at, attempt = self._crm.clock.exact(), delivery.attempt
        self.outcomes.note(
            DeliveryOutcome(at, delivery.hook, destination, attempt, status, delivery.body)
        )

    def _fail(self, delivery: Delivery, status: int) -> None:
        now = self._crm.clock.exact()
        is_server_side = status == 499 or 500 <= status < 600  # noqa: PLR2004 -- the vendor's table
        attempt = delivery.attempt
        if attempt > len(PAUSES) or (attempt > ANY_ERROR_ATTEMPTS and not is_server_side):
            self._forget(delivery.id)
        else:
            request_id = delivery.request_id
            if self._crm.switches.renews_request_ids:
                request_id = str(UUID(int=delivery.id << 8 | attempt, version=4))
            self._crm.store.run(
                "UPDATE delivery SET attempt = attempt + 1, due = ?, request_id = ? WHERE id = ?",
                now + PAUSES[attempt - 1],
                request_id,
                delivery.id,
            )
        self._count_failure(delivery.hook, now)

    def _count_failure(self, hook: int, now: float) -> None:
        """More than a hundred bad answers within two hours switch a hook off."""
        store = self._crm.store
        store.run("INSERT INTO failure VALUES (?, ?)", hook, now)
        store.run("DELETE FROM failure WHERE at < ?", now - FAILURE_WINDOW_SECONDS)
        if store.rows("SELECT count(*) FROM failure WHERE hook = ?", hook)[0][0] > FAILURES_MAX:
            store.run("UPDATE hook SET disabled = 1 WHERE id = ?", hook)

    def _forget(self, number: int) -> None:
        for table in ("delivery", "delivery_once"):
            self._crm.store.run(f"DELETE FROM {table} WHERE id = ?", number)  # noqa: S608


@cache
def certificates() -> ssl.SSLContext:
    """Read the machine's certificates once: it takes as long as a hundred hooks."""
    return ssl.create_default_context()
