"""The composition root: settings, wiring, processes, command line, demo. No rules live here."""
