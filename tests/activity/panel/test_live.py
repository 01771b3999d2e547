"""What a watcher sends while a day goes on."""

import asyncio
import re
from collections.abc import AsyncGenerator
from datetime import date, timedelta

import pytest

from smena.activity.panel import live, queries
from smena.crm.model.entities import UserId
from smena.kernel.clock import SetClock
from smena.kernel.db import Database
from smena.web.live import ServerEvent
from tests.activity.cast import at
from tests.activity.stand import (
    ACCOUNT,
    AFTERNOON,
    ANNA,
    BORIS,
    EGOR,
    GONE,
    VERA,
    Floor,
    moment,
)
from tests.patience import patience

pytestmark = pytest.mark.anyio
FRIDAY = date(2026, 11, 20)
SIGHT = live.Sight(ACCOUNT, FRIDAY, "ru", None)


class Watched:
    """A watcher, read one event at a time."""

    def __init__(self, db: Database, clock: SetClock, sight: live.Sight, since: int) -> None:
        self.events: AsyncGenerator[ServerEvent, None] = live.watch(db, sight, clock.now, since)

    async def next(self) -> str:
        return (await asyncio.wait_for(anext(self.events), patience())).html

    async def is_quiet(self) -> bool:
        """Say whether nothing comes within a few rounds of polling."""
        waiting = asyncio.ensure_future(anext(self.events))
        done, _ = await asyncio.wait({waiting}, timeout=4 * live.POLL_SECONDS)
        waiting.cancel()
        return not done


async def watching(db: Database, clock: SetClock, sight: live.Sight = SIGHT) -> Watched:
    """Start a watcher for a page so old that it is sent the whole panel first."""
    watched = Watched(db, clock, sight, since=-1)
    assert 'hx-target="#panel"' in await watched.next()
    return watched


async def since(db: Database) -> int:
    async with db.tenant(ACCOUNT) as tx:
        return (await queries.panel(tx, FRIDAY, AFTERNOON)).last_change


def rows(html: str) -> list[UserId]:
    return [UserId(int(found)) for found in re.findall(r'<tr [^>]*id="lane-(\d+)"', html)]


async def test_a_new_event_redraws_one_row_and_its_sums(db: Database) -> None:
    floor = Floor(db)
    await floor.open()
    floor.does(ANNA, ["09:30"])
    await floor.absorb()
    watched = await watching(db, SetClock(AFTERNOON))
    floor.does(BORIS, ["15:20"])
    await floor.absorb()
    html = await watched.next()
    assert rows(html) == [BORIS]
    assert 'hx-target="#lane-2"' in html
    assert 'id="group-1"' in html
    assert 'id="day-figures"' in html
    assert "is-fresh-1" in html


async def test_who_works_now_is_counted_over_everybody_and_not_over_the_changed(
    db: Database,
) -> None:
    floor = Floor(db)
    await floor.open()
    floor.does(ANNA, ["15:20"])
    floor.does(VERA, ["15:22"])
    await floor.absorb()
    clock = SetClock(AFTERNOON)
    watched = await watching(db, clock)
    clock.advance(timedelta(seconds=20))
    floor.does(BORIS, [at("15:24:10")])
    await floor.absorb(clock.now())
    html = await watched.next()
    assert rows(html) == [BORIS]
    assert "<dd>3 из 5</dd><dt>сейчас работают</dt>" in html
    assert "сейчас работают 3 из 4" in html


async def test_what_happened_before_the_stream_opened_is_not_lost(db: Database) -> None:
    floor = Floor(db)
    await floor.open()
    seen = await since(db)
    floor.does(BORIS, ["15:20"])
    await floor.absorb()
    html = await Watched(db, SetClock(AFTERNOON), SIGHT, seen).next()
    assert BORIS in rows(html)


async def test_each_minute_brings_the_whole_panel(db: Database) -> None:
    floor = Floor(db)
    await floor.open()
    clock = SetClock(AFTERNOON)
    watched = await watching(db, clock)
    clock.advance(timedelta(minutes=1))
    html = await watched.next()
    assert 'hx-target="#panel"' in html
    assert len(rows(html)) == 5


async def test_somebody_new_brings_the_whole_panel(db: Database) -> None:
    floor = Floor(db)
    await floor.open()
    watched = await watching(db, SetClock(AFTERNOON))
    floor.does(GONE, ["15:20"])
    await floor.absorb()
    html = await watched.next()
    assert 'hx-target="#panel"' in html
    assert GONE in rows(html)


async def test_work_before_the_axis_brings_the_whole_panel(db: Database) -> None:
    floor = Floor(db)
    await floor.open()
    watched = await watching(db, SetClock(AFTERNOON))
    floor.does(EGOR, ["06:30"])
    await floor.absorb()
    assert 'hx-target="#panel"' in await watched.next()


async def test_an_employee_hears_nothing_of_others(db: Database) -> None:
    floor = Floor(db)
    await floor.open()
    own = live.Sight(ACCOUNT, FRIDAY, "ru", frozenset({BORIS}))
    watched = await watching(db, SetClock(AFTERNOON), own)
    floor.does(ANNA, ["15:20"])
    await floor.absorb()
    assert await watched.is_quiet()


async def test_a_day_that_is_over_ends_the_stream(db: Database) -> None:
    floor = Floor(db)
    await floor.open()
    clock = SetClock(moment("23:59"))
    watched = await watching(db, clock)
    clock.advance(timedelta(minutes=2))
    await watched.next()
    with pytest.raises(StopAsyncIteration):
        await anext(watched.events)
