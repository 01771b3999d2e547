import asyncio
from collections.abc import AsyncGenerator

import httpx2
import pytest

from smena.web.live import Broadcaster, ServerEvent, Streams, _encoded
from tests.patience import patience, until
from tests.web.site import make_site, served

pytestmark = pytest.mark.anyio


async def drain(stream: AsyncGenerator[ServerEvent, None]) -> list[str]:
    return [event.html async for event in stream]


class Source:
    """A producer that a test feeds by hand and that tells whether it still runs."""

    def __init__(self) -> None:
        self.waiting: asyncio.Queue[ServerEvent | None] = asyncio.Queue()
        self.starts = 0
        self.is_running = False

    async def produce(self) -> AsyncGenerator[ServerEvent, None]:
        self.starts += 1
        self.is_running = True
        try:
            while (event := await self.waiting.get()) is not None:
                yield event
        finally:
            self.is_running = False

    def tell(self, html: str, part: str = "") -> None:
        self.waiting.put_nowait(ServerEvent(None, html, part))

    def end(self) -> None:
        self.waiting.put_nowait(None)


@pytest.mark.parametrize(
    ("event", "wire"),
    [
        (ServerEvent(None, "<p>да</p>"), "data: <p>да</p>\n\n"),
        (ServerEvent(None, "a\nb\r\nc"), "data: a\ndata: b\ndata: c\n\n"),
        (ServerEvent("stale", ""), "event: stale\ndata: \n\n"),
    ],
)
def test_what_goes_over_the_wire(event: ServerEvent, wire: str) -> None:
    assert event.encoded().decode() == wire


async def test_many_readers_share_one_producer() -> None:
    source, broadcaster = Source(), Broadcaster()
    readers = [
        asyncio.create_task(drain(broadcaster.subscribe("today", source.produce))) for _ in range(5)
    ]
    source.tell("one")
    source.end()
    assert await asyncio.gather(*readers) == [["one"]] * 5
    assert source.starts == 1


async def test_the_last_reader_who_leaves_ends_the_producer() -> None:
    source, broadcaster = Source(), Broadcaster()
    source.tell("one")
    first = broadcaster.subscribe("today", source.produce)
    second = broadcaster.subscribe("today", source.produce)
    assert [(await anext(first)).html, (await anext(second)).html] == ["one", "one"]
    await first.aclose()
    assert source.is_running
    await second.aclose()
    await until(lambda: not source.is_running)
    source.tell("two")
    again = broadcaster.subscribe("today", source.produce)
    assert (await anext(again)).html == "two"
    assert source.starts == 2
    await again.aclose()


async def test_a_slow_reader_gets_the_latest_of_each_part() -> None:
    source, broadcaster = Source(), Broadcaster()
    slow = broadcaster.subscribe("today", source.produce)
    source.tell("anna 1", "anna")
    assert (await anext(slow)).html == "anna 1"
    quick = broadcaster.subscribe("today", source.produce)
    assert (await anext(quick)).html == "anna 1"
    for html, part in (("anna 2", "anna"), ("boris 1", "boris"), ("anna 3", "anna")):
        source.tell(html, part)
        assert (await anext(quick)).html == html
    source.end()
    assert await drain(slow) == ["boris 1", "anna 3"]
    assert await drain(quick) == []


async def test_keys_do_not_mix() -> None:
    one, other, broadcaster = Source(), Source(), Broadcaster()
    one.tell("account 1")
    other.tell("account 2")
    first = broadcaster.subscribe(1, one.produce)
    second = broadcaster.subscribe(2, other.produce)
    assert [(await anext(first)).html, (await anext(second)).html] == ["account 1", "account 2"]
    await first.aclose()
    await second.aclose()


async def test_a_defect_of_the_producer_reaches_every_reader() -> None:
    async def produce() -> AsyncGenerator[ServerEvent, None]:
        yield ServerEvent(None, "before")
        raise ZeroDivisionError

    broadcaster = Broadcaster()
    stream = broadcaster.subscribe("today", produce)
    assert (await anext(stream)).html == "before"
    with pytest.raises(ZeroDivisionError):
        await anext(stream)


async def test_a_stop_of_the_server_ends_streams_at_once() -> None:
    streams, source = Streams(), Source()
    encoded = _encoded(streams, source.produce(), None)
    source.tell("one")
    assert await anext(encoded) == b"data: one\n\n"
    waiting = asyncio.ensure_future(anext(encoded, None))
    await until(lambda: streams.count == 1)
    streams.close()
    assert await asyncio.wait_for(waiting, patience()) is None
    assert not source.is_running
    assert [chunk async for chunk in _encoded(streams, Source().produce(), None)] == []


async def test_a_heartbeat_asks_whether_the_reader_may_still_look() -> None:
    answers = [True, True, False]

    async def allowed() -> bool:
        return answers.pop(0)

    source = Source()
    encoded = _encoded(Streams(), source.produce(), allowed, heartbeat_seconds=0.01)
    assert [chunk async for chunk in encoded] == [b": still here\n\n"] * 2
    assert not source.is_running


async def test_a_busy_stream_asks_too() -> None:
    async def busy() -> AsyncGenerator[ServerEvent, None]:
        while True:
            yield ServerEvent(None, "новое")
            await asyncio.sleep(0)

    async def allowed() -> bool:
        return False

    async with asyncio.timeout(patience()):
        async for _ in _encoded(Streams(), busy(), allowed, heartbeat_seconds=0.01):
            pass


async def test_a_reader_who_goes_is_noticed_over_a_real_connection() -> None:
    app = make_site()
    with served(app) as url:
        async with (
            httpx2.AsyncClient(base_url=url) as client,
            client.stream("GET", "/live") as answer,
        ):
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert "content-encoding" not in answer.headers
            chunks = answer.aiter_text()
            assert await anext(chunks) == "data: первое\n\n"
            assert app.state.streams.count == 1
        await until(lambda: app.state.streams.count == 0)


async def test_the_server_stops_while_somebody_watches() -> None:
    app = make_site()
    async with httpx2.AsyncClient() as client:
        with served(app) as url:
            request = client.build_request("GET", f"{url}/live")
            answer = await client.send(request, stream=True)
            chunks = answer.aiter_text()
            assert await anext(chunks) == "data: первое\n\n"
            app.state.streams.close()
            rest = [chunk async for chunk in chunks]
        assert all("data:" in chunk or not chunk for chunk in rest)
        await answer.aclose()
