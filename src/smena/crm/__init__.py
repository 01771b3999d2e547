"""The mirror of the CRM: entities, events, facts and the outbox of wishes (CORE-2, CORE-3)."""
