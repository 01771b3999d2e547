"""The mirror of the CRM: entities, events, facts and the outbox of commands (CORE-2, CORE-3)."""
