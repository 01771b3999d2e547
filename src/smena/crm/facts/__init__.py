"""What happened in the CRM, numbered in the order we learned it."""
