"""How commands of the outbox reach amoCRM and what became of them."""
