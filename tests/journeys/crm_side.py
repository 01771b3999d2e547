"""The other side of a journey: what a person or a customer does in the emulated amoCRM."""

import time
from typing import Any

import httpx2

from tests.journeys.demo import Told
from tests.patience import patience


class CrmSide:
    """Speaks to the emulator's API with the account's token, as any user when asked."""

    def __init__(self, told: Told) -> None:
        self._client = httpx2.Client(
            base_url=told.emulator_url,
            headers={"Authorization": f"Bearer {told.emulator_token}"},
            timeout=patience(),
            trust_env=False,
        )

    def close(self) -> None:
        self._client.close()

    def users(self) -> list[dict[str, Any]]:
        answer = self._get("/api/v4/users?limit=250")
        found: list[dict[str, Any]] = answer["_embedded"]["users"]
        return [user for user in found if user["rights"]["is_active"]]

    def add_lead(self, name: str) -> int:
        answer = self._send("POST", "/api/v4/leads", [{"name": name, "price": 5000}])
        return int(answer["_embedded"]["leads"][0]["id"])

    def lead(self, number: int) -> dict[str, Any]:
        return self._get(f"/api/v4/leads/{number}")

    def write_note(self, user: int, lead: int, text: str) -> None:
        """Write a note as a user: an act that counts as that person's work."""
        body = [{"note_type": "common", "params": {"text": text}}]
        self._send("POST", f"/api/v4/leads/{lead}/notes", body, user)

    def _get(self, path: str) -> dict[str, Any]:
        return self._once("GET", path, None, None)

    def _send(
        self, method: str, path: str, body: object, user: int | None = None
    ) -> dict[str, Any]:
        return self._once(method, path, body, user)

    def _once(self, method: str, path: str, body: object, user: int | None) -> dict[str, Any]:
        headers = {"X-Context-User-ID": str(user)} if user else {}
        for _ in range(40):
            answer = self._client.request(method, path, json=body, headers=headers)
            if answer.status_code != httpx2.codes.TOO_MANY_REQUESTS:
                answer.raise_for_status()
                found: dict[str, Any] = answer.json()
                return found
            time.sleep(0.2)  # the limit of the emulator itself, seven in a second
        raise AssertionError(f"{method} {path}: too many requests, again and again")
