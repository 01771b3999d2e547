"""One person's day: numbers, stretches, hints (ACT-6, ACT-10)."""
