"""HTTP entry points of working hours and the production calendar."""
