"""One message of the outside world in our words: an answer of the CRM, or a webhook's body."""

from dataclasses import dataclass

from smena.crm.model.conversations import NO_CONVERSATIONS, Conversations
from smena.crm.model.entities import Changes, Source
from smena.crm.model.reference_data import NO_REFERENCE_DATA, ReferenceData

NO_CHANGES = Changes(Source.API)


@dataclass(frozen=True, slots=True)
class Reading:
    """All that one message says; `malformed` are reasons of rows that could not be read."""

    changes: Changes = NO_CHANGES
    conversations: Conversations = NO_CONVERSATIONS
    reference_data: ReferenceData = NO_REFERENCE_DATA
    malformed: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is said that a mirror could take in."""
        return (
            self.changes == Changes(self.changes.source)
            and self.conversations.is_silent
            and self.reference_data == NO_REFERENCE_DATA
        )
