"""amoCRM and Kommo: first load, webhooks, polling and the courier of wishes (CORE-1, 2, 3)."""
