"""amoCRM and Kommo: first load, webhooks, polling and the dispatcher of commands (CORE-1, 2, 3)."""
