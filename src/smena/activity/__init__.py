"""How a person's day went: lanes, totals and the live panel (ACT)."""
