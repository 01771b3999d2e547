"""The days of many people beside each other, live (ACT-1 to ACT-5)."""
