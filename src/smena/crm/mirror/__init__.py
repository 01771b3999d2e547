"""What the CRM holds, kept here: ingesting, comparing, asking."""
