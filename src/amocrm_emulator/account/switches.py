"""Ways in which accounts and shards of the platform differ, set for a running emulator.

What the documents leave open is here as well: each way that is plausible can be had, so that a
client is met by it before an account of the vendor does it.
"""

from dataclasses import dataclass, fields

EVENTS_MAX = 100
CHAT_SETTINGS = frozenset(
    ["add_message", "add_outgoing_message", "add_unsorted", "update_unsorted", "delete_unsorted"]
)


@dataclass(slots=True)
class Switches:
    """Everything off is what the documents say, or what most clients have seen."""

    # Lists
    events_max: int = EVENTS_MAX
    """The longest page of events: 100 on amocrm.ru, 250 on Kommo."""
    has_filters: bool = True
    """The account's paid option; without it most filters of cards have no effect."""
    has_empty_pages: bool = False
    """A list without rows is 200 with an empty list, not 204."""
    has_absent_404: bool = False
    """What is not there answers 404 at its own address, not 204."""
    clamps_limits: bool = False
    """A limit over the maximum becomes the maximum, not 50."""
    hides_inactive: bool = False
    """People who were shut out vanish from the list of users."""
    hides_archived: bool = False
    """Archived pipelines are missing in the list while leads still stand in them."""
    has_zero_cards: bool = False
    """A task without a card says 0 where others say null."""

    # The event log
    events_oldest_first: bool = False
    events_late_seconds: int = 0
    """A third of the events appear so many seconds after they happened."""
    names_fields: bool = False
    """An event of a custom field names it in its type: custom_field_7_value_changed."""
    lacks_talk_events: bool = False
    """That a conversation began is in no log."""
    hides_writers: bool = False
    """Outgoing messages have author 0, as those from a phone or a messenger have."""

    # Writes
    refuses_items: bool = False
    """One wrong item of a batch is refused alone, not with the whole batch."""
    refuses_unknown: bool = False
    """A property that the documents do not name is refused, not ignored."""
    refuses_reopening: bool = False
    """A finished task cannot be opened again."""
    moves_tasks: bool = False
    """Open tasks follow their lead to another responsible user."""
    refuses_unsorted: bool = False
    """A write to a lead that waits in Unsorted is refused; otherwise it takes the lead out."""
    merges_duplicates: bool = False
    """The control of duplicates works for leads added with their contact."""
    has_customers: bool = False
    """The account's feature of repeated sales."""

    # Webhooks
    joins_roots: bool = False
    """A body holds everything that one action changed, under several roots."""
    lacks_chat_hooks: bool = False
    """Nobody can subscribe to messages and unsorted leads."""
    keeps_hooks_off: bool = False
    """A POST of a hook that was switched off does not switch it on again."""
    renews_request_ids: bool = False
    """X-Amocrm-Requestid is new in each repeat."""
    hook_zone: str = ""
    """The time zone of the moments that bodies write as texts, when it is not the account's."""
    lacks_unix_moments: bool = False
    """Bodies of tasks and notes have those texts only."""
    splits_companies: bool = False
    """Companies travel under their own root, not among contacts."""
    joins_task_responsible: bool = False
    """A task's new responsible user is told as one more update, not as an action of its own."""

    def set(self, given: dict[str, object]) -> None:
        """Set what is named, each to its own type; ValueError when that cannot be."""
        for one in fields(self):
            if given.get(one.name) is not None:
                kind = type(getattr(self, one.name))
                setattr(self, one.name, kind(given[one.name]))
