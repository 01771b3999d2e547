"""Pages of an administrator: accounts, modules, people, activation, the outbox."""
