"""Who receives a lead, and why (DIS)."""
