"""amoCRM and Kommo: first load, webhooks, polling, the dispatcher (CORE-1 to CORE-3)."""
