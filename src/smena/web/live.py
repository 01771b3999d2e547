"""Live streams to browsers (server-sent events, as htmx's hx-sse reads them).

An event without a name is HTML: htmx swaps it, and a part inside it,
`<hx-partial hx-target="#x" hx-swap="outerHTML">`, goes to its own place. A named event becomes a
DOM event on the connecting element.
A stream is never the only source of a fact: it may drop pictures, a reload shows the same.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from litestar import Request
from litestar.response import Stream

HEARTBEAT_SECONDS = 15.0
_HEARTBEAT = b": still here\n\n"


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One message; `name` None is HTML to swap.

    `part` says which part of the picture it is: a newer event replaces an older one of its part.
    """

    name: str | None
    html: str
    part: str = ""

    def encoded(self) -> bytes:
        head = f"event: {self.name}\n" if self.name else ""
        body = "".join(f"data: {line}\n" for line in self.html.splitlines() or [""])
        return f"{head}{body}\n".encode()


class Streams:
    """The open streams of this process, so that a stop of the server ends them at once."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._is_closed = False

    @property
    def count(self) -> int:
        return len(self._tasks)

    def close(self) -> None:
        """End all streams, and every later one at its start."""
        self._is_closed = True
        for task in self._tasks:
            task.cancel()

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    @asynccontextmanager
    async def listed(self, task: asyncio.Task[Any]) -> AsyncIterator[None]:
        self._tasks.add(task)
        try:
            yield
        finally:
            self._tasks.discard(task)


def stream(request: Request[Any, Any, Any], events: AsyncGenerator[ServerEvent, None]) -> Stream:
    """Send events as they come, with a heartbeat that proxies see and that notices lost readers.

    Ends when the reader goes, when the server stops, and when the reader's session has ended
    (checked at each heartbeat by `state.still_allowed`, which access puts there).
    """
    allowed = request.scope.get("state", {}).get("still_allowed")
    return Stream(
        _encoded(request.app.state.streams, events, allowed),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _encoded(
    streams: Streams,
    events: AsyncGenerator[ServerEvent, None],
    allowed: Callable[[], Awaitable[bool]] | None,
    heartbeat_seconds: float = HEARTBEAT_SECONDS,
) -> AsyncGenerator[bytes, None]:
    """Pull the next event in a task of its own: waiting must not cut the generator short.

    A busy stream asks as often as a quiet one whether its reader may still look.
    """
    waiting: asyncio.Task[ServerEvent] | None = None
    loop = asyncio.get_running_loop()
    asked_at = loop.time()
    try:
        while not streams.is_closed:
            waiting = waiting or asyncio.ensure_future(anext(events))
            async with streams.listed(waiting):
                done, _ = await asyncio.wait({waiting}, timeout=heartbeat_seconds)
            if not done or loop.time() - asked_at >= heartbeat_seconds:
                if allowed is not None and not await allowed():
                    return
                asked_at = loop.time()
            if done:
                event, waiting = waiting.result(), None
                yield event.encoded()
            else:
                yield _HEARTBEAT
    except (StopAsyncIteration, asyncio.CancelledError):
        if (task := asyncio.current_task()) is not None and task.cancelling():
            raise
    finally:
        if waiting is not None:
            waiting.cancel()
            with suppress(asyncio.CancelledError, StopAsyncIteration):
                await waiting
        await events.aclose()


Produce = Callable[[], AsyncGenerator[ServerEvent, None]]


class _Topic:
    """One producer and the readers who share it."""

    def __init__(self) -> None:
        self.latest: dict[str, tuple[int, ServerEvent]] = {}
        self.number = 0
        self.readers = 0
        self.is_over = False
        self.failure: Exception | None = None
        self.changed = asyncio.Condition()
        self.task: asyncio.Task[None] | None = None

    async def run(self, events: AsyncGenerator[ServerEvent, None]) -> None:
        try:
            async for event in events:
                async with self.changed:
                    self.number += 1
                    # Taken out first, so that the order of the parts is the order of their events.
                    self.latest.pop(event.part, None)
                    self.latest[event.part] = (self.number, event)
                    self.changed.notify_all()
        except Exception as error:  # noqa: BLE001 -- handed on to every reader
            self.failure = error
        finally:
            self.is_over = True
            await events.aclose()
            async with self.changed:
                self.changed.notify_all()

    def newer(self, seen: int) -> list[ServerEvent]:
        return [event for number, event in self.latest.values() if number > seen]


class Broadcaster:
    """Shares one producer between all readers of a key.

    A reader who is slow, or new, gets the latest event of each part and misses the older ones: an
    event must therefore be a whole part of the picture, not a difference to the one before. So
    memory is bounded by the number of parts, not by the slowest reader.
    The key must hold all that the picture depends on: account, date, language.
    """

    def __init__(self) -> None:
        self._topics: dict[Hashable, _Topic] = {}

    async def subscribe(self, key: Hashable, produce: Produce) -> AsyncGenerator[ServerEvent, None]:
        """Yield the events of `key`; the first reader starts the producer, the last one ends it."""
        topic = self._join(key, produce)
        seen = 0
        try:
            while True:
                async with topic.changed:
                    while topic.number == seen and not topic.is_over:
                        await topic.changed.wait()
                    fresh, seen = topic.newer(seen), topic.number
                for event in fresh:
                    yield event
                if topic.failure is not None:
                    raise topic.failure
                if topic.is_over and topic.number == seen:
                    return
        finally:
            self._leave(key, topic)

    def _join(self, key: Hashable, produce: Produce) -> _Topic:
        topic = self._topics.get(key)
        if topic is None or topic.is_over:
            topic = self._topics[key] = _Topic()
            topic.task = asyncio.create_task(topic.run(produce()))
        topic.readers += 1
        return topic

    def _leave(self, key: Hashable, topic: _Topic) -> None:
        topic.readers -= 1
        if topic.readers or topic.task is None:
            return
        topic.task.cancel()
        if self._topics.get(key) is topic:
            del self._topics[key]
