"""Smena: the working day of a sales department, seen, shared out and explained."""
