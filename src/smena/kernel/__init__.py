"""What every part stands on and nothing about sales: clock, database, jobs, inbox, settings."""
