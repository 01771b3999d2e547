"""Pure: which bodies travel together, what is subscribed."""
