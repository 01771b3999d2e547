"""Translators between the outside world and the words of the mirror."""
