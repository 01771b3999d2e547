"""Ctrl-C ends a demo cleanly; the next start goes on with the same people, leads and settings."""

import os
from pathlib import Path

import asyncpg
import pytest

from smena.app.database import embedded_url
from tests.journeys.crm_side import CrmSide
from tests.journeys.demo import Demo, Told
from tests.patience import until, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

RECEIVER = "SELECT user_id FROM distribution_result WHERE lead_id = $1 AND state = 'done'"


def is_gone(group: int) -> bool:
    """Say whether nobody of the demo's process group is alive."""
    states = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended while we looked
        if int(fields[2]) == group:
            states.append(fields[0])
    return not set(states) - {"Z"}


async def person_of(folder: Path, lead: int) -> int | None:
    """Return who received the lead, as soon as amoCRM confirmed it."""
    return await ask(folder, RECEIVER, lead)


async def ask(folder: Path, question: str, *values: int) -> int | None:
    connection = await asyncpg.connect(embedded_url(folder))
    try:
        found: int | None = await connection.fetchval(question, *values)
        return found
    finally:
        await connection.close()


async def work_is_given(folder: Path) -> None:
    """Wait for the template: a lead that comes a second before it is nobody's."""
    await until(lambda: ask(folder, "SELECT id FROM distribution_template"))


async def given(folder: Path, lead: int) -> int:
    await until(lambda: person_of(folder, lead))
    person = await person_of(folder, lead)
    assert person is not None
    return person


async def test_a_demo_ends_cleanly_and_goes_on(open_folder: Path) -> None:
    demo = Demo(open_folder / "twice", "--users", "4", "--seed", "9")
    first = demo.start()
    group, crm = os.getpgid(demo.pid), CrmSide(first)
    try:
        await work_is_given(demo.folder)
        before = crm.add_lead("До остановки")
        person = await given(demo.folder, before)
        assert demo.stop() == 0
        wait_for(lambda: is_gone(group), "the end of everything that was started")
        assert "Остановлено" in demo.log_tail()
        assert not (demo.folder / "postgres" / "cluster" / "postmaster.pid").exists()
        second: Told = demo.start()
        assert second == first, "the same address, password, token and secret path"
        assert await person_of(demo.folder, before) == person
        after = crm.add_lead("После остановки")
        assert await given(demo.folder, after) == crm.lead(after)["responsible_user_id"]
    finally:
        crm.close()
        demo.stop()
