"""The queue's manager, patient with its own ear.

It asks whether it hears its notifications ten seconds apart, and the first time before it has begun
to listen: now and then that question goes unheard and the node would begin anew in the middle of
its work. So an unheard question is asked once more.
"""

from datetime import timedelta

from pgqueuer.domain.errors import FailingListenerError
from pgqueuer.domain.models import HealthCheckEvent

from smena.kernel.jobs.slots import RoomyQueue

FIRST_ANSWER = timedelta(seconds=2)


class PatientQueue(RoomyQueue):
    async def listener_healthy(
        self,
        timeout: timedelta = timedelta(seconds=10),  # noqa: ASYNC109 -- the base class has it
    ) -> HealthCheckEvent:
        """Answer when a notification of our own is heard; raise when two are not."""
        try:
            return await super().listener_healthy(min(timeout, FIRST_ANSWER))
        except FailingListenerError:
            return await super().listener_healthy(timeout)
