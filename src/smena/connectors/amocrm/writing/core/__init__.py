"""Pure: requests, responses, verification of writes."""
