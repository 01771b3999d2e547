"""The words of the CRM: cards, people, conversations, reference data. Pure."""
