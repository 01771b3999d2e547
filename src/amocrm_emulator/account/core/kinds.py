"""Kinds of what an account keeps: how they are called, where their numbers begin."""

SINGULAR = {
    "leads": "lead",
    "contacts": "contact",
    "companies": "company",
    "tasks": "task",
    "customers": "customer",
}
CARDS = ("leads", "contacts", "companies")
FIRST_ID = {
    "leads": 4_000_000,
    "contacts": 5_000_000,
    "companies": 6_000_000,
    "tasks": 8_000_000,
    "notes": 77_000_000,
    "customers": 7_000_000,
}

Card = tuple[str, int]
"""A kind in the plural and a number: ("leads", 1)."""
